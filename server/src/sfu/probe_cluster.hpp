// A short burst sent faster than the estimate, to see whether that much would arrive.
#pragma once

#include <cstdint>

#include "sfu/media.hpp"

namespace kith::sfu {

struct ProbeCluster {
  uint8_t id = 0;  ///< never 0, which marks packets outside of any cluster
  DataRate rate;
  uint32_t bytes = 0;  ///< all its packets together
};

}  // namespace kith::sfu

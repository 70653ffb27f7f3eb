// What the payload types of one peer connection mean.
#pragma once

#include <array>

#include "sfu/media.hpp"

namespace kith::sfu {

struct PayloadType {
  Codec codec = Codec::kUnknown;  ///< of the media; for RTX, that of the packets it repeats
  bool is_retransmission = false;
  uint8_t associated = 0;  ///< RTX: the payload type of what it repeats (apt)
  bool operator==(const PayloadType&) const = default;
};
/// By payload type; most are unknown.
using PayloadTypes = std::array<PayloadType, 128>;

}  // namespace kith::sfu

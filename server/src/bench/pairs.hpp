// People writing to each other two by two: messages stored durably and delivered to the other side.
#pragma once

#include "base/result.hpp"
#include "bench/figures.hpp"
#include "bench/setup.hpp"

namespace kith::bench {

struct PairsOptions {
  size_t pairs = 50;
  size_t window = 8;  ///< messages of one sender that were not yet both acknowledged and delivered
  size_t message_bytes = 100;
};

Result<Figures> measure_pairs(const CommonOptions& common, const PairsOptions& options);

}  // namespace kith::bench

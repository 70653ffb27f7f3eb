// How many bits per second passed lately: a sliding window of a second.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.hpp"
#include "sfu/media.hpp"

namespace kith::sfu {

class RateWindow {
 public:
  void add(Instant now, size_t bytes) {
    advance(now);
    buckets_[static_cast<size_t>(newest_) % kBuckets] += static_cast<uint32_t>(bytes);
  }
  /// Of the full buckets of the last second; before a second has passed, of what there is.
  [[nodiscard]] DataRate rate(Instant now) const;

 private:
  static constexpr size_t kBuckets = 11;  ///< ten that are full and the one being filled
  static constexpr Duration kBucket = std::chrono::milliseconds(100);

  void advance(Instant now);

  std::array<uint32_t, kBuckets> buckets_{};
  int64_t newest_ = -1;  ///< number of the bucket being filled, counted from the clock's beginning
  int64_t first_ = -1;   ///< number of the first bucket ever filled
};

}  // namespace kith::sfu

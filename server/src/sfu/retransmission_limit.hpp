// How often one packet may be sent again: a few times, and not before an answer could have come.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.hpp"

namespace kith::sfu {

class RetransmissionLimit {
 public:
  static constexpr uint8_t kTimesMax = 3;
  /// How far back is remembered; older packets are not sent again at all.
  static constexpr int64_t kWindow = 512;

  /// True if packet `sequence` (unwrapped, at most `newest`) may be sent again now; takes note of it.
  bool admit(Instant now, int64_t sequence, int64_t newest, Duration rtt);

 private:
  struct Sent {
    int64_t sequence = -1;
    Instant at{};
    uint8_t times = 0;
  };
  std::vector<Sent> sent_;  ///< by sequence; empty until the first NACK
};

}  // namespace kith::sfu

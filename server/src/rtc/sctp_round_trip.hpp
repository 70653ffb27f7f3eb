// How long to wait for an acknowledgement before sending again (RFC 9260 §6.3).
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/time.hpp"

namespace kith::rtc {

/// Smooths measured round trips into the retransmission time-out, and doubles it while nothing is answered.
class SctpRoundTrip {
 public:
  /// Before the first measurement. Lower: more needless repetitions on slow paths; higher: a lost first packet is felt.
  static constexpr Duration kInitial = std::chrono::milliseconds(500);
  /// Above the longest usual delay of acknowledgements, 200 ms (RFC 9260 §6.2).
  static constexpr Duration kMin = std::chrono::milliseconds(400);
  /// RFC 9260 says 60 s; libwebrtc caps at 3 s, and a call must go on soon after a path has come back.
  static constexpr Duration kMax = std::chrono::seconds(3);

  [[nodiscard]] Duration timeout() const { return timeout_; }
  [[nodiscard]] const std::optional<Duration>& smoothed() const { return smoothed_; }

  /// A round trip of something that was sent once (Karn's rule is the caller's).
  void measure(Duration round_trip) {
    if (!smoothed_) {
      smoothed_ = round_trip;
      variation_ = round_trip / 2;
    } else {
      const Duration difference = *smoothed_ > round_trip ? *smoothed_ - round_trip : round_trip - *smoothed_;
      variation_ = (3 * variation_ + difference) / 4;
      smoothed_ = (7 * *smoothed_ + round_trip) / 8;
    }
    timeout_ = std::clamp(*smoothed_ + 4 * variation_, kMin, kMax);
  }
  void back_off() { timeout_ = std::min(2 * timeout_, kMax); }

 private:
  std::optional<Duration> smoothed_;
  Duration variation_{};
  Duration timeout_ = kInitial;
};

}  // namespace kith::rtc

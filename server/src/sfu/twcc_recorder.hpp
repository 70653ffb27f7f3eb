// Notes when each packet of a publisher's connection arrived and reports it, so that the publisher can estimate its
// bandwidth (draft-holmer-rmcat-transport-wide-cc-extensions-01).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "rtc/rtcp.hpp"

namespace kith::sfu {

/// Every packet that carries a number is reported, audio, RTX and padding included: one left out would count as lost.
/// One that comes after later ones were reported is reported again together with those.
class TwccRecorder {
 public:
  /// `media`: the packet's SSRC; browsers take reports only if they name one that they send.
  void handle_packet(Instant now, uint16_t transport_sequence, rtc::Ssrc media);

  /// The report that is due; call until it gives nothing, a long gap or a burst takes several.
  std::optional<rtc::TransportFeedback> take_feedback(Instant now, rtc::Ssrc sender);
  [[nodiscard]] std::optional<Instant> next_timeout() const { return due_; }

 private:
  /// Packets remembered, a power of two: at 50 Mbit/s of 1,200 bytes two reports' worth, below that enough for all
  /// reordering that happens.
  static constexpr int64_t kWindow = 1024;
  static constexpr int64_t kNone = INT64_MIN;

  [[nodiscard]] int64_t& arrival_of(int64_t sequence) {
    return arrivals_[static_cast<size_t>(sequence & (kWindow - 1))];
  }
  void advance_to(int64_t end);

  std::vector<int64_t> arrivals_;  ///< in 250 µs, by sequence number modulo the window; empty before the first packet
  int64_t first_ = 0;              ///< everything before it is forgotten
  int64_t begin_ = 0;              ///< the next report begins here …
  int64_t end_ = 0;                ///< … and ends before here: one past the highest number seen
  size_t waiting_ = 0;             ///< packets not reported yet
  std::optional<Instant> due_;
  rtc::Ssrc media_ = 0;
  uint8_t feedback_count_ = 0;
};

}  // namespace kith::sfu

// How much may be on its way unacknowledged (RFC 9260 §7.2).
#pragma once

#include <algorithm>
#include <cstddef>

#include "rtc/sctp_chunks.hpp"
#include "rtc/sctp_packet.hpp"

namespace kith::rtc {

/// The congestion window in bytes of chunks: slow start, congestion avoidance, fast recovery.
class SctpCongestion {
 public:
  static constexpr size_t kPacket = kSctpPacketMax - kSctpHeaderSize;  ///< chunks of a full packet
  /// RFC 9260 says about four packets; ten as TCP does since RFC 6928: a small burst arrives in one round trip.
  static constexpr size_t kInitial = 10 * kPacket;
  static constexpr size_t kAfterLossMin = 4 * kPacket;
  /// Higher: faster over long fat paths; lower: less work per acknowledgement. 80 Mbit/s at 100 ms.
  static constexpr size_t kMax = 1024 * 1024;

  [[nodiscard]] size_t window() const { return window_; }
  [[nodiscard]] bool in_recovery() const { return in_recovery_; }

  /// The cumulative TSN moved to `cumulative`. `was_full`: the window kept data from leaving; one that was not used is
  /// not widened.
  void handle_progress(Tsn cumulative, size_t acknowledged, bool was_full) {
    if (in_recovery_) {
      if (cumulative >= recovery_end_) in_recovery_ = false;
      return;
    }
    if (window_ <= threshold_) {
      if (was_full) window_ = std::min(window_ + std::min(acknowledged, kPacket), kMax);
      return;
    }
    partial_ += acknowledged;
    if (partial_ < window_) return;
    partial_ -= window_;
    if (was_full) window_ = std::min(window_ + kPacket, kMax);
  }
  /// Chunks were reported missing. `newest`: the last TSN sent; losses up to it are one event.
  void handle_loss(Tsn newest) {
    threshold_ = std::max(window_ / 2, kAfterLossMin);
    window_ = threshold_;
    partial_ = 0;
    in_recovery_ = true;
    recovery_end_ = newest;
  }
  void handle_timeout() {
    threshold_ = std::max(window_ / 2, kAfterLossMin);
    window_ = kPacket;
    partial_ = 0;
    in_recovery_ = false;
  }
  /// Nothing was sent for a while: what the path carried then says little about now.
  void handle_idle() { window_ = std::min(window_, kInitial); }

 private:
  size_t window_ = kInitial;
  size_t threshold_ = kMax;  ///< below: slow start
  size_t partial_ = 0;       ///< acknowledged since the window grew last, in congestion avoidance
  Tsn recovery_end_ = 0;
  bool in_recovery_ = false;
};

}  // namespace kith::rtc

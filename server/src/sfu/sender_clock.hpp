// Time of senders: RTP timestamps ↔ their wall clock by sender reports (RFC 3550 §6.4.1), and that clock ↔ ours.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace kith::sfu {

/// A time of an NTP clock in nanoseconds since 1900, from 32.32 fixed point; and back.
int64_t nanoseconds_of_ntp(uint64_t ntp);
uint64_t ntp_of_nanoseconds(int64_t nanoseconds);

/// One RTP stream's timestamps on its sender's wall clock, by the newest sender report.
class SenderClock {
 public:
  explicit SenderClock(uint32_t rate_hz = 90'000) : rate_hz_(rate_hz) {}

  void handle_report(uint64_t ntp, uint32_t rtp_timestamp);
  /// The stream began anew: what was known is void.
  void reset() { is_known_ = false; }
  [[nodiscard]] bool is_known() const { return is_known_; }
  [[nodiscard]] uint32_t rate_hz() const { return rate_hz_; }
  /// Sender's wall clock, in nanoseconds since 1900, when a timestamp was taken. Only if known.
  [[nodiscard]] int64_t wall_at(uint32_t rtp_timestamp) const;
  /// The timestamp the stream has at a time of the sender's wall clock. Only if known.
  [[nodiscard]] uint32_t timestamp_at(int64_t wall_ns) const;

 private:
  uint32_t rate_hz_;
  uint32_t rtp_timestamp_ = 0;
  int64_t wall_ns_ = 0;
  bool is_known_ = false;
};

/// One participant's wall clock against ours: one for all its streams, or lips would follow the network's jitter. The
/// offset is the smallest seen in the last one to two minutes, that of the report that was delayed least.
class ParticipantClock {
 public:
  void handle_report(Instant now, uint64_t ntp);
  /// What the participant's wall clock showed when a packet was sent that would arrive now without delay; nullopt
  /// before the first report.
  [[nodiscard]] std::optional<int64_t> wall_at(Instant now) const;

 private:
  static constexpr Duration kWindow = std::chrono::minutes(1);
  std::optional<int64_t> current_min_;   ///< our time − theirs, in ns, in this window
  std::optional<int64_t> previous_min_;  ///< and in the one before
  Instant window_start_{};
};

}  // namespace kith::sfu

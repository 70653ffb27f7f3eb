// One incoming RTP stream: its order, losses and jitter (RFC 3550 §6.4.1, A.1, A.3, A.8) and what to ask for again.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "rtc/rtcp.hpp"
#include "rtc/rtp_packet.hpp"
#include "sfu/nack_generator.hpp"
#include "sfu/rate_window.hpp"
#include "sfu/sender_clock.hpp"

namespace kith::sfu {

class ReceiveStream {
 public:
  struct Options {
    rtc::Ssrc ssrc = 0;
    uint32_t rate_hz = 90'000;
    bool wants_retransmission = true;
  };
  explicit ReceiveStream(const Options& options);

  enum class Arrival : uint8_t {
    kNext,       ///< newer than all before; `sequence` may lie beyond a gap
    kLate,       ///< fills a gap
    kDuplicate,  ///< was here before, or is too old to tell: drop it
    kSuspect,    ///< far from all before: dropped, unless the next one follows it
    kRestart,    ///< the sender began anew at this packet; `sequence` goes on after the newest
  };
  struct Placed {
    Arrival arrival;
    int64_t sequence;  ///< unwrapped; meaningless for kDuplicate and kSuspect
  };

  /// A packet on the stream's own SSRC. `size`: with header and padding.
  Placed handle_packet(Instant now, const rtc::RtpPacket& packet, size_t size);
  /// A packet recovered by RTX (RFC 4588): repairs, but is not counted as received.
  Placed handle_recovered(Instant now, uint16_t sequence);
  /// A key frame begins at this packet: nothing older is asked for.
  void handle_key_frame(int64_t sequence) { nacks_.forget_before(sequence); }
  void handle_sender_report(Instant now, const rtc::SenderReport& report);
  /// The publisher stopped or goes on sending on purpose: silence and gaps are no loss.
  void set_paused(bool is_paused);

  /// About the time since the last report.
  rtc::ReportBlock take_report(Instant now);
  /// The lost packets that must be asked for now.
  void take_nacks(Instant now, std::vector<uint16_t>& lost) { nacks_.take_due(now, rtt_, lost); }
  [[nodiscard]] std::optional<Instant> next_timeout() const { return nacks_.next_timeout(rtt_); }
  void set_rtt(Duration rtt) { rtt_ = rtt; }

  [[nodiscard]] rtc::Ssrc ssrc() const { return options_.ssrc; }
  [[nodiscard]] const SenderClock& clock() const { return clock_; }
  [[nodiscard]] bool has_packets() const { return has_packets_; }
  [[nodiscard]] Instant last_packet_at() const { return last_packet_at_; }
  [[nodiscard]] DataRate rate(Instant now) const { return rate_.rate(now); }
  /// Since the beginning: for quality scores and statistics.
  struct Counts {
    uint64_t packets = 0;
    uint64_t bytes = 0;
    uint64_t recovered = 0;
    uint64_t duplicates = 0;
    int64_t lost = 0;  ///< before repair
    uint64_t given_up = 0;
    uint32_t jitter = 0;  ///< in units of the RTP clock, now
  };
  [[nodiscard]] Counts counts() const;

 private:
  static constexpr size_t kWindow = 1024;  ///< how far back duplicates are told
  static constexpr int kJumpMax = 3000;    ///< a farther jump is a new beginning (RFC 3550 A.1)
  static constexpr int kAheadMax = 64;     ///< how far a retransmission may run ahead of its stream

  Placed place(Instant now, uint16_t sequence);
  Placed start_at(uint16_t sequence, int64_t position);
  static size_t slot(int64_t position) { return static_cast<size_t>(position) % kWindow; }
  [[nodiscard]] uint16_t wire_newest() const { return static_cast<uint16_t>(newest_ - wire_offset_); }
  [[nodiscard]] int64_t expected() const { return has_packets_ ? expected_before_ + newest_ - base_ + 1 : 0; }
  void measure_jitter(Instant now, uint32_t timestamp, bool is_first);

  Options options_;
  SenderClock clock_;
  NackGenerator nacks_;
  RateWindow rate_;
  std::bitset<kWindow> seen_;
  Duration rtt_ = std::chrono::milliseconds(100);
  bool has_packets_ = false;
  bool is_paused_ = false;
  int64_t newest_ = 0;       ///< unwrapped
  int64_t wire_offset_ = 0;  ///< position − extended sequence number on the wire
  int64_t base_ = 0;         ///< first position since the last restart
  std::optional<uint16_t> suspect_next_;
  Instant last_packet_at_{};
  uint64_t packets_ = 0;
  uint64_t bytes_ = 0;
  uint64_t recovered_ = 0;
  uint64_t duplicates_ = 0;
  int64_t expected_before_ = 0;    ///< of streams before the last restart
  int64_t expected_reported_ = 0;  ///< at the last report
  uint64_t received_reported_ = 0;
  double jitter_ = 0;
  std::optional<uint32_t> transit_;  ///< of the packet before, in RTP units
  uint32_t last_report_ntp_ = 0;
  std::optional<Instant> last_report_at_;
};

}  // namespace kith::sfu

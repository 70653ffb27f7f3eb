// The receiving half of an association: what has arrived, what it adds up to, and when to say so (RFC 9260 §6.2).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "rtc/sctp_chunks.hpp"
#include "rtc/sctp_reassembly.hpp"
#include "rtc/sctp_received_tsns.hpp"

namespace kith::rtc {

class SctpReceiver {
 public:
  /// Bytes of chunks that wait for others. Higher: faster after a loss over long paths; lower: less memory a hostile
  /// peer can hold.
  static constexpr size_t kBufferMax = 1024 * 1024;
  /// Longest wait for a second packet to acknowledge with the first. RFC 9260 allows 500 ms; with less the peer sees
  /// losses and round trips sooner.
  static constexpr Duration kAckDelay = std::chrono::milliseconds(40);

  SctpReceiver(uint32_t initial_tsn, uint16_t streams, size_t message_size_max)
      : tsns_(initial_tsn), reassembly_(message_size_max), streams_(streams) {}

  /// Takes a chunk and appends the messages it completes. False: a rule or a limit is broken, the association ends.
  bool handle_data(const SctpData& data, std::vector<SctpInboundMessage>& out);
  void handle_forward_tsn(const SctpForwardTsn& forward, std::vector<SctpInboundMessage>& out);
  /// After the chunks of a packet: decides whether to acknowledge now or soon.
  void finish_packet(Instant now);

  [[nodiscard]] Tsn cumulative() const { return tsns_.cumulative(); }
  void reset(uint16_t stream) {
    if (stream < streams_) reassembly_.reset(stream);
  }
  void reset_all() { reassembly_.reset_all(); }

  [[nodiscard]] std::optional<Instant> next_timeout() const { return acknowledge_at_; }
  void handle_timeout(Instant now);
  /// True if a SACK must leave; `with_data`: a packet leaves anyway, so an acknowledgement that could wait goes along.
  [[nodiscard]] bool is_ack_due(bool with_data) const { return is_ack_due_ || (with_data && acknowledge_at_); }
  void write_sack(SctpPacker& packer);

 private:
  SctpReceivedTsns tsns_;
  SctpReassembly reassembly_;
  uint16_t streams_;        ///< ids from here on do not exist
  bool has_data_ = false;   ///< the packet at hand had DATA
  bool is_urgent_ = false;  ///< … that must be acknowledged at once
  bool is_ack_due_ = false;
  uint32_t unacknowledged_ = 0;  ///< packets with DATA since the last SACK
  std::optional<Instant> acknowledge_at_;
};

}  // namespace kith::rtc

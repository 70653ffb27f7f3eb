// The sending half of an association: cuts messages into DATA, repeats what is lost, gives up what may be lost
// (RFC 9260 §6 and §7, RFC 3758).
//
// A message: 1. waits in the queue · 2. is cut into chunks as windows allow, each with the next TSN · 3. a chunk is
// acknowledged, or lost and sent again, or its message abandoned and skipped by FORWARD TSN · 4. forgotten when the
// cumulative TSN has passed its last chunk.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "rtc/sctp_chunks.hpp"
#include "rtc/sctp_congestion.hpp"
#include "rtc/sctp_packet.hpp"
#include "rtc/sctp_round_trip.hpp"
#include "rtc/sctp_send_queue.hpp"

namespace kith::rtc {

class SctpSender {
 public:
  /// `round_trip`: of the association, outlives this.
  SctpSender(uint32_t initial_tsn, SctpRoundTrip& round_trip);

  /// The peer's side is known: data may leave. Without FORWARD TSN nothing is ever abandoned.
  void start(uint32_t receive_window, bool peer_knows_forward_tsn);
  [[nodiscard]] bool is_started() const { return is_started_; }

  void push(SctpOutboundMessage message) { queue_.push(std::move(message)); }
  /// What the messages not yet acknowledged cost: their bytes and a share for each.
  [[nodiscard]] size_t held() const {
    return queue_.size() + begun_size_ + kMessageOverhead * (queue_.count() + begun_.size());
  }
  /// Bytes of a stream that were never sent.
  [[nodiscard]] size_t unsent(uint16_t stream) const;
  /// True if nothing of a stream waits or is unacknowledged.
  [[nodiscard]] bool is_idle(uint16_t stream) const;
  /// The stream was reset: its next message has sequence number 0.
  void reset(uint16_t stream);

  /// False: it acknowledges what was never sent, or is not in order; nothing was changed.
  bool handle_sack(Instant now, const SctpSack& sack);
  /// Newest TSN up to which everything is acknowledged.
  [[nodiscard]] Tsn acknowledged() const { return acknowledged_; }

  [[nodiscard]] std::optional<Instant> next_timeout() const { return repeat_at_; }
  /// True if nothing was acknowledged in time: all that is under way counts as lost.
  bool handle_timeout(Instant now);

  /// True if `flush` would write.
  [[nodiscard]] bool has_sendable() const;
  /// `kOnePacket`: only new data that fits into the packet begun.
  enum class Extent : uint8_t { kOnePacket, kAll };
  void flush(Instant now, SctpPacker& packer, Extent extent);

 private:
  static constexpr size_t kMessageOverhead = 128;

  enum class ChunkState : uint8_t {
    kInFlight,
    kAcknowledged,  ///< by a gap block; the receiver may still take it back (RFC 9260 §6.2.1)
    kLost,          ///< to be sent again
    kAbandoned,
  };
  /// One TSN, from `acknowledged_ + 1` on without gaps.
  struct Chunk {
    uint64_t message = 0;  ///< counted from the association's first
    uint32_t offset = 0;
    uint16_t size = 0;
    uint8_t misses = 0;  ///< acknowledgements that passed it over
    ChunkState state = ChunkState::kInFlight;
    bool ends = false;  ///< last of its message
    uint32_t transmissions = 0;
    Tsn sent_before = 0;  ///< TSNs above were sent after this chunk's last transmission
  };
  /// A message of which at least one chunk was made; in the order of their TSNs.
  struct Begun {
    SctpOutboundMessage message;
    Tsn first_tsn = 0;
    size_t cut = 0;  ///< bytes made into chunks
    uint16_t sequence = 0;
    bool is_abandoned = false;
  };

  struct Stream {
    uint16_t next_sequence = 0;  ///< of its next ordered message
    uint32_t begun = 0;          ///< its messages in `begun_`
  };

  [[nodiscard]] static size_t cost(const Chunk& chunk) {
    return kSctpItemHeaderSize + SctpData::kHeaderSize + chunk.size;
  }
  Chunk& chunk(Tsn tsn) { return chunks_[static_cast<size_t>(tsn - acknowledged_ - 1)]; }
  Begun& begun(uint64_t number) { return begun_[static_cast<size_t>(number - begun_first_)]; }
  [[nodiscard]] Tsn next_tsn() const { return acknowledged_ + 1 + chunks_.size(); }
  [[nodiscard]] bool is_cutting() const;

  size_t acknowledge_up_to(Instant now, Tsn cumulative);
  /// What the gap blocks of one SACK say.
  struct Covered {
    size_t acknowledged = 0;  ///< cost of chunks acknowledged for the first time
    Tsn newest = 0;           ///< last of them
    Tsn highest = 0;          ///< last that is covered at all
  };
  Covered acknowledge_blocks(Instant now, const SctpSack& sack);
  void measure(Instant now, Tsn tsn, const Chunk& chunk);
  void count_misses(Instant now, Tsn evidence);
  void lose(Instant now, Tsn tsn);
  void abandon(Begun& message);
  [[nodiscard]] bool may_give_up(Instant now, const Begun& message, const Chunk& chunk) const;

  void write_forward_tsn(SctpPacker& packer);
  void send_again(Instant now, SctpPacker& packer);
  void send_new(Instant now, SctpPacker& packer, Extent extent);
  bool begin_message(Instant now);
  void transmit(Instant now, Tsn tsn, SctpPacker& packer);

  SctpRoundTrip& round_trip_;
  SctpCongestion congestion_;
  SctpSendQueue queue_;
  std::deque<Begun> begun_;
  std::deque<Chunk> chunks_;
  std::vector<Stream> streams_;
  uint64_t begun_first_ = 0;  ///< number of the front of `begun_`
  Tsn acknowledged_;
  Tsn lost_from_ = 0;         ///< no chunk before is lost
  size_t begun_size_ = 0;     ///< bytes of the messages in `begun_`
  size_t in_flight_ = 0;      ///< cost of chunks in that state
  size_t lost_count_ = 0;     ///< chunks in that state
  size_t peer_window_ = 0;    ///< what the receiver takes beyond what is in flight
  std::optional<Tsn> probe_;  ///< its acknowledgement measures the round trip
  Instant probe_sent_at_{};
  Instant last_sent_at_{};
  std::optional<Instant> repeat_at_;  ///< T3: when all in flight counts as lost
  bool is_started_ = false;
  bool peer_knows_forward_tsn_ = false;
  bool is_forward_due_ = false;
  bool is_fast_retransmit_due_ = false;  ///< one packet goes out whatever the window says (RFC 9260 §7.2.4)
};

}  // namespace kith::rtc

// An SCTP association over DTLS: handshake, messages on streams, its end (RFC 9260, RFC 8261).
//
// 1. INIT, INIT ACK, COOKIE ECHO, COOKIE ACK; both sides may begin at once (§5.2.1) · 2. messages both ways ·
// 3. streams are reset one by one · 4. ABORT, SHUTDOWN or silence ends it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "rtc/bytes.hpp"
#include "rtc/sctp_chunks.hpp"
#include "rtc/sctp_packet.hpp"
#include "rtc/sctp_receiver.hpp"
#include "rtc/sctp_round_trip.hpp"
#include "rtc/sctp_sender.hpp"
#include "rtc/sctp_stream_reset.hpp"

namespace kith::rtc {

/// Why an association ended.
enum class SctpLoss : uint8_t {
  kNoAnswer,           ///< the peer was silent through every retransmission
  kClosedByPeer,       ///< ABORT or SHUTDOWN, or it began anew
  kProtocolViolation,  ///< the peer broke a rule or a limit; it was told by ABORT
};

/// The peer's side of a stream begins anew: it has closed the stream.
struct SctpPeerReset {
  uint16_t stream = 0;
};
/// Our side of a stream has been reset.
struct SctpOwnReset {
  uint16_t stream = 0;
};
using SctpEvent = std::variant<SctpInboundMessage, SctpPeerReset, SctpOwnReset, SctpLoss>;

/// Commands, packets and time only change state; `flush` writes what must leave.
class SctpAssociation {
 public:
  /// Streams in each direction; ids are below.
  static constexpr uint16_t kStreams = 1024;
  static constexpr size_t kMessageMax = 262'144;
  /// Unanswered repetitions in a row before the peer counts as gone: about a minute, longer than a call waits for a
  /// participant to resume.
  static constexpr uint32_t kErrorsMax = 20;
  static constexpr Duration kHeartbeatEvery = std::chrono::seconds(30);

  explicit SctpAssociation(Random& random);

  /// Begins the handshake with the next `flush`; without, the association waits for the peer to begin.
  void connect();
  /// Queues a message; it leaves when the association is up. Its stream is below `kStreams`, its size at most
  /// `kMessageMax`.
  void push(SctpOutboundMessage message) { sender_.push(std::move(message)); }
  /// Closes our side of a stream when all its messages are acknowledged; SctpOwnReset follows.
  void reset_stream(uint16_t stream) { reset_.request(stream); }
  /// What the messages not yet acknowledged cost: their bytes and a share for each.
  [[nodiscard]] size_t held() const { return sender_.held(); }
  /// Bytes of a stream that were never sent.
  [[nodiscard]] size_t unsent(uint16_t stream) const { return sender_.unsent(stream); }

  void handle_packet(Instant now, Bytes packet);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  void handle_timeout(Instant now);
  void flush(Instant now, SctpPacker::Sink send);

  /// Ends the association without an event; `flush` tells the peer.
  void abort();
  [[nodiscard]] bool is_lost() const { return state_ == State::kLost; }

  /// Moves the events since the last time, in order, to the end of `events`.
  void take_events(std::vector<SctpEvent>& events);

 private:
  enum class State : uint8_t { kIdle, kCookieWait, kCookieEchoed, kEstablished, kLost };
  /// RFC 9260 §3.3.10.
  enum class AbortCause : uint16_t { kNone = 0, kUserAbort = 12, kProtocolViolation = 13 };
  static constexpr size_t kCookieSize = 16;
  static constexpr size_t kEchoesMax = 4;

  void handle_chunk(Instant now, const SctpItem& chunk);
  void handle_init(Bytes value);
  void handle_init_ack(Bytes value);
  void handle_cookie_echo(Instant now, Bytes cookie);
  void handle_data(const SctpItem& chunk);
  void handle_sack(Instant now, Bytes value);
  void handle_forward_tsn(Bytes value);
  void handle_heartbeat(Bytes value);
  void handle_heartbeat_ack(Instant now, Bytes value);
  void handle_reconfig(Bytes value);
  [[nodiscard]] bool has_valid_tag(const SctpPacket& packet, const SctpItem& first) const;

  void adopt(const SctpInit& peer);
  void establish(Instant now);
  void tell_messages();
  void count_error();
  void lose(SctpLoss cause, AbortCause abort_cause);

  [[nodiscard]] SctpInit own_init() const;
  void flush_handshake(Instant now, SctpPacker& packer);
  void flush_control(Instant now, SctpPacker& packer);
  void flush_abort(SctpPacker::Sink send);

  State state_ = State::kIdle;
  uint32_t own_tag_;
  uint32_t own_initial_tsn_;
  std::array<uint8_t, kCookieSize> own_cookie_{};  ///< what the peer must echo

  SctpRoundTrip round_trip_;
  SctpSender sender_;
  std::optional<SctpReceiver> receiver_;  ///< from when the peer's first TSN is known
  SctpStreamReset reset_;

  SctpInit offered_;       ///< the peer's INIT, until its cookie comes back; tag 0: none
  uint32_t peer_tag_ = 0;  ///< goes on our packets; 0: not known yet
  bool peer_knows_reconfig_ = false;
  std::vector<uint8_t> peer_cookie_;  ///< to be echoed
  uint32_t errors_ = 0;

  // What the next flush writes besides data.
  bool is_init_due_ = false;
  bool is_init_ack_due_ = false;
  bool is_cookie_echo_due_ = false;
  bool is_cookie_ack_due_ = false;
  bool is_heartbeat_due_ = false;
  bool is_shutdown_ack_due_ = false;
  AbortCause abort_cause_ = AbortCause::kNone;
  std::vector<std::vector<uint8_t>> echoes_;  ///< information of heartbeats to be answered

  std::optional<Instant> handshake_at_;  ///< T1: INIT or COOKIE ECHO again
  std::optional<Instant> heartbeat_at_;
  std::optional<Instant> heartbeat_sent_at_;  ///< of the one that is unanswered
  uint64_t heartbeat_nonce_ = 0;
  Random& random_;

  std::vector<SctpInboundMessage> messages_;
  std::vector<SctpEvent> events_;
};

}  // namespace kith::rtc

// The data channels of one peer connection: labelled streams of messages over SCTP (RFC 8831, RFC 8832).
//
// Commands, packets and time only change state; `flush` writes what must leave. An owner calls `flush` after each of
// them, or once after several: then chunks share packets.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "rtc/bytes.hpp"
#include "rtc/dcep.hpp"
#include "rtc/sctp_association.hpp"

namespace kith::rtc {

/// Which ids our own channels get: even as the client of DTLS, odd as its server (RFC 8832 §6).
enum class ChannelIds : uint8_t { kEven = 0, kOdd = 1 };

/// A channel may be used: the peer has opened it, or has accepted ours.
struct ChannelOpened {
  uint16_t channel = 0;
  ChannelOptions options;
  bool is_ours = false;
  bool operator==(const ChannelOpened&) const = default;
};
struct MessageReceived {
  uint16_t channel = 0;
  std::string message;
  bool is_text = false;
  bool operator==(const MessageReceived&) const = default;
};
/// The peer has closed a channel or has agreed to our closing it. Not told when the whole association is lost.
struct ChannelClosed {
  uint16_t channel = 0;
  bool operator==(const ChannelClosed&) const = default;
};
/// All channels are gone for good; only a new peer connection helps.
struct AssociationLost {
  using Cause = SctpLoss;
  Cause cause = Cause::kNoAnswer;
  bool operator==(const AssociationLost&) const = default;
};
using ChannelEvent = std::variant<ChannelOpened, MessageReceived, ChannelClosed, AssociationLost>;

enum class SendStatus : uint8_t {
  kQueued,
  kFull,     ///< `DataChannels::kSendBufferMax` would be exceeded
  kTooLong,  ///< more than `DataChannels::kMessageMax`
  kClosed,   ///< no such channel, or it is closing, or the association is lost
};

class DataChannels {
 public:
  static constexpr size_t kMessageMax = SctpAssociation::kMessageMax;  ///< bytes, in both directions
  static constexpr size_t kSendBufferMax = 16 * 1024 * 1024;  ///< what unacknowledged messages of all channels cost
  static constexpr size_t kChannelsMax = SctpAssociation::kStreams;  ///< open at one time, also the ids there are

  /// Takes one SCTP packet, at most `kSctpPacketMax` bytes, valid only during the call.
  using Sink = SctpPacker::Sink;

  /// `random` outlives this.
  DataChannels(ChannelIds ids, Random& random) : ids_(ids), association_(random) {}
  DataChannels(const DataChannels&) = delete;
  DataChannels& operator=(const DataChannels&) = delete;

  /// Opens a channel; the id may be used for `send` at once, before ChannelOpened. May be called before DTLS is done:
  /// the first channel starts the association with the next `flush`; whoever opens none waits for the peer.
  /// nullopt: no id is left, label or protocol is longer than `kChannelNameMax`, or the association is lost.
  std::optional<uint16_t> open_channel(ChannelOptions options);
  /// Closes a channel after what is queued on it; ChannelClosed follows. Unknown channels are ignored.
  void close_channel(uint16_t channel);
  /// Queues a copy of a message, whole.
  SendStatus send(Instant now, uint16_t channel, Bytes message, bool is_text);
  /// Bytes queued on a channel and not yet handed to the network for the first time; 0 for an unknown one.
  [[nodiscard]] size_t buffered_amount(uint16_t channel) const;

  /// Takes one packet, decrypted by DTLS. Never fails: what is malformed is dropped, what is hostile ends the
  /// association.
  void handle_packet(Instant now, Bytes packet);
  [[nodiscard]] std::optional<Instant> next_timeout() const { return association_.next_timeout(); }
  void handle_timeout(Instant now);
  /// Writes what may leave now. Not before DTLS is done.
  void flush(Instant now, Sink send) { association_.flush(now, send); }

  /// Ends the association; the next `flush` tells the peer by ABORT. No event.
  void abort();
  [[nodiscard]] bool is_lost() const { return association_.is_lost(); }

  /// Events since the last time, in order.
  std::vector<ChannelEvent> take_events();

 private:
  struct Channel {
    ChannelOptions options;
    bool is_ours = false;
    bool is_confirmed = false;  ///< the peer has answered: before, messages must travel in order (RFC 8832 §6)
    bool is_closing = false;
    bool is_reset_by_us = false;
    bool is_reset_by_peer = false;
  };

  [[nodiscard]] bool is_own_id(uint16_t channel) const { return channel % 2 == static_cast<uint16_t>(ids_); }
  void push_control(uint16_t channel, std::string message);
  void handle_events();
  void handle_message(SctpInboundMessage&& message);
  void handle_control(uint16_t channel, Bytes message);
  void handle_open(uint16_t id, Bytes message);
  void confirm(uint16_t id, Channel& channel);
  void handle_peer_reset(uint16_t id);
  void handle_own_reset(uint16_t id);

  ChannelIds ids_;
  SctpAssociation association_;
  std::map<uint16_t, Channel> channels_;
  std::vector<SctpEvent> association_events_;
  std::vector<ChannelEvent> events_;
};

}  // namespace kith::rtc

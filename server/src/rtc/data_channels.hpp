// The data channels of one peer connection: labelled streams of messages over SCTP (RFC 8831, RFC 8832).
//
// Commands, packets and time only change state; `flush` writes what must leave. An owner calls `flush` after each of
// them, or once after several: then chunks share packets.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/function_ref.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "rtc/bytes.hpp"

namespace kith::rtc {

/// Which ids our own channels get: even as the client of DTLS, odd as its server (RFC 8832 §6).
enum class ChannelIds : uint8_t { kEven = 0, kOdd = 1 };

/// How a channel's messages travel, in both directions (RFC 8832 §5.1). At most one of the two limits is set; with
/// neither, messages are sent until they arrive.
struct ChannelOptions {
  std::string label;
  std::string protocol;
  bool is_ordered = true;
  std::optional<uint32_t> max_retransmits;  ///< further attempts after the first
  std::optional<uint32_t> max_lifetime_ms;
  bool operator==(const ChannelOptions&) const = default;
};

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
  enum class Cause : uint8_t {
    kNoAnswer,           ///< the peer was silent through every retransmission
    kClosedByPeer,       ///< ABORT or SHUTDOWN
    kProtocolViolation,  ///< the peer broke a rule or a limit; it was told by ABORT
  } cause = Cause::kNoAnswer;
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
  static constexpr size_t kMessageMax = 262'144;              ///< bytes, in both directions
  static constexpr size_t kSendBufferMax = 16 * 1024 * 1024;  ///< unacknowledged bytes of all channels together
  static constexpr size_t kChannelsMax = 1024;                ///< open at one time, also the ids there are
  static constexpr size_t kPacketMax = 1188;                  ///< bytes of what `flush` writes, before DTLS

  /// Takes one SCTP packet; the bytes are valid only during the call.
  using Sink = FunctionRef<void(Bytes packet)>;

  /// `random` outlives this.
  DataChannels(ChannelIds ids, Random& random);
  ~DataChannels();
  DataChannels(const DataChannels&) = delete;
  DataChannels& operator=(const DataChannels&) = delete;

  /// Opens a channel; the id may be used for `send` at once, before ChannelOpened. May be called before DTLS is done:
  /// the first channel starts the association with the next `flush`; whoever opens none waits for the peer.
  /// nullopt: no id is left, label or protocol is longer than 256 bytes, or the association is lost.
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
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  void handle_timeout(Instant now);
  /// Writes what may leave now. Not before DTLS is done.
  void flush(Instant now, Sink send);

  /// Ends the association; the next `flush` tells the peer by ABORT. No event.
  void abort();
  [[nodiscard]] bool is_lost() const;

  /// Events since the last time, in order.
  std::vector<ChannelEvent> take_events();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kith::rtc

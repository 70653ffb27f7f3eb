// DCEP, the messages that open data channels (RFC 8832 §5), and the kinds of payload on a channel (RFC 8831 §8).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rtc/bytes.hpp"

namespace kith::rtc {

/// Payload protocol identifiers of data channels (RFC 8831 §8).
enum class PayloadProtocol : uint32_t {
  kDcep = 50,
  kText = 51,
  kBinaryPartial = 52,  ///< deprecated
  kBinary = 53,
  kTextPartial = 54,  ///< deprecated
  kEmptyText = 56,    ///< SCTP knows no empty messages: one byte of no meaning
  kEmptyBinary = 57,
};

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

/// Longest label and longest protocol, each.
inline constexpr size_t kChannelNameMax = 256;

/// DATA_CHANNEL_OPEN.
std::string serialize_channel_open(const ChannelOptions& options);
/// nullopt: malformed, of an unknown channel type, or a name is too long.
std::optional<ChannelOptions> parse_channel_open(Bytes message);
/// DATA_CHANNEL_ACK.
std::string serialize_channel_ack();
bool is_channel_ack(Bytes message);

}  // namespace kith::rtc

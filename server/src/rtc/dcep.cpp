#include "rtc/dcep.hpp"

namespace kith::rtc {
namespace {

constexpr uint8_t kAck = 0x02;
constexpr uint8_t kOpen = 0x03;
constexpr size_t kOpenFixedSize = 12;

// Channel types (RFC 8832 §8.2.2).
constexpr uint8_t kUnordered = 0x80;
constexpr uint8_t kReliable = 0x00;
constexpr uint8_t kRetransmits = 0x01;
constexpr uint8_t kLifetime = 0x02;

constexpr uint16_t kNormalPriority = 256;  // RFC 8831 §6.4

}  // namespace

std::string serialize_channel_open(const ChannelOptions& options) {
  std::string message(kOpenFixedSize, '\0');
  ByteWriter out(MutableBytes(reinterpret_cast<uint8_t*>(message.data()), message.size()));
  const uint8_t reliability = options.max_retransmits ? kRetransmits : options.max_lifetime_ms ? kLifetime : kReliable;
  out.u8(kOpen);
  out.u8(static_cast<uint8_t>(reliability | (options.is_ordered ? 0 : kUnordered)));
  out.u16(kNormalPriority);
  out.u32(options.max_retransmits.value_or(options.max_lifetime_ms.value_or(0)));
  out.u16(static_cast<uint16_t>(options.label.size()));
  out.u16(static_cast<uint16_t>(options.protocol.size()));
  return message + options.label + options.protocol;
}

std::optional<ChannelOptions> parse_channel_open(Bytes message) {
  ByteReader in(message);
  const uint8_t kind = in.u8();
  const uint8_t type = in.u8();
  in.skip(2);  // the priority: channels take turns
  const uint32_t limit = in.u32();
  const size_t label_size = in.u16();
  const size_t protocol_size = in.u16();
  ChannelOptions options;
  options.label = as_text(in.take(label_size));
  options.protocol = as_text(in.take(protocol_size));
  if (!in.ok() || kind != kOpen || label_size > kChannelNameMax || protocol_size > kChannelNameMax) return std::nullopt;
  options.is_ordered = (type & kUnordered) == 0;
  switch (type & ~kUnordered) {
    case kReliable:
      break;
    case kRetransmits:
      options.max_retransmits = limit;
      break;
    case kLifetime:
      options.max_lifetime_ms = limit;
      break;
    default:
      return std::nullopt;
  }
  return options;
}

std::string serialize_channel_ack() { return std::string(1, static_cast<char>(kAck)); }

bool is_channel_ack(Bytes message) { return message.size() == 1 && message.front() == kAck; }

}  // namespace kith::rtc

#include "rtc/rtp_packet.hpp"

#include "rtc/rtp_extensions.hpp"

namespace kith::rtc {

namespace {

constexpr size_t kFixedHeaderBytes = 12;
constexpr size_t kBlockHeaderBytes = 4;  ///< profile and length of the extension block
constexpr size_t kBlockWordsMax = 0xFFFF;

constexpr uint8_t first_byte(bool has_extension) { return static_cast<uint8_t>(0x80 | (has_extension ? 0x10 : 0)); }

}  // namespace

std::optional<RtpPacket> RtpPacket::parse(Bytes packet) {
  if (packet.size() < kFixedHeaderBytes || packet[0] >> 6 != 2) return std::nullopt;
  RtpPacket parsed{.payload_type = static_cast<uint8_t>(packet[1] & 0x7F),
                   .marker = (packet[1] & 0x80) != 0,
                   .sequence = load_u16(packet.data() + 2),
                   .timestamp = load_u32(packet.data() + 4),
                   .ssrc = load_u32(packet.data() + 8)};
  const size_t contributors = packet[0] & 0x0F;
  size_t at = kFixedHeaderBytes + 4 * contributors;
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() < at + kBlockHeaderBytes) return std::nullopt;
    parsed.extension_profile = load_u16(packet.data() + at);
    const size_t block_bytes = size_t{4} * load_u16(packet.data() + at + 2);
    at += kBlockHeaderBytes;
    if (packet.size() < at + block_bytes) return std::nullopt;
    parsed.extension_block = packet.subspan(at, block_bytes);
    at += block_bytes;
  }
  if (packet.size() < at) return std::nullopt;
  parsed.header_size = at;
  if ((packet[0] & 0x20) != 0) {
    parsed.padding_size = packet.back();
    if (parsed.padding_size == 0 || parsed.padding_size > packet.size() - at) return std::nullopt;
  }
  parsed.payload = packet.subspan(at, packet.size() - at - parsed.padding_size);
  return parsed;
}

std::optional<Bytes> RtpPacket::find_extension(uint8_t id) const {
  return find_extension_element(extension_profile, extension_block, id);
}

RtpHeaderWriter::RtpHeaderWriter(MutableBytes out, const RtpHeader& header, bool is_two_byte)
    : writer_(out), is_two_byte_(is_two_byte) {
  writer_.u8(first_byte(false));
  writer_.u8(static_cast<uint8_t>((header.marker ? 0x80 : 0) | (header.payload_type & 0x7F)));
  writer_.u16(header.sequence);
  writer_.u32(header.timestamp);
  writer_.u32(header.ssrc);
}

MutableBytes RtpHeaderWriter::add(uint8_t id, Bytes value) {
  const bool fits_form = is_two_byte_
                             ? id != 0 && value.size() <= kTwoByteValueMax
                             : id != 0 && id <= kOneByteIdMax && !value.empty() && value.size() <= kOneByteValueMax;
  is_ok_ = is_ok_ && fits_form;
  if (!is_ok_) return {};
  if (length_at_ == 0) {
    writer_.u16(is_two_byte_ ? kTwoByteProfile : kOneByteProfile);
    length_at_ = writer_.size();
    writer_.u16(0);
  }
  if (is_two_byte_) {
    writer_.u8(id);
    writer_.u8(static_cast<uint8_t>(value.size()));
  } else {
    writer_.u8(static_cast<uint8_t>(id << 4 | (value.size() - 1)));
  }
  const size_t at = writer_.size();
  writer_.put(value);
  if (!writer_.ok()) return {};
  return writer_.written().subspan(at, value.size());
}

size_t RtpHeaderWriter::finish() {
  if (length_at_ != 0) {
    writer_.zeros((4 - writer_.size() % 4) % 4);
    const size_t words = (writer_.size() - length_at_ - 2) / 4;
    is_ok_ = is_ok_ && writer_.ok() && words <= kBlockWordsMax;
    if (is_ok_) {
      writer_.written()[0] = first_byte(true);
      store_u16(writer_.written().data() + length_at_, static_cast<uint16_t>(words));
    }
  }
  return is_ok_ && writer_.ok() ? writer_.size() : 0;
}

}  // namespace kith::rtc

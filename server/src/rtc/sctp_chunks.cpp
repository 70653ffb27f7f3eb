#include "rtc/sctp_chunks.hpp"

#include <algorithm>

namespace kith::rtc {
namespace {

enum class ParameterKind : uint16_t {
  kStateCookie = 7,               // RFC 9260 §3.3.3.1
  kSupportedExtensions = 0x8008,  // RFC 5061 §4.2.7
  kForwardTsnSupported = 0xC000,  // RFC 3758 §3.1
};

constexpr size_t kInitFixedSize = 16;

constexpr uint8_t kDataEnds = 0x01;
constexpr uint8_t kDataBegins = 0x02;
constexpr uint8_t kDataUnordered = 0x04;
constexpr uint8_t kDataUrgent = 0x08;

bool lists(Bytes extensions, SctpChunkType type) {
  return std::ranges::find(extensions, static_cast<uint8_t>(type)) != extensions.end();
}

void put_parameter_header(ByteWriter& out, ParameterKind kind, size_t value_size) {
  out.u16(static_cast<uint16_t>(kind));
  out.u16(static_cast<uint16_t>(kSctpItemHeaderSize + value_size));
}

}  // namespace

std::optional<SctpInit> SctpInit::parse(Bytes value) {
  ByteReader in(value);
  SctpInit init;
  init.tag = in.u32();
  init.receive_window = in.u32();
  init.outbound_streams = in.u16();
  init.inbound_streams = in.u16();
  init.initial_tsn = in.u32();
  if (!in.ok() || init.tag == 0 || init.outbound_streams == 0 || init.inbound_streams == 0) return std::nullopt;
  SctpItemReader parameters(in.rest());
  while (const auto parameter = parameters.next()) {
    switch (static_cast<ParameterKind>(parameter->kind)) {
      case ParameterKind::kStateCookie:
        init.cookie = parameter->value;
        break;
      case ParameterKind::kSupportedExtensions:
        init.knows_reconfig = lists(parameter->value, SctpChunkType::kReconfig);
        init.knows_forward_tsn = init.knows_forward_tsn || lists(parameter->value, SctpChunkType::kForwardTsn);
        break;
      case ParameterKind::kForwardTsnSupported:
        init.knows_forward_tsn = true;
        break;
    }
  }
  return init;
}

void SctpInit::write(SctpChunkType type, SctpPacker& packer) const {
  const size_t extensions_size = size_t{knows_reconfig} + size_t{knows_forward_tsn};
  const size_t padding = (4 - extensions_size % 4) % 4;
  const size_t cookie_size = cookie.empty() ? 0 : kSctpItemHeaderSize + cookie.size();
  const size_t size = kInitFixedSize + (knows_forward_tsn ? kSctpItemHeaderSize : 0) + kSctpItemHeaderSize +
                      extensions_size + padding + cookie_size;
  ByteWriter out(packer.add(type, 0, size));
  out.u32(tag);
  out.u32(receive_window);
  out.u16(outbound_streams);
  out.u16(inbound_streams);
  out.u32(initial_tsn);
  if (knows_forward_tsn) put_parameter_header(out, ParameterKind::kForwardTsnSupported, 0);
  put_parameter_header(out, ParameterKind::kSupportedExtensions, extensions_size);
  if (knows_reconfig) out.u8(static_cast<uint8_t>(SctpChunkType::kReconfig));
  if (knows_forward_tsn) out.u8(static_cast<uint8_t>(SctpChunkType::kForwardTsn));
  out.zeros(padding);
  if (cookie.empty()) return;
  put_parameter_header(out, ParameterKind::kStateCookie, cookie.size());
  out.put(cookie);
}

std::optional<SctpData> SctpData::parse(const SctpItem& chunk) {
  const uint8_t flags = chunk.chunk_flags();
  ByteReader in(chunk.value);
  SctpData data;
  data.tsn = in.u32();
  data.stream = in.u16();
  data.sequence = in.u16();
  data.protocol = in.u32();
  data.is_unordered = (flags & kDataUnordered) != 0;
  data.begins = (flags & kDataBegins) != 0;
  data.ends = (flags & kDataEnds) != 0;
  data.is_urgent = (flags & kDataUrgent) != 0;
  data.payload = in.rest();
  if (!in.ok() || data.payload.empty()) return std::nullopt;
  return data;
}

void SctpData::write(SctpPacker& packer) const {
  const auto flags = static_cast<uint8_t>((ends ? kDataEnds : 0) | (begins ? kDataBegins : 0) |
                                          (is_unordered ? kDataUnordered : 0) | (is_urgent ? kDataUrgent : 0));
  ByteWriter out(packer.add(SctpChunkType::kData, flags, kHeaderSize + payload.size()));
  out.u32(tsn);
  out.u16(stream);
  out.u16(sequence);
  out.u32(protocol);
  out.put(payload);
}

std::optional<SctpSack> SctpSack::parse(Bytes value) {
  ByteReader in(value);
  SctpSack sack;
  sack.cumulative_tsn = in.u32();
  sack.receive_window = in.u32();
  const size_t block_count = in.u16();
  const size_t duplicate_count = in.u16();
  sack.blocks = in.take(4 * block_count);
  sack.duplicates = in.take(4 * duplicate_count);
  if (!in.ok()) return std::nullopt;
  return sack;
}

std::optional<SctpForwardTsn> SctpForwardTsn::parse(Bytes value) {
  ByteReader in(value);
  SctpForwardTsn forward;
  forward.cumulative_tsn = in.u32();
  forward.skipped = in.rest();
  if (!in.ok() || forward.skipped.size() % 4 != 0) return std::nullopt;
  return forward;
}

std::optional<SctpOutgoingReset> SctpOutgoingReset::parse(Bytes value) {
  ByteReader in(value);
  SctpOutgoingReset reset;
  reset.request = in.u32();
  reset.response = in.u32();
  reset.last_tsn = in.u32();
  reset.streams = in.rest();
  if (!in.ok() || reset.streams.size() % 2 != 0) return std::nullopt;
  return reset;
}

std::optional<SctpReconfigResponse> SctpReconfigResponse::parse(Bytes value) {
  ByteReader in(value);
  SctpReconfigResponse response;
  response.response = in.u32();
  response.result = static_cast<SctpReconfigResult>(in.u32());
  if (!in.ok()) return std::nullopt;
  return response;
}

void SctpReconfigResponse::write(SctpPacker& packer) const {
  ByteWriter out(packer.add(SctpChunkType::kReconfig, 0, kSctpItemHeaderSize + 8));
  out.u16(static_cast<uint16_t>(SctpReconfigKind::kResponse));
  out.u16(kSctpItemHeaderSize + 8);
  out.u32(response);
  out.u32(static_cast<uint32_t>(result));
}

}  // namespace kith::rtc

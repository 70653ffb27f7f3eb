// RFC 3550 packets and RFC 8285 extensions: what a packet holds lies inside it, and comes back from the writer.
#include <algorithm>
#include <array>
#include <vector>

#include "fuzz_input.hpp"
#include "rtc/rtp_packet.hpp"

using namespace kith;

namespace {

/// True if the view lies within the bytes.
bool lies_within(rtc::Bytes view, rtc::Bytes whole) {
  return view.empty() || (view.data() >= whole.data() && view.data() + view.size() <= whole.data() + whole.size());
}

/// Writes the packet's header and elements anew and reads them again.
void claim_round_trip(const rtc::RtpPacket& packet) {
  std::array<uint8_t, 70'000> out;  // not cleared: only what was written is read
  const bool is_two_byte = packet.extension_profile != 0xBEDE;
  rtc::RtpHeaderWriter writer(out,
                              {.payload_type = packet.payload_type,
                               .marker = packet.marker,
                               .sequence = packet.sequence,
                               .timestamp = packet.timestamp,
                               .ssrc = packet.ssrc},
                              is_two_byte);
  for (unsigned id = 1; id < 256; ++id) {
    if (const auto value = packet.find_extension(static_cast<uint8_t>(id))) {
      writer.add(static_cast<uint8_t>(id), *value);
    }
  }
  const size_t size = writer.finish();
  fuzz::claim(size >= 12);
  const auto read = rtc::RtpPacket::parse(rtc::Bytes(out).first(size));
  fuzz::claim(read && read->header_size == size && read->ssrc == packet.ssrc && read->marker == packet.marker);
  for (unsigned id = 1; id < 256; ++id) {
    const auto before = packet.find_extension(static_cast<uint8_t>(id));
    const auto after = read->find_extension(static_cast<uint8_t>(id));
    fuzz::claim(before.has_value() == after.has_value() && (!before || std::ranges::equal(*before, *after)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A copy of just this size lets the sanitizer see any read past its end.
  const std::vector<uint8_t> bytes(data, data + size);
  const auto packet = rtc::RtpPacket::parse(bytes);
  if (!packet) return 0;
  fuzz::claim(packet->header_size + packet->payload.size() + packet->padding_size == size);
  fuzz::claim(lies_within(packet->payload, bytes) && lies_within(packet->extension_block, bytes));
  for (unsigned id = 0; id < 256; ++id) {
    const auto value = packet->find_extension(static_cast<uint8_t>(id));
    if (!value) continue;
    fuzz::claim(lies_within(*value, packet->extension_block));
    rtc::parse_audio_level(*value);
  }
  claim_round_trip(*packet);
  return 0;
}

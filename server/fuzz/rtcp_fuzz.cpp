// RTCP compounds: what is read stays within its limits and is read the same after writing.
#include <vector>

#include "fuzz_input.hpp"
#include "rtc/rtcp.hpp"

using namespace kith;

namespace {

size_t sequences_in(const rtc::RtcpPacket& packet) {
  if (const auto* nack = std::get_if<rtc::Nack>(&packet)) return nack->lost.size();
  if (const auto* feedback = std::get_if<rtc::TransportFeedback>(&packet)) return feedback->deltas.size();
  return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<uint8_t> bytes(data, data + size);
  std::vector<rtc::RtcpPacket> packets;
  rtc::parse_rtcp(bytes, packets);
  size_t sequences = 0;
  for (const rtc::RtcpPacket& packet : packets) sequences += sequences_in(packet);
  fuzz::claim(sequences <= rtc::kRtcpSequencesMax);
  std::vector<uint8_t> out(300'000);
  for (const rtc::RtcpPacket& packet : packets) {
    rtc::ByteWriter writer(out);
    fuzz::claim(rtc::serialize_rtcp(packet, writer));
    std::vector<rtc::RtcpPacket> again;
    fuzz::claim(rtc::parse_rtcp(writer.written(), again));
    fuzz::claim(again == std::vector{packet});
  }
  return 0;
}

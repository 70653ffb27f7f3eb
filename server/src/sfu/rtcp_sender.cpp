#include "sfu/rtcp_sender.hpp"

#include <array>

namespace kith::sfu {
namespace {

constexpr size_t kCompoundMax = 1160;  ///< with SRTCP's index and tag below any usual path's limit
constexpr size_t kProtectionMax = 20;

void send_compound(rtc::PeerTransport& transport, rtc::Bytes compound, rtc::Outbox& outbox) {
  const rtc::MutableBytes out = outbox.begin(compound.size() + kProtectionMax);
  const size_t size = transport.outbound()->protect_rtcp(compound, out);
  if (size != 0) outbox.commit(*transport.path(), size);
}

}  // namespace

void send_rtcp(rtc::PeerTransport& transport, std::span<const rtc::RtcpPacket> packets, rtc::Outbox& outbox) {
  if (packets.empty() || transport.outbound() == nullptr || !transport.path()) return;
  std::array<uint8_t, kCompoundMax> buffer;
  rtc::ByteWriter compound(buffer);
  for (const rtc::RtcpPacket& packet : packets) {
    if (rtc::serialize_rtcp(packet, compound)) continue;
    if (compound.size() != 0) send_compound(transport, compound.written(), outbox);
    compound = rtc::ByteWriter(buffer);
    rtc::serialize_rtcp(packet, compound);
  }
  if (compound.size() != 0) send_compound(transport, compound.written(), outbox);
}

}  // namespace kith::sfu

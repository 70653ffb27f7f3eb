// RTCP packets gathered into protected datagrams.
#pragma once

#include <span>

#include "rtc/peer_transport.hpp"
#include "rtc/rtcp.hpp"

namespace kith::sfu {

/// Sends the packets on the connection's path in as few datagrams as fit; nothing before it is connected. A packet that
/// fits no datagram alone is dropped.
void send_rtcp(rtc::PeerTransport& transport, std::span<const rtc::RtcpPacket> packets, rtc::Outbox& outbox);

}  // namespace kith::sfu

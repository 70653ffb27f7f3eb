#include "rtc/srtp_inbound.hpp"

namespace kith::rtc {
namespace {

constexpr size_t kRtcpHeaderSize = 8;
constexpr uint32_t kEncryptedFlag = 0x80000000;

constexpr size_t kRtpHeaderSize = 12;

/// What a packet of an SSRC not heard of before is judged by.
constexpr ReplayWindow kNothingSeen;

/// Fixed header, CSRCs and extension block of a packet whose payload is still encrypted (RFC 3550 §5.1); 0: malformed.
size_t rtp_header_size(Bytes packet) {
  if (packet.size() < kRtpHeaderSize || packet[0] >> 6 != 2) return 0;
  size_t size = kRtpHeaderSize + size_t{4} * (packet[0] & 0x0F);
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() < size + 4) return 0;
    size += 4 + size_t{4} * load_u16(packet.data() + size + 2);
  }
  return size <= packet.size() ? size : 0;
}

/// Takes note of an authentic packet. `seen`: what the table has for its SSRC, null if nothing.
void remember(SrtpStreams& streams, uint32_t ssrc, ReplayWindow* seen, uint64_t index) {
  if (seen == nullptr) {
    streams.remove_oldest_if_full();
    seen = streams.insert(ssrc);
  }
  seen->accept(index);
}

}  // namespace

Result<SrtpInbound> SrtpInbound::create(const SrtpKeys& keys) {
  TRY(const SrtpSessionKeys rtp_keys, derive_session_keys(keys, SrtpUse::kRtp));
  TRY(const SrtpSessionKeys rtcp_keys, derive_session_keys(keys, SrtpUse::kRtcp));
  TRY(auto rtp, SrtpCipher::create(rtp_keys, SrtpUse::kRtp, SrtpDirection::kUnprotect));
  TRY(auto rtcp, SrtpCipher::create(rtcp_keys, SrtpUse::kRtcp, SrtpDirection::kUnprotect));
  return SrtpInbound(keys.profile, std::move(rtp), std::move(rtcp));
}

std::optional<size_t> SrtpInbound::unprotect_rtp(MutableBytes packet) {
  const size_t tag_size = sizes_of(profile_).tag;
  if (packet.size() < tag_size) return std::nullopt;
  const size_t clear_size = packet.size() - tag_size;
  const size_t header_size = rtp_header_size(packet.first(clear_size));
  if (header_size == 0) return std::nullopt;
  const uint32_t ssrc = load_u32(packet.data() + 8);
  ReplayWindow* seen = rtp_streams_.find(ssrc);
  const ReplayWindow& judge = seen != nullptr ? *seen : kNothingSeen;
  const std::optional<uint64_t> index = estimate_packet_index(judge, load_u16(packet.data() + 2));
  if (!index || !judge.is_new(*index)) return std::nullopt;
  const SrtpClear clear{.header = packet.first(header_size), .word = static_cast<uint32_t>(*index >> 16)};
  if (!rtp_->open({.ssrc = ssrc, .index = *index}, clear, packet.subspan(header_size, clear_size - header_size),
                  packet.subspan(clear_size))) {
    return std::nullopt;
  }
  remember(rtp_streams_, ssrc, seen, *index);
  return clear_size;
}

std::optional<size_t> SrtpInbound::unprotect_rtcp(MutableBytes packet) {
  const size_t tag_size = sizes_of(profile_).tag;
  if (packet.size() < kRtcpHeaderSize + tag_size + 4) return std::nullopt;
  const size_t clear_size = packet.size() - tag_size - 4;
  // GCM: ciphertext, tag, word (RFC 7714 §9.2). HMAC: ciphertext, word, tag (RFC 3711 §3.4).
  const bool is_aead = profile_ != SrtpProfile::kAes128CmHmacSha1_80;
  const MutableBytes tag = packet.subspan(is_aead ? clear_size : clear_size + 4, tag_size);
  const uint32_t word = load_u32(packet.data() + (is_aead ? clear_size + tag_size : clear_size));
  if ((word & kEncryptedFlag) == 0) return std::nullopt;
  const uint64_t index = word & ~kEncryptedFlag;
  const uint32_t ssrc = load_u32(packet.data() + 4);
  ReplayWindow* seen = rtcp_streams_.find(ssrc);
  if (seen != nullptr && !seen->is_new(index)) return std::nullopt;
  const SrtpClear clear{.header = packet.first(kRtcpHeaderSize), .word = word};
  if (!rtcp_->open({.ssrc = ssrc, .index = index}, clear, packet.subspan(kRtcpHeaderSize, clear_size - kRtcpHeaderSize),
                   tag)) {
    return std::nullopt;
  }
  remember(rtcp_streams_, ssrc, seen, index);
  return clear_size;
}

}  // namespace kith::rtc

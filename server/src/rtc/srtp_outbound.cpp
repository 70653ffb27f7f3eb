#include "rtc/srtp_outbound.hpp"

#include <cstring>

namespace kith::rtc {
namespace {

constexpr size_t kRtpHeaderSize = 12;
constexpr size_t kRtcpHeaderSize = 8;
constexpr uint32_t kEncryptedFlag = 0x80000000;

}  // namespace

Result<SrtpOutbound> SrtpOutbound::create(const SrtpKeys& keys) {
  TRY(const SrtpSessionKeys rtp_keys, derive_session_keys(keys, SrtpUse::kRtp));
  TRY(const SrtpSessionKeys rtcp_keys, derive_session_keys(keys, SrtpUse::kRtcp));
  TRY(auto rtp, SrtpCipher::create(rtp_keys, SrtpUse::kRtp, SrtpDirection::kProtect));
  TRY(auto rtcp, SrtpCipher::create(rtcp_keys, SrtpUse::kRtcp, SrtpDirection::kProtect));
  return SrtpOutbound(keys.profile, std::move(rtp), std::move(rtcp));
}

size_t SrtpOutbound::protect_rtp(Bytes header, Bytes payload_prefix, Bytes payload, MutableBytes out) {
  const size_t clear_size = header.size() + payload_prefix.size() + payload.size();
  const size_t size = clear_size + sizes_of(profile_).tag;
  if (header.size() < kRtpHeaderSize || out.size() < size) return 0;
  const uint32_t ssrc = load_u32(header.data() + 8);
  ReplayWindow* sent = streams_.find(ssrc);
  if (sent == nullptr) sent = streams_.insert(ssrc);
  if (sent == nullptr) return 0;
  const std::optional<uint64_t> index = estimate_packet_index(*sent, load_u16(header.data() + 2));
  if (!index || !sent->is_new(*index)) return 0;
  sent->accept(*index);
  if (header.data() != out.data()) std::memcpy(out.data(), header.data(), header.size());
  const SrtpClear clear{.header = out.first(header.size()), .word = static_cast<uint32_t>(*index >> 16)};
  const bool is_sealed = rtp_->seal({.ssrc = ssrc, .index = *index}, clear, payload_prefix, payload,
                                    out.data() + header.size(), out.data() + clear_size);
  return is_sealed ? size : 0;
}

size_t SrtpOutbound::protect_rtcp(Bytes packet, MutableBytes out) {
  const size_t tag_size = sizes_of(profile_).tag;
  const size_t size = packet.size() + 4 + tag_size;
  if (packet.size() < kRtcpHeaderSize || out.size() < size) return 0;
  if (rtcp_index_ + 1 == kEncryptedFlag) return 0;  // 2^31 packets are the end of a key's life
  ++rtcp_index_;
  const uint32_t word = kEncryptedFlag | rtcp_index_;
  // GCM: ciphertext, tag, word (RFC 7714 §9.2). HMAC: ciphertext, word, tag (RFC 3711 §3.4).
  uint8_t* const after = out.data() + packet.size();
  const bool is_aead = profile_ != SrtpProfile::kAes128CmHmacSha1_80;
  store_u32(is_aead ? after + tag_size : after, word);
  std::memcpy(out.data(), packet.data(), kRtcpHeaderSize);
  const SrtpClear clear{.header = out.first(kRtcpHeaderSize), .word = word};
  const bool is_sealed =
      rtcp_->seal({.ssrc = load_u32(packet.data() + 4), .index = rtcp_index_}, clear, {},
                  packet.subspan(kRtcpHeaderSize), out.data() + kRtcpHeaderSize, is_aead ? after : after + 4);
  return is_sealed ? size : 0;
}

}  // namespace kith::rtc

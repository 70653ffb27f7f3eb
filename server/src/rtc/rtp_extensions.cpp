#include "rtc/rtp_extensions.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "rtc/rtp_packet.hpp"

namespace kith::rtc {

namespace {

/// In the order of RtpExtension.
constexpr std::array<std::string_view, kRtpExtensionCount> kUris = {
    "urn:ietf:params:rtp-hdrext:sdes:mid",                                                      // RFC 9143 §15
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",                                            // RFC 8852 §4.1
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",                                   // RFC 8852 §4.2
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",                                              // RFC 6464
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",                // the draft's §2
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",                               // libwebrtc's docs
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",                            // libwebrtc's docs
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",  // AV1 RTP spec, A
    "urn:3gpp:video-orientation",                                                               // 3GPP TS 26.114
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",                               // libwebrtc's docs
    "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",                          // libwebrtc's docs
};

std::optional<Bytes> find_one_byte(Bytes block, uint8_t id) {
  for (size_t at = 0; at < block.size();) {
    const auto element_id = static_cast<uint8_t>(block[at] >> 4);
    const size_t length_field = block[at] & 0x0F;
    ++at;
    if (element_id == 0) {
      if (length_field != 0) return std::nullopt;  // such padding ends the block
      continue;
    }
    if (element_id > kOneByteIdMax || block.size() - at < length_field + 1) return std::nullopt;
    if (element_id == id) return block.subspan(at, length_field + 1);
    at += length_field + 1;
  }
  return std::nullopt;
}

std::optional<Bytes> find_two_byte(Bytes block, uint8_t id) {
  for (size_t at = 0; at < block.size();) {
    const uint8_t element_id = block[at++];
    if (element_id == 0) continue;
    if (at == block.size()) return std::nullopt;
    const size_t size = block[at++];
    if (block.size() - at < size) return std::nullopt;
    if (element_id == id) return block.subspan(at, size);
    at += size;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Bytes> find_extension_element(uint16_t profile, Bytes block, uint8_t id) {
  if (id == 0) return std::nullopt;
  if (profile == kOneByteProfile) return find_one_byte(block, id);
  if ((profile & 0xFFF0) == kTwoByteProfile) return find_two_byte(block, id);
  return std::nullopt;
}

std::string_view uri_of(RtpExtension extension) { return kUris[static_cast<size_t>(extension)]; }

std::optional<RtpExtension> rtp_extension_of(std::string_view uri) {
  const auto* const found = std::ranges::find(kUris, uri);
  if (found == kUris.end()) return std::nullopt;
  return static_cast<RtpExtension>(found - kUris.begin());
}

std::optional<RtpExtension> RtpExtensionMap::extension_of(uint8_t id) const {
  if (id == 0) return std::nullopt;
  const auto* const found = std::ranges::find(ids_, id);
  if (found == ids_.end()) return std::nullopt;
  return static_cast<RtpExtension>(found - ids_.begin());
}

std::optional<AudioLevel> parse_audio_level(Bytes value) {
  // Two-byte headers may carry it with a second, reserved byte (RFC 6464 §3).
  if (value.empty()) return std::nullopt;
  return AudioLevel{.dbov = static_cast<uint8_t>(value[0] & 0x7F), .has_voice = (value[0] & 0x80) != 0};
}

}  // namespace kith::rtc

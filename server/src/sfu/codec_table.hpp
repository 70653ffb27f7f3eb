// The codecs of calls: how SDP writes them, which payload types we give subscribers, what feedback we want.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rtc/sdp.hpp"
#include "sfu/payload_types.hpp"

namespace kith::sfu {

/// The codec an rtpmap names, kUnknown for RTX and what we do not carry.
Codec codec_of(const rtc::SdpCodec& codec);
/// "VP8"; LiveKit's "vp8" and "video/VP8" are made of it.
std::string_view name_of(Codec codec);
Codec codec_of_name(std::string_view name_or_mime);
MediaKind kind_of(Codec codec);

/// Reads the codecs of one section into the table; a payload type that already means something else stays.
void read_payload_types(const rtc::SdpMedia& section, PayloadTypes& payload_types);

/// Payload type of a codec on every subscriber connection: fixed, so that it never has to change.
uint8_t subscriber_payload_type(Codec codec);
/// Payload type of its retransmissions; nullopt for audio.
std::optional<uint8_t> subscriber_rtx_type(Codec codec);
/// The codec lines of a section that carries a track: the codec, what it needs (RED needs Opus), and RTX.
std::vector<rtc::SdpCodec> subscriber_codecs(Codec codec, bool is_stereo);

/// rtcp-fb lines we answer and offer for media of a kind.
std::vector<std::string> feedback_for(MediaKind kind);

}  // namespace kith::sfu

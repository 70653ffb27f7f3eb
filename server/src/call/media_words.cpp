#include "call/media_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace kith::call {
namespace {

struct CodecNames {
  sfu::Codec codec;
  std::string_view short_name;
  std::string_view mime;
};
constexpr std::array<CodecNames, 6> kCodecs{{{sfu::Codec::kOpus, "opus", "audio/opus"},
                                             {sfu::Codec::kRed, "red", "audio/red"},
                                             {sfu::Codec::kVp8, "vp8", "video/VP8"},
                                             {sfu::Codec::kVp9, "vp9", "video/VP9"},
                                             {sfu::Codec::kH264, "h264", "video/H264"},
                                             {sfu::Codec::kAv1, "av1", "video/AV1"}}};

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

const CodecNames* names_of(sfu::Codec codec) {
  const auto found = std::ranges::find(kCodecs, codec, &CodecNames::codec);
  return found == kCodecs.end() ? nullptr : &*found;
}

}  // namespace

sfu::TrackSource to_source(livekit::TrackSource source) {
  switch (source) {
    case livekit::CAMERA:
      return sfu::TrackSource::kCamera;
    case livekit::MICROPHONE:
      return sfu::TrackSource::kMicrophone;
    case livekit::SCREEN_SHARE:
      return sfu::TrackSource::kScreenShare;
    case livekit::SCREEN_SHARE_AUDIO:
      return sfu::TrackSource::kScreenShareAudio;
    default:
      return sfu::TrackSource::kUnknown;
  }
}

livekit::TrackSource to_wire(sfu::TrackSource source) {
  switch (source) {
    case sfu::TrackSource::kCamera:
      return livekit::CAMERA;
    case sfu::TrackSource::kMicrophone:
      return livekit::MICROPHONE;
    case sfu::TrackSource::kScreenShare:
      return livekit::SCREEN_SHARE;
    case sfu::TrackSource::kScreenShareAudio:
      return livekit::SCREEN_SHARE_AUDIO;
    case sfu::TrackSource::kUnknown:
      break;
  }
  return livekit::UNKNOWN;
}

livekit::ConnectionQuality to_wire(sfu::ConnectionQuality quality) {
  return static_cast<livekit::ConnectionQuality>(quality);
}

livekit::VideoQuality to_wire(sfu::VideoQuality quality) { return static_cast<livekit::VideoQuality>(quality); }

sfu::VideoQuality to_quality(livekit::VideoQuality quality) {
  // Numbers of newer clients ask for more than we know: give the most.
  return livekit::VideoQuality_IsValid(quality) ? static_cast<sfu::VideoQuality>(quality) : sfu::VideoQuality::kHigh;
}

sfu::VideoLayer to_layer(const livekit::VideoLayer& layer) {
  return {.quality = to_quality(layer.quality()),
          .width = layer.width(),
          .height = layer.height(),
          .bitrate_bps = layer.bitrate(),
          .rid = layer.rid(),
          .spatial = static_cast<int8_t>(
              std::clamp<int32_t>(layer.spatial_layer(), 0, static_cast<int32_t>(sfu::kSpatialLayersMax) - 1))};
}

livekit::VideoLayer to_wire(const sfu::VideoLayer& layer) {
  livekit::VideoLayer out;
  out.set_quality(to_wire(layer.quality));
  out.set_width(layer.width);
  out.set_height(layer.height);
  out.set_bitrate(layer.bitrate_bps);
  out.set_spatial_layer(layer.spatial);
  out.set_rid(layer.rid);
  return out;
}

sfu::Codec codec_of(std::string_view name) {
  const size_t slash = name.find('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const auto found = std::ranges::find_if(
      kCodecs, [&](const CodecNames& names) { return equals_ignoring_case(names.short_name, name); });
  return found == kCodecs.end() ? sfu::Codec::kUnknown : found->codec;
}

std::string_view mime_of(sfu::Codec codec) {
  const CodecNames* names = names_of(codec);
  return names == nullptr ? std::string_view() : names->mime;
}

std::string_view short_name_of(sfu::Codec codec) {
  const CodecNames* names = names_of(codec);
  return names == nullptr ? std::string_view() : names->short_name;
}

}  // namespace kith::call

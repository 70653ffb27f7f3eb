// The words of the media engine in those of LiveKit's clients, both ways.
#pragma once

#include <string>
#include <string_view>

#include "livekit/models.pb.h"
#include "sfu/media_control.hpp"

namespace kith::call {

sfu::TrackSource to_source(livekit::TrackSource source);
livekit::TrackSource to_wire(sfu::TrackSource source);
livekit::ConnectionQuality to_wire(sfu::ConnectionQuality quality);
livekit::VideoQuality to_wire(sfu::VideoQuality quality);
sfu::VideoQuality to_quality(livekit::VideoQuality quality);
sfu::VideoLayer to_layer(const livekit::VideoLayer& layer);
livekit::VideoLayer to_wire(const sfu::VideoLayer& layer);

/// "vp8", "VP8" or "video/vp8" → kVp8.
sfu::Codec codec_of(std::string_view name);
/// "video/VP8"; empty for kUnknown. Clients compare without case, but expect the kind in front.
std::string_view mime_of(sfu::Codec codec);
/// "vp8": how dynacast messages call it.
std::string_view short_name_of(sfu::Codec codec);

}  // namespace kith::call

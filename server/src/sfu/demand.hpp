// What a viewer's settings mean in layers (spec §4.2).
#pragma once

#include <optional>

#include "sfu/media_control.hpp"

namespace kith::sfu {

/// The best layer a viewer can use of a video; none if it is switched off. `settings`: nullopt before the viewer has
/// said anything; then low with adaptive streams, where its size will follow, else the highest.
Layer demanded_layer(const TrackState& track, const std::optional<TrackSettings>& settings, bool adaptive_stream);

/// The quality that a spatial layer of a track is called; kOff for none.
VideoQuality quality_of(const TrackState& track, int8_t spatial);

}  // namespace kith::sfu

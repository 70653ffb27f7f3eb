#include "sfu/demand.hpp"

#include <algorithm>

namespace kith::sfu {
namespace {

constexpr int8_t kTemporalTop = kTemporalLayersMax - 1;

int8_t top_layer(const TrackState& track) {
  const size_t layers = std::clamp<size_t>(track.layers.size(), 1, kSpatialLayersMax);
  return static_cast<int8_t>(layers - 1);
}

/// Highest layer that is not better than asked for; the lowest if all are.
int8_t layer_of_quality(const TrackState& track, VideoQuality quality) {
  int8_t found = 0;
  for (size_t i = 0; i < track.layers.size() && i < kSpatialLayersMax; ++i) {
    if (track.layers[i].quality <= quality) found = static_cast<int8_t>(i);
  }
  return track.layers.empty() ? top_layer(track) : found;
}

/// Smallest layer that fills the viewer's picture, in the orientation that fits better.
int8_t layer_of_size(const TrackState& track, uint32_t width, uint32_t height) {
  const uint32_t wanted = std::max(width, height);
  for (size_t i = 0; i < track.layers.size() && i < kSpatialLayersMax; ++i) {
    if (std::max(track.layers[i].width, track.layers[i].height) >= wanted) return static_cast<int8_t>(i);
  }
  return top_layer(track);
}

/// Each temporal layer halves the frame rate below it; cameras send about 30 frames a second.
int8_t temporal_for(uint32_t fps) {
  if (fps == 0 || fps > 20) return kTemporalTop;
  return fps > 10 ? 1 : 0;
}

}  // namespace

Layer demanded_layer(const TrackState& track, const std::optional<TrackSettings>& settings, bool adaptive_stream) {
  if (!settings) {
    // A screen is watched for its text: it starts sharp.
    const bool starts_low = adaptive_stream && track.source != TrackSource::kScreenShare;
    return {.spatial = starts_low ? int8_t{0} : top_layer(track), .temporal = kTemporalTop};
  }
  if (settings->is_disabled || settings->quality == VideoQuality::kOff) return {};
  const int8_t spatial = settings->width > 0 ? layer_of_size(track, settings->width, settings->height)
                                             : layer_of_quality(track, settings->quality);
  return {.spatial = spatial, .temporal = temporal_for(settings->fps)};
}

VideoQuality quality_of(const TrackState& track, int8_t spatial) {
  if (spatial < 0) return VideoQuality::kOff;
  const auto index = static_cast<size_t>(spatial);
  if (index < track.layers.size()) return track.layers[index].quality;
  return VideoQuality::kHigh;
}

}  // namespace kith::sfu

// Which layers of an encoding come lately, however slow its frames are.
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "base/time.hpp"
#include "sfu/media.hpp"

namespace kith::sfu {

class LayerPresence {
 public:
  /// A layer is gone after this long without a packet, or after kFrames of its own frame intervals: a shared screen at
  /// rest sends a frame a second, and calling it dead would make viewers switch to and fro. Lower: viewers leave a
  /// stopped layer sooner; higher: slow ones stay.
  static constexpr Duration kSilenceMin = std::chrono::seconds(1);
  static constexpr Duration kSilenceMax = std::chrono::seconds(5);
  static constexpr int kFrames = 4;

  void note(Instant now, const FrameInfo& frame) {
    Spatial& layer = layers_[static_cast<size_t>(frame.spatial)];
    if (frame.starts_frame) {
      if (layer.frame_at) layer.interval = now - *layer.frame_at;
      layer.frame_at = now;
    }
    layer.seen_at = now;
    layer.temporal_seen_at[static_cast<size_t>(frame.temporal)] = now;
  }
  [[nodiscard]] bool is_alive(Instant now, int8_t spatial) const {
    const Spatial& layer = layers_[static_cast<size_t>(spatial)];
    return layer.is_recent(now, layer.seen_at);
  }
  [[nodiscard]] bool is_any_alive(Instant now) const {
    return std::ranges::any_of(layers_, [now](const Spatial& layer) { return layer.is_recent(now, layer.seen_at); });
  }
  /// How many temporal layers a spatial layer had lately, at least 1.
  [[nodiscard]] int8_t temporal_layers(Instant now, int8_t spatial) const {
    const Spatial& layer = layers_[static_cast<size_t>(spatial)];
    for (size_t count = kTemporalLayersMax; count > 1; --count) {
      if (layer.is_recent(now, layer.temporal_seen_at[count - 1])) return static_cast<int8_t>(count);
    }
    return 1;
  }

 private:
  struct Spatial {
    std::optional<Instant> seen_at;
    std::optional<Instant> frame_at;  ///< when its newest frame began
    Duration interval{};              ///< between its last two frames
    std::array<std::optional<Instant>, kTemporalLayersMax> temporal_seen_at;

    [[nodiscard]] bool is_recent(Instant now, const std::optional<Instant>& at) const {
      return at && now - *at <= std::clamp<Duration>(interval * kFrames, kSilenceMin, kSilenceMax);
    }
  };
  std::array<Spatial, kSpatialLayersMax> layers_;
};

}  // namespace kith::sfu

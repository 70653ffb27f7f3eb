// The words of forwarding: kinds, codecs, layers and what is asked of them. Plain values.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rtc/rtp_packet.hpp"

namespace kith::sfu {

enum class MediaKind : uint8_t { kAudio, kVideo };
enum class TrackSource : uint8_t { kUnknown, kCamera, kMicrophone, kScreenShare, kScreenShareAudio };
enum class Codec : uint8_t { kUnknown, kOpus, kRed, kVp8, kVp9, kH264, kAv1 };
/// As the viewer asks; also which simulcast encoding of a publisher, low to high.
enum class VideoQuality : uint8_t { kLow, kMedium, kHigh, kOff };

inline constexpr size_t kSpatialLayersMax = 3;
inline constexpr size_t kTemporalLayersMax = 4;

/// A spatial and a temporal layer: simulcast encoding or SVC layer, low to high. Negative: nothing.
struct Layer {
  int8_t spatial = -1;
  int8_t temporal = -1;
  auto operator<=>(const Layer&) const = default;
  [[nodiscard]] constexpr bool is_none() const { return spatial < 0; }
};

/// What the publisher said about one of its video layers (LiveKit's VideoLayer).
struct VideoLayer {
  VideoQuality quality = VideoQuality::kHigh;
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t bitrate_bps = 0;
  std::string rid;  ///< empty for a single encoding and for SVC
  int8_t spatial = 0;
  bool operator==(const VideoLayer&) const = default;
};

/// A set of layers, one bit each.
using LayerSet = uint16_t;
inline constexpr LayerSet kNoLayers = 0;
inline constexpr LayerSet kAllLayers = (1 << (kSpatialLayersMax * kTemporalLayersMax)) - 1;
constexpr LayerSet layer_bit(Layer layer) {
  return layer.is_none() ? kNoLayers
                         : static_cast<LayerSet>(1 << (static_cast<size_t>(layer.spatial) * kTemporalLayersMax +
                                                       static_cast<size_t>(layer.temporal)));
}
/// Every layer that is at least `lowest` in space and in time.
constexpr LayerSet layers_from(Layer lowest) {
  constexpr LayerSet kTemporal = (1 << kTemporalLayersMax) - 1;
  LayerSet set = kNoLayers;
  for (int spatial = lowest.spatial; spatial < static_cast<int>(kSpatialLayersMax); ++spatial) {
    const int row = (kTemporal << lowest.temporal) & kTemporal;
    set = static_cast<LayerSet>(set | row << (spatial * static_cast<int>(kTemporalLayersMax)));
  }
  return set;
}

/// What one codec payload descriptor says about a packet: all that forwarding needs to know of the payload.
struct FrameInfo {
  bool is_key_frame = false;  ///< only on the packet that begins it: a viewer can start here
  bool starts_frame = false;
  bool ends_frame = false;  ///< last packet of the frame (of its spatial layer)
  int8_t spatial = 0;       ///< SVC only; simulcast encodings are told apart by SSRC
  int8_t temporal = 0;
  /// Viewers of which layers need this frame. Layers above the highest of the stream count as that one.
  LayerSet needed_by = kAllLayers;
  /// Which layers a viewer who had less before may take from this frame on.
  LayerSet switch_at = kNoLayers;
  /// Dependency descriptor only: how many frames ago, per spatial layer, the frame came on which everything later in
  /// that layer rests; 0 where the chain begins here. A layer can only be taken up if that frame was forwarded.
  bool has_chains = false;
  std::array<uint8_t, kSpatialLayersMax> chain_distance{};
};

/// Bits per second.
struct DataRate {
  int64_t bps = 0;
  auto operator<=>(const DataRate&) const = default;
};

}  // namespace kith::sfu

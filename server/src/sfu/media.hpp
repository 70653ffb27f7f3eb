// The words of forwarding: kinds, codecs, layers and what is asked of them. Plain values.
#pragma once

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
  [[nodiscard]] bool is_none() const { return spatial < 0; }
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

/// What one codec payload descriptor says about a packet: all that forwarding needs to know of the payload.
struct FrameInfo {
  bool is_key_frame = false;  ///< of this packet's layer
  bool starts_frame = false;
  bool ends_frame = false;    ///< last packet of the frame (of its spatial layer)
  bool is_switch_up = false;  ///< a receiver of a lower temporal layer may go on from here
  int8_t spatial = 0;         ///< SVC only; simulcast encodings are told apart by SSRC
  int8_t temporal = 0;
};

/// Bits per second.
struct DataRate {
  int64_t bps = 0;
  auto operator<=>(const DataRate&) const = default;
};

}  // namespace kith::sfu

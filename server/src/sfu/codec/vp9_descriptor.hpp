// The VP9 payload descriptor (RFC 9628 §4.2): picture, spatial and temporal layer of a packet.
#pragma once

#include <cstdint>
#include <optional>

#include "rtc/bytes.hpp"
#include "sfu/media.hpp"

namespace kith::sfu {

struct Vp9Descriptor {
  bool is_inter_picture = false;  ///< P: predicted from an earlier picture
  bool is_flexible = false;       ///< F
  bool starts_frame = false;      ///< B
  bool ends_frame = false;        ///< E
  bool has_layers = false;        ///< L
  bool is_switching_up = false;   ///< U: higher temporal layers need nothing older than this picture
  bool is_inter_layer = false;    ///< D: predicted from the layer below in the same picture
  uint8_t spatial_layer = 0;      ///< SID, 3 bits
  uint8_t temporal_layer = 0;     ///< TID, 3 bits
  uint8_t base_picture = 0;       ///< TL0PICIDX, without flexible mode only
  std::optional<uint16_t> picture_id;
  uint8_t size = 0;  ///< bytes of the descriptor, scalability structure included
  bool operator==(const Vp9Descriptor&) const = default;

  /// nullopt if the payload ends within the descriptor.
  static std::optional<Vp9Descriptor> parse(rtc::Bytes payload);
};

FrameInfo frame_info(const Vp9Descriptor& descriptor);

}  // namespace kith::sfu

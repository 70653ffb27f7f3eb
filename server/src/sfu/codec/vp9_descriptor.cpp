#include "sfu/codec/vp9_descriptor.hpp"

#include <algorithm>

namespace kith::sfu {

namespace {

/// V: layer resolutions and the pictures of a group; only its length matters here.
void skip_scalability_structure(rtc::ByteReader& reader) {
  const uint8_t head = reader.u8();
  const size_t spatial_layers = static_cast<size_t>(head >> 5) + 1;
  if ((head & 0x10) != 0) reader.skip(spatial_layers * 4);
  if ((head & 0x08) == 0) return;
  const uint8_t pictures = reader.u8();
  for (int i = 0; i < pictures && reader.ok(); ++i) reader.skip((reader.u8() >> 2) & 0x03);
}

}  // namespace

std::optional<Vp9Descriptor> Vp9Descriptor::parse(rtc::Bytes payload) {
  rtc::ByteReader reader(payload);
  Vp9Descriptor descriptor;
  const uint8_t first = reader.u8();
  descriptor.is_inter_picture = (first & 0x40) != 0;
  descriptor.has_layers = (first & 0x20) != 0;
  descriptor.is_flexible = (first & 0x10) != 0;
  descriptor.starts_frame = (first & 0x08) != 0;
  descriptor.ends_frame = (first & 0x04) != 0;
  if ((first & 0x80) != 0) {
    const uint8_t high = reader.u8();
    descriptor.picture_id = high & 0x7F;
    if ((high & 0x80) != 0) descriptor.picture_id = static_cast<uint16_t>((high & 0x7F) << 8 | reader.u8());
  }
  if (descriptor.has_layers) {
    const uint8_t layer = reader.u8();
    descriptor.temporal_layer = layer >> 5;
    descriptor.is_switching_up = (layer & 0x10) != 0;
    descriptor.spatial_layer = (layer >> 1) & 0x07;
    descriptor.is_inter_layer = (layer & 0x01) != 0;
    if (!descriptor.is_flexible) descriptor.base_picture = reader.u8();
  }
  if (descriptor.is_flexible && descriptor.is_inter_picture) {
    // At most three reference distances; the lowest bit says whether another follows.
    for (int i = 0; i < 3; ++i) {
      if ((reader.u8() & 0x01) == 0) break;
    }
  }
  if ((first & 0x02) != 0) skip_scalability_structure(reader);
  if (!reader.ok()) return std::nullopt;
  const size_t size = payload.size() - reader.left();
  if (size > UINT8_MAX) return std::nullopt;
  descriptor.size = static_cast<uint8_t>(size);
  return descriptor;
}

FrameInfo frame_info(const Vp9Descriptor& descriptor) {
  FrameInfo info;
  info.starts_frame = descriptor.starts_frame;
  info.ends_frame = descriptor.ends_frame;
  info.spatial = static_cast<int8_t>(std::min<size_t>(descriptor.spatial_layer, kSpatialLayersMax - 1));
  info.temporal = static_cast<int8_t>(std::min<size_t>(descriptor.temporal_layer, kTemporalLayersMax - 1));
  info.is_key_frame = info.starts_frame && info.spatial == 0 && !descriptor.is_inter_picture;
  info.needed_by = layers_from({.spatial = info.spatial, .temporal = info.temporal});
  if (info.is_key_frame) {
    info.switch_at = kAllLayers;
  } else if (descriptor.is_switching_up) {
    info.switch_at = layers_from({.spatial = 0, .temporal = static_cast<int8_t>(info.temporal + 1)});
  }
  return info;
}

}  // namespace kith::sfu

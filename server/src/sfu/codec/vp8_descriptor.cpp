#include "sfu/codec/vp8_descriptor.hpp"

#include <cassert>

namespace kith::sfu {

std::optional<Vp8Descriptor> Vp8Descriptor::parse(rtc::Bytes payload) {
  rtc::ByteReader reader(payload);
  Vp8Descriptor descriptor;
  const uint8_t first = reader.u8();
  descriptor.is_non_reference = (first & 0x20) != 0;
  descriptor.starts_partition = (first & 0x10) != 0;
  descriptor.partition = first & 0x07;
  if ((first & 0x80) != 0) {
    const uint8_t present = reader.u8();
    descriptor.has_picture_id = (present & 0x80) != 0;
    descriptor.has_base_picture = (present & 0x40) != 0;
    descriptor.has_temporal_layer = (present & 0x20) != 0;
    descriptor.has_key_index = (present & 0x10) != 0;
  }
  if (descriptor.has_picture_id) {
    const uint8_t high = reader.u8();
    descriptor.is_wide_picture_id = (high & 0x80) != 0;
    descriptor.picture_id = high & 0x7F;
    if (descriptor.is_wide_picture_id) {
      descriptor.picture_id = static_cast<uint16_t>(descriptor.picture_id << 8 | reader.u8());
    }
  }
  if (descriptor.has_base_picture) descriptor.base_picture = reader.u8();
  if (descriptor.has_temporal_layer || descriptor.has_key_index) {
    const uint8_t layer = reader.u8();
    if (descriptor.has_temporal_layer) {
      descriptor.temporal_layer = layer >> 6;
      descriptor.is_layer_sync = (layer & 0x20) != 0;
    }
    if (descriptor.has_key_index) descriptor.key_index = layer & 0x1F;
  }
  if (!reader.ok() || reader.left() == 0) return std::nullopt;
  descriptor.size = static_cast<uint8_t>(payload.size() - reader.left());
  return descriptor;
}

size_t Vp8Descriptor::serialize(rtc::MutableBytes out) const {
  assert(out.size() >= kSizeMax);
  const auto bit = [](bool is_set, int value) { return is_set ? value : 0; };
  const bool has_layer_byte = has_temporal_layer || has_key_index;
  const bool is_extended = has_picture_id || has_base_picture || has_layer_byte;
  size_t at = 0;
  out[at++] = static_cast<uint8_t>(bit(is_extended, 0x80) | bit(is_non_reference, 0x20) | bit(starts_partition, 0x10) |
                                   partition);
  if (!is_extended) return at;
  out[at++] = static_cast<uint8_t>(bit(has_picture_id, 0x80) | bit(has_base_picture, 0x40) |
                                   bit(has_temporal_layer, 0x20) | bit(has_key_index, 0x10));
  if (has_picture_id) {
    rtc::store_u16(&out[at], static_cast<uint16_t>(0x8000 | picture_id));
    at += 2;
  }
  if (has_base_picture) out[at++] = base_picture;
  if (has_layer_byte) out[at++] = static_cast<uint8_t>(temporal_layer << 6 | bit(is_layer_sync, 0x20) | key_index);
  return at;
}

FrameInfo frame_info(const Vp8Descriptor& descriptor, rtc::Bytes payload, bool marker) {
  FrameInfo info;
  info.starts_frame = descriptor.starts_partition && descriptor.partition == 0;
  info.ends_frame = marker;
  info.is_key_frame = info.starts_frame && (payload[descriptor.size] & 1) == 0;
  info.temporal = static_cast<int8_t>(descriptor.temporal_layer);
  const LayerSet upwards = layers_from({.spatial = 0, .temporal = info.temporal});
  info.needed_by = upwards;
  if (info.is_key_frame) {
    info.switch_at = kAllLayers;
  } else if (descriptor.is_layer_sync) {
    info.switch_at = upwards;
  }
  return info;
}

}  // namespace kith::sfu

#include "sfu/codec/frame_parser.hpp"

#include "sfu/codec/av1_payload.hpp"
#include "sfu/codec/h264_payload.hpp"
#include "sfu/codec/opus.hpp"
#include "sfu/codec/red.hpp"
#include "sfu/codec/vp9_descriptor.hpp"

namespace kith::sfu {

namespace {

/// Every audio packet is a frame anybody can begin with.
FrameInfo audio_frame() {
  return {.is_key_frame = true, .starts_frame = true, .ends_frame = true, .switch_at = kAllLayers};
}

/// A frame of a codec whose payload says nothing of layers.
FrameInfo plain_frame(bool starts, bool is_key, bool marker) {
  return {.is_key_frame = starts && is_key,
          .starts_frame = starts,
          .ends_frame = marker,
          .switch_at = starts && is_key ? kAllLayers : kNoLayers};
}

}  // namespace

bool FrameParser::parse(std::optional<rtc::Bytes> descriptor, MediaPacket& packet) {
  if (!parse_payload(packet)) return false;
  const bool has_layers_outside =
      packet.codec == Codec::kVp9 || packet.codec == Codec::kAv1 || packet.codec == Codec::kH264;
  if (descriptor && has_layers_outside) parse_descriptor(*descriptor, packet);
  if (!packet.is_late) newest_timestamp_ = packet.timestamp;
  return true;
}

bool FrameParser::parse_payload(MediaPacket& packet) {
  switch (packet.codec) {
    case Codec::kOpus: {
      const auto opus = OpusPacket::parse(packet.payload);
      packet.frame = audio_frame();
      packet.is_silence = opus && opus->is_silence;
      return opus.has_value();
    }
    case Codec::kRed: {
      const auto red = RedPayload::parse(packet.payload);
      if (!red) return false;
      packet.frame = audio_frame();
      packet.red_primary_at = static_cast<uint16_t>(red->primary_at);
      return true;
    }
    case Codec::kVp8: {
      const auto vp8 = Vp8Descriptor::parse(packet.payload);
      if (!vp8) return false;
      packet.vp8 = *vp8;
      if (vp8->has_picture_id && !vp8->is_wide_picture_id) widen_picture_id(packet);
      packet.frame = frame_info(*vp8, packet.payload, packet.marker);
      return true;
    }
    case Codec::kVp9: {
      const auto vp9 = Vp9Descriptor::parse(packet.payload);
      if (vp9) packet.frame = frame_info(*vp9);
      return vp9.has_value();
    }
    case Codec::kH264: {
      const auto h264 = H264Payload::parse(packet.payload);
      if (!h264) return false;
      const bool starts = is_new_frame(packet) || h264->has_parameter_sets;
      packet.frame = plain_frame(starts, h264->has_parameter_sets || h264->has_idr_start, packet.marker);
      return true;
    }
    case Codec::kAv1: {
      const auto av1 = Av1Payload::parse(packet.payload);
      if (!av1) return false;
      packet.frame = plain_frame(is_new_frame(packet) || av1->starts_sequence, av1->starts_sequence, packet.marker);
      return true;
    }
    case Codec::kUnknown:
      return false;
  }
  return false;
}

/// Ids of 7 bits come around often: they go on counting in the 15 bits that subscribers get.
void FrameParser::widen_picture_id(MediaPacket& packet) {
  constexpr int kHalf = 64;
  const int ahead = (packet.vp8.picture_id - newest_picture_id_ + kHalf) & 0x7F;
  const auto wide = static_cast<uint16_t>(newest_picture_id_ + ahead - kHalf);
  packet.vp8.picture_id = wide & 0x7FFF;
  if (!packet.is_late) newest_picture_id_ = packet.vp8.picture_id;
}

void FrameParser::parse_descriptor(rtc::Bytes value, MediaPacket& packet) {
  const auto descriptor = descriptors_.parse(value);
  if (!descriptor) return;
  packet.frame = frame_info(*descriptor, *descriptors_.structure());
  packet.frame_number = descriptor->frame_number;
  packet.mask_at_bit = descriptor->mask_at_bit;
  packet.decode_target_count = descriptor->decode_target_count;
  packet.tells_active_targets = descriptor->has_structure || descriptor->active_decode_targets.has_value();
  if (descriptor->has_structure) active_decode_targets_ = UINT32_MAX;
  if (descriptor->active_decode_targets) active_decode_targets_ = *descriptor->active_decode_targets;
  packet.active_decode_targets = active_decode_targets_;
}

bool FrameParser::is_new_frame(const MediaPacket& packet) const {
  return !packet.is_late && newest_timestamp_ != packet.timestamp;
}

}  // namespace kith::sfu

// Payload descriptors of all codecs: what parses lies within the payload, and what is written reads back the same.
#include <algorithm>
#include <array>

#include "fuzz_input.hpp"
#include "rtc/bytes.hpp"
#include "sfu/codec/av1_payload.hpp"
#include "sfu/codec/dependency_descriptor.hpp"
#include "sfu/codec/h264_payload.hpp"
#include "sfu/codec/opus.hpp"
#include "sfu/codec/red.hpp"
#include "sfu/codec/vp8_descriptor.hpp"
#include "sfu/codec/vp9_descriptor.hpp"

using namespace kith;

namespace {

void try_vp8(rtc::Bytes payload) {
  const auto descriptor = sfu::Vp8Descriptor::parse(payload);
  if (!descriptor) return;
  fuzz::claim(descriptor->size < payload.size());
  sfu::frame_info(*descriptor, payload, false);
  std::array<uint8_t, sfu::Vp8Descriptor::kSizeMax + 1> out{};
  const size_t size = descriptor->serialize(out);
  auto again = sfu::Vp8Descriptor::parse(rtc::Bytes(out).first(size + 1));
  fuzz::claim(again.has_value() && again->size == size);
  again->size = descriptor->size;
  again->is_wide_picture_id = descriptor->is_wide_picture_id;
  fuzz::claim(*again == *descriptor);
}

void try_vp9(rtc::Bytes payload) {
  const auto descriptor = sfu::Vp9Descriptor::parse(payload);
  if (!descriptor) return;
  fuzz::claim(descriptor->size <= payload.size());
  const sfu::FrameInfo info = sfu::frame_info(*descriptor);
  fuzz::claim(info.spatial < static_cast<int>(sfu::kSpatialLayersMax));
}

/// A structure first, then a descriptor that refers to it: the first byte says where one ends.
void try_dependencies(rtc::Bytes bytes) {
  if (bytes.empty()) return;
  const size_t first_size = std::min<size_t>(bytes[0], bytes.size() - 1);
  sfu::DependencyDescriptorParser parser;
  for (const rtc::Bytes value : {bytes.subspan(1, first_size), bytes.subspan(1 + first_size)}) {
    if (value.size() > UINT8_MAX) return;
    const auto descriptor = parser.parse(value);
    if (!descriptor) continue;
    sfu::frame_info(*descriptor, *parser.structure());
    const uint32_t mask = sfu::decode_targets_up_to(*parser.structure(), {.spatial = 0, .temporal = 0});
    std::array<uint8_t, UINT8_MAX + 5> out{};
    const size_t size =
        sfu::rewrite_active_decode_targets(value, descriptor->decode_target_count, descriptor->mask_at_bit, mask, out);
    fuzz::claim(size != 0);
    sfu::DependencyDescriptorParser other = parser;
    auto again = other.parse(rtc::Bytes(out).first(size));
    fuzz::claim(again.has_value() && again->active_decode_targets == mask);
    again->active_decode_targets = descriptor->active_decode_targets;
    again->mask_at_bit = descriptor->mask_at_bit;
    fuzz::claim(*again == *descriptor);
  }
}

void try_red(rtc::Bytes payload) {
  const auto red = sfu::RedPayload::parse(payload);
  if (red) fuzz::claim(red->primary_at <= payload.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const uint8_t codec = input.byte();
  const rtc::Bytes payload = rtc::as_bytes(input.rest());
  switch (codec % 7) {
    case 0:
      try_vp8(payload);
      break;
    case 1:
      try_vp9(payload);
      break;
    case 2:
      try_dependencies(payload);
      break;
    case 3:
      try_red(payload);
      break;
    case 4:
      sfu::H264Payload::parse(payload);
      break;
    case 5:
      sfu::Av1Payload::parse(payload);
      break;
    default:
      sfu::OpusPacket::parse(payload);
      break;
  }
  return 0;
}

#include "sfu/codec/vp8_descriptor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace kith::sfu {
namespace {

using Buffer = std::vector<uint8_t>;
using testing::ElementsAre;

TEST(Vp8Descriptor, reads_every_field) {
  // RFC 7741 §4.2: X, N, S, partition 3; I, L, T, K; picture id 0x1234; TL0PICIDX 200; TID 2, Y, KEYIDX 5.
  const Buffer payload{0x80 | 0x20 | 0x10 | 3, 0xF0, 0x92, 0x34, 200, 0x80 | 0x20 | 5, 0x00};
  const auto descriptor = Vp8Descriptor::parse(payload);
  ASSERT_TRUE(descriptor);
  EXPECT_TRUE(descriptor->is_non_reference);
  EXPECT_TRUE(descriptor->starts_partition);
  EXPECT_EQ(descriptor->partition, 3);
  EXPECT_TRUE(descriptor->is_wide_picture_id);
  EXPECT_EQ(descriptor->picture_id, 0x1234);
  EXPECT_EQ(descriptor->base_picture, 200);
  EXPECT_EQ(descriptor->temporal_layer, 2);
  EXPECT_TRUE(descriptor->is_layer_sync);
  EXPECT_EQ(descriptor->key_index, 5);
  EXPECT_EQ(descriptor->size, 6);
}

TEST(Vp8Descriptor, writes_a_short_picture_id_with_fifteen_bits) {
  const Buffer payload{0x80 | 0x10, 0x80, 0x42, 0x00};
  const auto descriptor = Vp8Descriptor::parse(payload);
  ASSERT_TRUE(descriptor);
  EXPECT_FALSE(descriptor->is_wide_picture_id);
  EXPECT_EQ(descriptor->size, 3);
  Buffer out(Vp8Descriptor::kSizeMax);
  out.resize(descriptor->serialize(out));
  EXPECT_THAT(out, ElementsAre(0x90, 0x80, 0x80, 0x42));
}

TEST(Vp8Descriptor, keeps_absent_fields_absent) {
  Buffer out(Vp8Descriptor::kSizeMax);
  const auto plain = Vp8Descriptor::parse(Buffer{0x10, 0x00});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->serialize(out), 1U);
  EXPECT_EQ(out[0], 0x10);
  // K without T shares the byte of the temporal layer.
  const auto key_only = Vp8Descriptor::parse(Buffer{0x90, 0x10, 0xFF, 0x00});
  ASSERT_TRUE(key_only);
  EXPECT_EQ(key_only->key_index, 0x1F);
  EXPECT_EQ(key_only->temporal_layer, 0);
  EXPECT_FALSE(key_only->is_layer_sync);
}

TEST(Vp8Descriptor, refuses_a_payload_that_ends_within_it) {
  const Buffer payload{0x90, 0xF0, 0x92, 0x34, 200, 0xA5, 0x00};
  for (size_t size = 0; size < payload.size(); ++size) {
    EXPECT_FALSE(Vp8Descriptor::parse(rtc::Bytes(payload).first(size))) << size;
  }
}

TEST(Vp8Descriptor, only_the_first_packet_of_a_key_frame_is_a_key_frame) {
  const auto info_of = [](const Buffer& payload) { return frame_info(*Vp8Descriptor::parse(payload), payload, false); };
  EXPECT_TRUE(info_of({0x10, 0x00}).is_key_frame);
  EXPECT_FALSE(info_of({0x10, 0x01}).is_key_frame) << "the lowest bit of the frame tag: not a key frame";
  EXPECT_FALSE(info_of({0x00, 0x00}).is_key_frame) << "not the start of a partition";
  EXPECT_FALSE(info_of({0x11, 0x00}).is_key_frame) << "the start of the second partition";
}

TEST(Vp8Descriptor, a_frame_is_needed_by_its_temporal_layer_and_those_above) {
  const Buffer payload{0x90, 0x20, 1 << 6, 0x01};
  const FrameInfo info = frame_info(*Vp8Descriptor::parse(payload), payload, true);
  EXPECT_TRUE(info.ends_frame);
  EXPECT_EQ(info.needed_by & layer_bit({.spatial = 0, .temporal = 0}), 0);
  EXPECT_NE(info.needed_by & layer_bit({.spatial = 0, .temporal = 1}), 0);
  EXPECT_NE(info.needed_by & layer_bit({.spatial = 2, .temporal = 3}), 0);
  EXPECT_EQ(info.switch_at, kNoLayers) << "without the sync bit nobody may join";
  const Buffer sync{0x90, 0x20, 1 << 6 | 0x20, 0x01};
  EXPECT_EQ(frame_info(*Vp8Descriptor::parse(sync), sync, true).switch_at, info.needed_by);
}

}  // namespace
}  // namespace kith::sfu

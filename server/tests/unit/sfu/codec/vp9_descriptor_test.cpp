#include "sfu/codec/vp9_descriptor.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace kith::sfu {
namespace {

using Buffer = std::vector<uint8_t>;

TEST(Vp9Descriptor, reads_layers_without_flexible_mode) {
  // RFC 9628 §4.2: I, P, L, B; picture id 15 bits; TID 2, U, SID 1, D; TL0PICIDX.
  const Buffer payload{0x80 | 0x40 | 0x20 | 0x08, 0x81, 0x23, 2 << 5 | 0x10 | 1 << 1 | 1, 77, 0xFF};
  const auto descriptor = Vp9Descriptor::parse(payload);
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->picture_id, 0x123);
  EXPECT_EQ(descriptor->temporal_layer, 2);
  EXPECT_EQ(descriptor->spatial_layer, 1);
  EXPECT_TRUE(descriptor->is_switching_up);
  EXPECT_TRUE(descriptor->is_inter_layer);
  EXPECT_EQ(descriptor->base_picture, 77);
  EXPECT_EQ(descriptor->size, 5);
}

TEST(Vp9Descriptor, skips_reference_distances_of_flexible_mode) {
  // I, P, F, B, E; picture id 7 bits; two distances, the first says that another follows.
  const Buffer payload{0x80 | 0x40 | 0x10 | 0x08 | 0x04, 0x05, 3 << 1 | 1, 7 << 1, 0xAA};
  const auto descriptor = Vp9Descriptor::parse(payload);
  ASSERT_TRUE(descriptor);
  EXPECT_TRUE(descriptor->is_flexible);
  EXPECT_EQ(descriptor->picture_id, 5);
  EXPECT_EQ(descriptor->size, 4);
}

TEST(Vp9Descriptor, skips_the_scalability_structure) {
  // B, V; two spatial layers with sizes; a group of two pictures with one and two references.
  const Buffer payload{0x08 | 0x02, 1 << 5 | 0x10 | 0x08, 1, 64, 0, 180, 2, 128, 1, 104, 2, 1 << 2, 9, 2 << 2, 8, 7,
                       0xEE};
  const auto descriptor = Vp9Descriptor::parse(payload);
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->size, payload.size() - 1);
  for (size_t size = 0; size + 1 < payload.size(); ++size) {
    EXPECT_FALSE(Vp9Descriptor::parse(rtc::Bytes(payload).first(size))) << size;
  }
}

TEST(Vp9Descriptor, a_key_picture_begins_at_its_lowest_layer) {
  const auto info_of = [](const Buffer& payload) { return frame_info(*Vp9Descriptor::parse(payload)); };
  EXPECT_TRUE(info_of({0x08 | 0x20, 0, 0}).is_key_frame);
  EXPECT_FALSE(info_of({0x08 | 0x20, 1 << 1 | 1, 0}).is_key_frame) << "the second layer of a key picture";
  EXPECT_FALSE(info_of({0x08 | 0x20 | 0x40, 0, 0}).is_key_frame) << "an inter picture";
  EXPECT_FALSE(info_of({0x20, 0, 0}).is_key_frame) << "not the first packet";
}

TEST(Vp9Descriptor, a_switching_point_opens_the_layers_above) {
  const Buffer payload{0x08 | 0x20 | 0x40, 1 << 5 | 0x10, 0};
  const FrameInfo info = frame_info(*Vp9Descriptor::parse(payload));
  EXPECT_EQ(info.switch_at & layer_bit({.spatial = 0, .temporal = 1}), 0);
  EXPECT_NE(info.switch_at & layer_bit({.spatial = 0, .temporal = 2}), 0);
}

TEST(Vp9Descriptor, layers_beyond_ours_count_as_the_highest) {
  const Buffer payload{0x08 | 0x20 | 0x40, 7 << 5 | 7 << 1, 0};
  const FrameInfo info = frame_info(*Vp9Descriptor::parse(payload));
  EXPECT_EQ(info.spatial, 2);
  EXPECT_EQ(info.temporal, 3);
}

}  // namespace
}  // namespace kith::sfu

#include "sfu/codec/dependency_descriptor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../dependency_structures.hpp"

namespace kith::sfu {
namespace {

using test::Bits;
using Buffer = std::vector<uint8_t>;
using testing::ElementsAre;

constexpr Layer kLow{.spatial = 0, .temporal = 0};
constexpr Layer kLowSmooth{.spatial = 0, .temporal = 1};
constexpr Layer kHigh{.spatial = 1, .temporal = 0};
constexpr Layer kHighSmooth{.spatial = 1, .temporal = 1};

TEST(DependencyDescriptor, reads_a_structure_with_its_layers_targets_and_chains) {
  DependencyDescriptorParser parser;
  const auto descriptor = parser.parse(test::key_descriptor(500));
  ASSERT_TRUE(descriptor);
  EXPECT_TRUE(descriptor->has_structure);
  EXPECT_EQ(descriptor->frame_number, 500);
  EXPECT_EQ(descriptor->layer, kLow);
  const DependencyStructure& structure = *parser.structure();
  EXPECT_EQ(structure.templates.size(), 6U);
  EXPECT_EQ(structure.templates[5].layer, kHighSmooth);
  EXPECT_EQ(structure.decode_target_count, 4);
  EXPECT_EQ(structure.chain_count, 2);
  EXPECT_EQ(structure.target_layers[0], kLow);
  EXPECT_EQ(structure.target_layers[1], kLowSmooth);
  EXPECT_EQ(structure.target_layers[2], kHigh);
  EXPECT_EQ(structure.target_layers[3], kHighSmooth);
  EXPECT_EQ(structure.targets[2][3], 3) << "a layer above the highest counts as that one";
  EXPECT_EQ(decode_targets_up_to(structure, kLowSmooth), 0b0011U);
  EXPECT_EQ(decode_targets_up_to(structure, kHigh), 0b0101U);
}

TEST(DependencyDescriptor, resolves_a_short_one_with_the_structure_before_it) {
  DependencyDescriptorParser parser;
  EXPECT_FALSE(parser.parse(test::short_descriptor(1, 1))) << "no structure yet";
  ASSERT_TRUE(parser.parse(test::key_descriptor(500)));
  const auto descriptor = parser.parse(test::short_descriptor(5, 503));
  ASSERT_TRUE(descriptor);
  const FrameInfo info = frame_info(*descriptor, *parser.structure());
  EXPECT_FALSE(info.is_key_frame);
  EXPECT_EQ(info.spatial, 1);
  EXPECT_EQ(info.temporal, 1);
  EXPECT_EQ(info.needed_by & (layer_bit(kLow) | layer_bit(kLowSmooth) | layer_bit(kHigh)), 0);
  EXPECT_NE(info.needed_by & layer_bit(kHighSmooth), 0);
  EXPECT_THAT(info.chain_distance, ElementsAre(3, 2, 2));
  EXPECT_FALSE(parser.parse(test::short_descriptor(6, 504))) << "no such template";
}

TEST(DependencyDescriptor, the_frame_may_overrule_its_template) {
  DependencyDescriptorParser parser;
  ASSERT_TRUE(parser.parse(test::key_descriptor(500)));
  Bits bits = test::mandatory(true, true, 1, 504);
  bits.put(0b00111, 5).indications("R-D-").put(1, 2).put(3, 4).put(0, 2).put(200, 8).put(7, 8);
  const auto descriptor = parser.parse(bits.bytes());
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->indications[0], DecodeTargetIndication::kRequired);
  EXPECT_EQ(descriptor->indications[1], DecodeTargetIndication::kNotPresent);
  EXPECT_EQ(descriptor->indications[2], DecodeTargetIndication::kDiscardable);
  EXPECT_EQ(descriptor->chain_distances[0], 200);
  EXPECT_EQ(descriptor->chain_distances[1], 7);
}

TEST(DependencyDescriptor, refuses_one_cut_short) {
  const Buffer whole = test::key_descriptor(500);
  for (size_t size = 0; size + 1 < whole.size(); ++size) {
    DependencyDescriptorParser parser;
    EXPECT_FALSE(parser.parse(rtc::Bytes(whole).first(size))) << size;
    EXPECT_FALSE(parser.structure()) << size;
  }
}

TEST(DependencyDescriptor, puts_a_mask_into_any_descriptor) {
  DependencyDescriptorParser parser;
  const Buffer key = test::key_descriptor(500);
  ASSERT_TRUE(parser.parse(key));
  Bits with_mask = test::mandatory(true, false, 1, 504);
  with_mask.put(0b01001, 5).put(0b1111, 4).put(9, 8).put(8, 8);
  for (const Buffer& value : {key, test::short_descriptor(4, 505), with_mask.bytes()}) {
    const auto before = parser.parse(value);
    ASSERT_TRUE(before);
    Buffer out(value.size() + 5);
    const size_t size =
        rewrite_active_decode_targets(value, before->decode_target_count, before->mask_at_bit, 0b0011, out);
    ASSERT_GT(size, 0U);
    auto after = parser.parse(rtc::Bytes(out).first(size));
    ASSERT_TRUE(after);
    EXPECT_EQ(after->active_decode_targets, 0b0011U);
    after->active_decode_targets = before->active_decode_targets;
    after->mask_at_bit = before->mask_at_bit;
    EXPECT_EQ(*after, *before);
  }
}

}  // namespace
}  // namespace kith::sfu

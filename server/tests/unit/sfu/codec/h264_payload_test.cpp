#include "sfu/codec/h264_payload.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace kith::sfu {
namespace {

using Buffer = std::vector<uint8_t>;

TEST(H264Payload, finds_units_alone_aggregated_and_in_fragments) {
  EXPECT_TRUE(H264Payload::parse(Buffer{0x67, 1})->has_parameter_sets);
  EXPECT_TRUE(H264Payload::parse(Buffer{0x65, 1})->has_idr_start);
  EXPECT_FALSE(H264Payload::parse(Buffer{0x61, 1})->has_idr_start);
  // STAP-A (RFC 6184 §5.7.1): SPS, PPS, IDR.
  const auto aggregate = H264Payload::parse(Buffer{0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 2, 0, 2, 0x65, 3});
  ASSERT_TRUE(aggregate);
  EXPECT_TRUE(aggregate->has_parameter_sets);
  EXPECT_TRUE(aggregate->has_idr_start);
  // FU-A (§5.8): only the first fragment begins the unit.
  EXPECT_TRUE(H264Payload::parse(Buffer{0x7C, 0x80 | 5, 1})->has_idr_start);
  EXPECT_FALSE(H264Payload::parse(Buffer{0x7C, 5, 1})->has_idr_start);
}

TEST(H264Payload, refuses_what_does_not_add_up) {
  EXPECT_FALSE(H264Payload::parse(Buffer{}));
  EXPECT_FALSE(H264Payload::parse(Buffer{0x78, 0, 5, 0x67, 1})) << "a unit longer than the payload";
  EXPECT_FALSE(H264Payload::parse(Buffer{0x78, 0, 0})) << "an empty unit";
  EXPECT_FALSE(H264Payload::parse(Buffer{0x78, 0, 1, 0x67, 0})) << "half a length";
  EXPECT_FALSE(H264Payload::parse(Buffer{0x7C})) << "a fragment without its header";
  EXPECT_FALSE(H264Payload::parse(Buffer{0x7D, 0x85, 0, 1, 2})) << "FU-B is not used by WebRTC";
}

}  // namespace
}  // namespace kith::sfu

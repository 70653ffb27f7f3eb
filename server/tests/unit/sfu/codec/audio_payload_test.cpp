#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "sfu/codec/opus.hpp"
#include "sfu/codec/red.hpp"

namespace kith::sfu {
namespace {

using Buffer = std::vector<uint8_t>;
using std::chrono::microseconds;

TEST(OpusPacket, reads_configuration_and_frame_duration_of_rfc_6716_table_2) {
  const auto duration_of = [](uint8_t configuration) {
    return OpusPacket::parse(Buffer{static_cast<uint8_t>(configuration << 3), 1, 2})->frame_duration;
  };
  EXPECT_EQ(duration_of(1), microseconds(20'000));   // SILK narrowband
  EXPECT_EQ(duration_of(11), microseconds(60'000));  // SILK wideband
  EXPECT_EQ(duration_of(15), microseconds(20'000));  // hybrid fullband
  EXPECT_EQ(duration_of(16), microseconds(2'500));   // CELT narrowband
  EXPECT_EQ(duration_of(31), microseconds(20'000));  // CELT fullband
}

TEST(OpusPacket, tells_silence_by_its_size) {
  EXPECT_TRUE(OpusPacket::parse(Buffer{0xF8})->is_silence);
  EXPECT_TRUE(OpusPacket::parse(Buffer{0xF8, 0xFF})->is_silence);
  EXPECT_FALSE(OpusPacket::parse(Buffer{0xF8, 0xFF, 0xFE})->is_silence);
  EXPECT_FALSE(OpusPacket::parse(Buffer{}));
}

TEST(OpusPacket, tells_stereo) {
  EXPECT_TRUE(OpusPacket::parse(Buffer{0xFC, 1, 2})->is_stereo);
  EXPECT_FALSE(OpusPacket::parse(Buffer{0xF8, 1, 2})->is_stereo);
}

TEST(RedPayload, finds_the_primary_frame_after_all_redundant_ones) {
  // RFC 2198 §3: two redundant blocks of 4 and 2 bytes, then the primary.
  const Buffer payload{0x80 | 111, 0x1E, 0x00, 4, 0x80 | 111, 0x0F, 0x00, 2, 111, 1, 1, 1, 1, 2, 2, 3, 3, 3};
  const auto red = RedPayload::parse(payload);
  ASSERT_TRUE(red);
  EXPECT_EQ(red->redundant_count, 2);
  EXPECT_EQ(red->primary_payload_type, 111);
  EXPECT_EQ(red->primary_at, 15U);
}

TEST(RedPayload, reads_the_ten_bit_length) {
  Buffer payload{0x80 | 111, 0x0F, 0x03, 0xFF, 111};
  payload.resize(5 + 1023);
  ASSERT_TRUE(RedPayload::parse(payload));
  EXPECT_EQ(RedPayload::parse(payload)->primary_at, payload.size()) << "an empty primary frame";
  payload.pop_back();
  EXPECT_FALSE(RedPayload::parse(payload)) << "the block goes beyond the payload";
}

TEST(RedPayload, refuses_headers_without_end) {
  EXPECT_FALSE(RedPayload::parse(Buffer{}));
  EXPECT_FALSE(RedPayload::parse(Buffer(400, 0x80)));
}

}  // namespace
}  // namespace kith::sfu

#include "bench/sample_media.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "sfu/codec/vp8_descriptor.hpp"

namespace kith::bench {
namespace {

constexpr Instant kSent{std::chrono::milliseconds(123'456)};

std::vector<uint8_t> written(sfu::MediaKind kind, uint64_t number, size_t size) {
  std::vector<uint8_t> payload(size, 0xEE);
  SampleMedia{.number = number, .sent = kSent}.write(kind, payload);
  return payload;
}

TEST(SampleMedia, it_says_its_number_and_when_it_was_sent) {
  for (const size_t size : {SampleMedia::kSizeMin, size_t{45}, size_t{108}, size_t{1188}}) {
    for (const auto kind : {sfu::MediaKind::kAudio, sfu::MediaKind::kVideo}) {
      const auto sample = SampleMedia::check(written(kind, 70'000, size));
      ASSERT_TRUE(sample) << size;
      EXPECT_EQ(sample->number, 70'000U);
      EXPECT_EQ(sample->sent, kSent);
    }
  }
}

TEST(SampleMedia, video_is_a_key_frame_in_one_packet) {
  const std::vector<uint8_t> payload = written(sfu::MediaKind::kVideo, 40'000, 200);
  const auto descriptor = sfu::Vp8Descriptor::parse(payload);
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->picture_id, 40'000 & 0x7FFF);
  EXPECT_TRUE(sfu::frame_info(*descriptor, payload, true).is_key_frame);
}

TEST(SampleMedia, changed_content_is_noticed_and_a_rewritten_descriptor_is_not) {
  const std::vector<uint8_t> payload = written(sfu::MediaKind::kVideo, 7, 64);
  for (size_t i = 0; i < payload.size() - 16; ++i) {
    std::vector<uint8_t> changed = payload;
    changed[i] ^= 1;
    EXPECT_EQ(SampleMedia::check(changed).has_value(), i < 16) << i;
  }
}

TEST(SampleMedia, shorter_payload_is_none) {
  const std::vector<uint8_t> payload = written(sfu::MediaKind::kAudio, 7, SampleMedia::kSizeMin);
  EXPECT_FALSE(SampleMedia::check(rtc::Bytes(payload).first(SampleMedia::kSizeMin - 1)));
  EXPECT_FALSE(SampleMedia::check({}));
}

}  // namespace
}  // namespace kith::bench

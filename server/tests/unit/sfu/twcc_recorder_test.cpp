#include "sfu/twcc_recorder.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/random.hpp"

namespace kith::sfu {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1000s};
constexpr rtc::Ssrc kServer = 1;
constexpr rtc::Ssrc kMedia = 77;

/// What a publisher learns: by sequence number, when a packet arrived in 250 µs, or that it did not.
class Publisher {
 public:
  void handle(const rtc::TransportFeedback& feedback) {
    int64_t arrived = int64_t{feedback.reference_time} * 256;
    uint16_t sequence = feedback.base_sequence;
    for (const auto& delta : feedback.deltas) {
      if (delta) known_[sequence] = arrived += *delta;
      if (!delta && !known_.contains(sequence)) ++lost_[sequence];
      ++sequence;
    }
    counts_.push_back(feedback.feedback_count);
    sizes_.push_back(feedback.deltas.size());
  }
  void take_all(TwccRecorder& recorder, Instant now) {
    while (const auto feedback = recorder.take_feedback(now, kServer)) handle(*feedback);
  }

  std::map<uint16_t, int64_t> known_;
  std::map<uint16_t, int> lost_;
  std::vector<uint8_t> counts_;
  std::vector<size_t> sizes_;
};

int64_t ticks(Instant at) { return at.time_since_epoch() / 250us; }

TEST(TwccRecorder, reports_every_packet_with_its_arrival) {
  TwccRecorder recorder;
  Publisher publisher;
  for (int i = 0; i < 10; ++i) recorder.handle_packet(kStart + i * 7ms, static_cast<uint16_t>(i), kMedia);
  const auto feedback = recorder.take_feedback(kStart + 100ms, kServer);
  ASSERT_TRUE(feedback);
  EXPECT_EQ(feedback->sender, kServer);
  EXPECT_EQ(feedback->media, kMedia);
  publisher.handle(*feedback);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(publisher.known_[static_cast<uint16_t>(i)], ticks(kStart + i * 7ms)) << i;
  EXPECT_TRUE(publisher.lost_.empty());
  EXPECT_FALSE(recorder.take_feedback(kStart + 200ms, kServer));
  EXPECT_FALSE(recorder.next_timeout());
}

TEST(TwccRecorder, reports_a_tenth_of_a_second_after_the_first_packet_and_sooner_if_much_comes) {
  TwccRecorder recorder;
  recorder.handle_packet(kStart, 1, kMedia);
  EXPECT_EQ(recorder.next_timeout(), kStart + 100ms);
  EXPECT_FALSE(recorder.take_feedback(kStart + 99ms, kServer));
  EXPECT_TRUE(recorder.take_feedback(kStart + 100ms, kServer));
  const Instant later = kStart + 1s;
  for (uint16_t i = 2; i < 40; ++i) recorder.handle_packet(later, i, kMedia);
  EXPECT_EQ(recorder.next_timeout(), later + 50ms);
}

TEST(TwccRecorder, reports_what_is_missing_between_two_reports) {
  TwccRecorder recorder;
  Publisher publisher;
  recorder.handle_packet(kStart, 10, kMedia);
  publisher.take_all(recorder, kStart + 100ms);
  recorder.handle_packet(kStart + 200ms, 13, kMedia);
  publisher.take_all(recorder, kStart + 300ms);
  EXPECT_EQ(publisher.lost_, (std::map<uint16_t, int>{{11, 1}, {12, 1}}));
  EXPECT_EQ(publisher.counts_, (std::vector<uint8_t>{0, 1}));
}

TEST(TwccRecorder, goes_on_across_the_wrap_of_numbers) {
  TwccRecorder recorder;
  Publisher publisher;
  for (int i = 0; i < 100; ++i) recorder.handle_packet(kStart + i * 1ms, static_cast<uint16_t>(65500 + i), kMedia);
  publisher.take_all(recorder, kStart + 200ms);
  EXPECT_EQ(publisher.known_.size(), 100U);
  EXPECT_TRUE(publisher.lost_.empty());
}

TEST(TwccRecorder, reports_a_reordered_packet_in_its_place) {
  TwccRecorder recorder;
  Publisher publisher;
  for (const uint16_t sequence : {5, 7, 6}) {
    recorder.handle_packet(kStart + std::chrono::milliseconds(sequence * 2), sequence, kMedia);
  }
  recorder.handle_packet(kStart + 50ms, 4, kMedia);
  publisher.take_all(recorder, kStart + 200ms);
  EXPECT_EQ(publisher.known_.size(), 3U) << "what came before the first is not waited for";
  EXPECT_EQ(publisher.known_[6], ticks(kStart + 12ms));
}

TEST(TwccRecorder, reports_a_late_packet_again_after_its_loss) {
  TwccRecorder recorder;
  Publisher publisher;
  recorder.handle_packet(kStart, 1, kMedia);
  recorder.handle_packet(kStart, 3, kMedia);
  publisher.take_all(recorder, kStart + 100ms);
  EXPECT_EQ(publisher.lost_[2], 1);
  recorder.handle_packet(kStart + 150ms, 2, kMedia);
  publisher.take_all(recorder, kStart + 250ms);
  EXPECT_EQ(publisher.known_[2], ticks(kStart + 150ms));
  EXPECT_EQ(publisher.known_[3], ticks(kStart)) << "a delta may be negative";
}

TEST(TwccRecorder, ignores_duplicates) {
  TwccRecorder recorder;
  Publisher publisher;
  recorder.handle_packet(kStart, 1, kMedia);
  recorder.handle_packet(kStart + 20ms, 1, kMedia);
  publisher.take_all(recorder, kStart + 100ms);
  EXPECT_EQ(publisher.known_[1], ticks(kStart));
  recorder.handle_packet(kStart + 300ms, 1, kMedia);
  EXPECT_FALSE(recorder.next_timeout());
}

TEST(TwccRecorder, splits_what_no_single_report_can_hold) {
  TwccRecorder recorder;
  Publisher publisher;
  for (int i = 0; i < 1000; ++i) recorder.handle_packet(kStart + i * 10us, static_cast<uint16_t>(i), kMedia);
  recorder.handle_packet(kStart + 20s, 1000, kMedia);
  publisher.take_all(recorder, kStart + 21s);
  EXPECT_EQ(publisher.known_.size(), 1001U);
  EXPECT_EQ(publisher.known_[1000], ticks(kStart + 20s)) << "beyond the eight seconds a delta can say";
  for (const size_t size : publisher.sizes_) EXPECT_LE(size, 1024U);
}

TEST(TwccRecorder, survives_any_numbers_with_bounded_reports) {
  TwccRecorder recorder;
  SeededRandom random(7);
  for (int i = 0; i < 20'000; ++i) {
    const Instant now = kStart + i * 1ms;
    recorder.handle_packet(now, static_cast<uint16_t>(random.next_u64()), kMedia);
    while (const auto feedback = recorder.take_feedback(now, kServer)) {
      std::vector<uint8_t> bytes(1200);
      rtc::ByteWriter writer(bytes);
      EXPECT_TRUE(rtc::serialize_rtcp(*feedback, writer)) << "a report fits a datagram";
    }
  }
}

}  // namespace
}  // namespace kith::sfu

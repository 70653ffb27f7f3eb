#include "sfu/send_history.hpp"

#include <gtest/gtest.h>

namespace kith::sfu {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1000s};

rtc::TransportFeedback feedback_of(uint16_t base, std::vector<std::optional<int16_t>> deltas, int32_t reference = 100) {
  return {.base_sequence = base, .reference_time = reference, .deltas = std::move(deltas)};
}

std::vector<PacketResult> results_of(SendHistory& history, const rtc::TransportFeedback& feedback) {
  std::vector<PacketResult> results;
  history.handle_feedback(feedback, results);
  return results;
}

TEST(SendHistory, tells_when_each_packet_left_and_arrived) {
  SendHistory history;
  const uint16_t first = history.on_sent(kStart, 100, 0);
  history.on_sent(kStart + 5ms, 200, 7);
  history.on_sent(kStart + 9ms, 300, 0);
  const auto results = results_of(history, feedback_of(first, {4, 40, std::nullopt}));
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0].sent, kStart);
  EXPECT_EQ(results[1].size, 200);
  EXPECT_EQ(results[1].cluster, 7);
  EXPECT_EQ(*results[1].arrived - *results[0].arrived, 10ms) << "40 × 250 µs";
  EXPECT_FALSE(results[2].arrived);
}

TEST(SendHistory, tells_of_a_packet_once_and_of_a_lost_one_that_came_late_again) {
  SendHistory history;
  const uint16_t first = history.on_sent(kStart, 100, 0);
  history.on_sent(kStart, 100, 0);
  EXPECT_EQ(results_of(history, feedback_of(first, {0, std::nullopt})).size(), 2U);
  EXPECT_TRUE(results_of(history, feedback_of(first, {0, std::nullopt})).empty());
  const auto late = results_of(history, feedback_of(first, {0, 8}));
  ASSERT_EQ(late.size(), 1U);
  EXPECT_TRUE(late[0].was_lost && late[0].arrived);
}

TEST(SendHistory, keeps_the_receivers_time_across_feedback_and_the_wrap_of_its_reference) {
  SendHistory history;
  std::vector<Instant> arrived;
  for (const int32_t reference : {0x7FFFFF, -0x800000, -0x7FFFFF}) {
    const uint16_t sequence = history.on_sent(kStart, 100, 0);
    arrived.push_back(*results_of(history, feedback_of(sequence, {0}, reference)).at(0).arrived);
  }
  EXPECT_EQ(arrived[1] - arrived[0], 64ms);
  EXPECT_EQ(arrived[2] - arrived[1], 64ms);
}

TEST(SendHistory, numbers_go_on_across_the_wrap) {
  SendHistory history;
  for (int i = 0; i < 200'000; ++i) {
    const uint16_t sequence = history.on_sent(kStart + i * 1ms, 100, 0);
    EXPECT_EQ(sequence, static_cast<uint16_t>(i + 1));
    if (i % 50 != 49) continue;
    const auto results = results_of(
        history, feedback_of(static_cast<uint16_t>(sequence - 49), std::vector<std::optional<int16_t>>(50, 4)));
    ASSERT_EQ(results.size(), 50U) << i;
    EXPECT_EQ(results[49].sent, kStart + i * 1ms);
  }
}

TEST(SendHistory, remembers_two_seconds_of_whatever_rate) {
  SendHistory history;
  uint16_t first = 0;
  for (int i = 0; i < 8'000; ++i) {
    const uint16_t sequence = history.on_sent(kStart + i * 250us, 1200, 0);
    if (i == 0) first = sequence;
  }
  EXPECT_EQ(results_of(history, feedback_of(first, {0})).size(), 1U);
}

TEST(SendHistory, ignores_what_was_never_sent_or_is_forgotten) {
  SendHistory history;
  EXPECT_TRUE(results_of(history, feedback_of(1, {0, 0, 0})).empty());
  const uint16_t first = history.on_sent(kStart, 100, 0);
  EXPECT_TRUE(results_of(history, feedback_of(static_cast<uint16_t>(first + 1), {0, 0, 0})).empty());
  EXPECT_TRUE(results_of(history, feedback_of(static_cast<uint16_t>(first - 3), {0, 0, 0})).empty());
  for (int i = 0; i < 20'000; ++i) history.on_sent(kStart + 10s, 100, 0);
  EXPECT_TRUE(results_of(history, feedback_of(first, {0})).empty());
}

}  // namespace
}  // namespace kith::sfu

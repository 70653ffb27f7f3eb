// The small parts of the packet path: rates, clocks, sequence maps, limits of retransmission.
#include <gtest/gtest.h>

#include "sfu/rate_window.hpp"
#include "sfu/retransmission_limit.hpp"
#include "sfu/sender_clock.hpp"
#include "sfu/sequence_map.hpp"

namespace kith::sfu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Instant kStart(std::chrono::hours(1));

TEST(RateWindow, measures_the_last_second) {
  RateWindow window;
  EXPECT_EQ(window.rate(kStart).bps, 0);
  // 125 bytes each millisecond: one megabit per second.
  for (int i = 0; i < 2000; ++i) window.add(kStart + milliseconds(i), 125);
  EXPECT_EQ(window.rate(kStart + milliseconds(2000)).bps, 1'000'000);
  EXPECT_EQ(window.rate(kStart + milliseconds(2500)).bps, 500'000);
  EXPECT_EQ(window.rate(kStart + milliseconds(3100)).bps, 0);
}

TEST(RateWindow, knows_the_rate_of_a_stream_that_just_began) {
  RateWindow window;
  for (int i = 0; i < 300; ++i) window.add(kStart + milliseconds(i), 125);
  EXPECT_EQ(window.rate(kStart + milliseconds(300)).bps, 1'000'000);
}

TEST(SenderClock, goes_both_ways_over_the_wrap_of_timestamps) {
  SenderClock clock(90'000);
  const int64_t wall = 3'900'000'000'500'000'000;
  clock.handle_report(ntp_of_nanoseconds(wall), 0xFFFF'FF00);
  EXPECT_NEAR(static_cast<double>(clock.wall_at(0xFFFF'FF00 + 90'000) - wall), 1e9, 2);
  EXPECT_EQ(clock.timestamp_at(clock.wall_at(0x100)), 0x100U);
  EXPECT_NEAR(static_cast<double>(static_cast<int32_t>(clock.timestamp_at(wall - 1'000'000'000) - 0xFFFF'FF00)),
              -90'000, 1);
}

TEST(ParticipantClock, follows_the_report_that_was_delayed_least) {
  ParticipantClock clock;
  EXPECT_EQ(clock.wall_at(kStart), std::nullopt);
  const int64_t wall = 3'900'000'000'000'000'000;
  const auto report = [&](Duration sent, Duration delay) {
    clock.handle_report(kStart + sent + delay, ntp_of_nanoseconds(wall + sent.count()));
  };
  report(seconds(0), milliseconds(50));
  report(seconds(1), milliseconds(20));
  report(seconds(2), milliseconds(300));
  EXPECT_NEAR(static_cast<double>(*clock.wall_at(kStart + seconds(3)) - wall), 2.98e9, 10);
  // After two windows the old minimum is forgotten: the way may have become longer for good.
  report(seconds(70), milliseconds(40));
  report(seconds(140), milliseconds(40));
  EXPECT_NEAR(static_cast<double>(*clock.wall_at(kStart + seconds(140)) - wall), 139.96e9, 10);
}

TEST(SequenceMap, maps_both_ways_within_ranges_and_not_between) {
  SequenceMap map(100);
  map.begin(1, 0, 10, {.timestamp = 5});
  map.extend(14);
  map.begin(1, 0, 17, {.timestamp = 5, .picture_id = 1});
  map.extend(19);
  EXPECT_EQ(map.find_in(1, 12)->out_of(12), 102);
  EXPECT_EQ(map.find_in(1, 15), nullptr) << "closed up";
  EXPECT_EQ(map.find_in(1, 18)->out_of(18), 106);
  EXPECT_EQ(map.find_in(1, 20), nullptr);
  EXPECT_EQ(map.find_in(2, 12), nullptr) << "another source";
  EXPECT_EQ(map.find_out(104)->in_of(104), 14);
  EXPECT_EQ(map.find_out(105)->in_of(105), 17);
  EXPECT_EQ(map.find_out(108), nullptr);
  EXPECT_EQ(map.find_out(99), nullptr);
}

TEST(SequenceMap, forgets_the_oldest_ranges) {
  SequenceMap map(0);
  for (int64_t i = 0; i < 1000; ++i) map.begin(1, 0, i * 2, {});
  EXPECT_EQ(map.next_out(), 1000);
  EXPECT_EQ(map.find_out(999)->in_of(999), 1998);
  EXPECT_EQ(map.find_in(1, 2 * (1000 - 128))->out_of(2 * (1000 - 128)), 1000 - 128);
  EXPECT_EQ(map.find_out(1000 - 129), nullptr);
}

TEST(RetransmissionLimit, allows_three_times_a_round_trip_apart) {
  RetransmissionLimit limit;
  EXPECT_TRUE(limit.admit(kStart, 50, 60, milliseconds(100)));
  EXPECT_FALSE(limit.admit(kStart + milliseconds(99), 50, 60, milliseconds(100)));
  EXPECT_TRUE(limit.admit(kStart + milliseconds(100), 50, 60, milliseconds(100)));
  EXPECT_TRUE(limit.admit(kStart + milliseconds(200), 50, 60, milliseconds(100)));
  EXPECT_FALSE(limit.admit(kStart + milliseconds(300), 50, 60, milliseconds(100)));
}

TEST(RetransmissionLimit, what_it_cannot_remember_is_not_sent_again) {
  RetransmissionLimit limit;
  EXPECT_FALSE(limit.admit(kStart, 100, 100 + RetransmissionLimit::kWindow, milliseconds(1)));
  EXPECT_TRUE(limit.admit(kStart, 101, 100 + RetransmissionLimit::kWindow, milliseconds(1)));
  EXPECT_FALSE(limit.admit(kStart, 102, 101, milliseconds(1))) << "never sent";
}

}  // namespace
}  // namespace kith::sfu

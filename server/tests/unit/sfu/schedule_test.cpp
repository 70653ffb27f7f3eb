#include "sfu/schedule.hpp"

#include <gtest/gtest.h>

namespace kith::sfu {
namespace {

using std::chrono::seconds;
constexpr Instant kStart{seconds(100)};
constexpr ParticipantId kAnna{1};
constexpr ParticipantId kBen{2};

TEST(Schedule, the_earliest_comes_first_and_only_when_due) {
  Schedule schedule;
  schedule.set(kBen, kStart + seconds(2));
  schedule.set(kAnna, kStart + seconds(1));
  EXPECT_EQ(schedule.next(), kStart + seconds(1));
  EXPECT_EQ(schedule.take_due(kStart), std::nullopt);
  EXPECT_EQ(schedule.take_due(kStart + seconds(3)), kAnna);
  EXPECT_EQ(schedule.take_due(kStart + seconds(3)), kBen);
  EXPECT_EQ(schedule.take_due(kStart + seconds(3)), std::nullopt);
}

TEST(Schedule, an_earlier_deadline_replaces_a_later_one_and_fires_once) {
  Schedule schedule;
  schedule.set(kAnna, kStart + seconds(5));
  schedule.set(kAnna, kStart + seconds(1));
  schedule.set(kAnna, kStart + seconds(9));
  EXPECT_EQ(schedule.take_due(kStart + seconds(1)), kAnna);
  EXPECT_EQ(schedule.take_due(kStart + seconds(9)), std::nullopt);
}

TEST(Schedule, who_has_left_is_never_due) {
  Schedule schedule;
  schedule.set(kAnna, kStart);
  schedule.remove(kAnna);
  EXPECT_EQ(schedule.take_due(kStart + seconds(1)), std::nullopt);
}

}  // namespace
}  // namespace kith::sfu

#include "sfu/offer_schedule.hpp"

#include <gtest/gtest.h>

namespace kith::sfu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr Instant kStart{seconds(100)};

TEST(OfferSchedule, the_first_offer_goes_out_at_once) {
  OfferSchedule schedule;
  EXPECT_FALSE(schedule.is_due(kStart));
  schedule.want(kStart);
  EXPECT_TRUE(schedule.is_due(kStart));
  EXPECT_EQ(schedule.handle_offered(kStart), 1U);
}

TEST(OfferSchedule, changes_during_a_pending_offer_wait_for_its_answer) {
  OfferSchedule schedule;
  schedule.want(kStart);
  schedule.handle_offered(kStart);
  schedule.want(kStart + milliseconds(1));
  EXPECT_FALSE(schedule.is_due(kStart + seconds(1)));
  EXPECT_TRUE(schedule.handle_answered(kStart + seconds(1), 1));
  EXPECT_TRUE(schedule.is_due(kStart + seconds(1)));
  EXPECT_EQ(schedule.handle_offered(kStart + seconds(1)), 2U);
}

TEST(OfferSchedule, changes_are_gathered_for_a_moment_and_longer_while_they_keep_coming) {
  OfferSchedule schedule;
  schedule.want(kStart);
  schedule.handle_offered(kStart);
  schedule.handle_answered(kStart + milliseconds(20), 0);
  schedule.want(kStart + milliseconds(30));
  EXPECT_EQ(schedule.next_timeout(), kStart + milliseconds(180));
  schedule.handle_offered(kStart + milliseconds(180));
  schedule.handle_answered(kStart + milliseconds(200), 2);
  schedule.want(kStart + seconds(5));
  EXPECT_EQ(schedule.next_timeout(), kStart + seconds(5) + milliseconds(10));
}

TEST(OfferSchedule, an_answer_to_another_offer_is_ignored) {
  OfferSchedule schedule;
  EXPECT_FALSE(schedule.handle_answered(kStart, 0));
  schedule.want(kStart);
  schedule.handle_offered(kStart);
  EXPECT_FALSE(schedule.handle_answered(kStart, 7));
  EXPECT_TRUE(schedule.handle_answered(kStart, 0)) << "0 names whatever is pending";
}

TEST(OfferSchedule, a_client_that_never_answers_is_noticed) {
  OfferSchedule schedule;
  schedule.want(kStart);
  schedule.handle_offered(kStart);
  EXPECT_FALSE(schedule.is_overdue(kStart + milliseconds(14'999)));
  EXPECT_TRUE(schedule.is_overdue(kStart + seconds(15)));
  EXPECT_EQ(schedule.next_timeout(), kStart + seconds(15));
}

TEST(OfferSchedule, after_a_lost_signalling_everything_is_offered_again) {
  OfferSchedule schedule;
  schedule.want(kStart);
  schedule.handle_offered(kStart);
  schedule.restart(kStart + seconds(3));
  EXPECT_TRUE(schedule.is_due(kStart + seconds(3)));
  EXPECT_EQ(schedule.handle_offered(kStart + seconds(3)), 2U);
  EXPECT_FALSE(schedule.handle_answered(kStart + seconds(3), 1));
}

}  // namespace
}  // namespace kith::sfu

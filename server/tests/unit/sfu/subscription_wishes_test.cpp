#include "sfu/subscription_wishes.hpp"

#include <gtest/gtest.h>

namespace kith::sfu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr Instant kStart{seconds(100)};

TEST(SubscriptionWishes, who_says_nothing_gets_everything_or_nothing_by_its_join) {
  EXPECT_TRUE(SubscriptionWishes(true).wants("TR_a"));
  EXPECT_FALSE(SubscriptionWishes(false).wants("TR_a"));
}

TEST(SubscriptionWishes, a_wish_outweighs_the_default_until_the_track_is_forgotten) {
  SubscriptionWishes wishes(true);
  wishes.set_subscribed(kStart, "TR_a", false);
  EXPECT_FALSE(wishes.wants("TR_a"));
  EXPECT_TRUE(wishes.wants("TR_b"));
  wishes.forget("TR_a");
  EXPECT_TRUE(wishes.wants("TR_a"));
}

TEST(SubscriptionWishes, settings_alone_are_no_subscription) {
  SubscriptionWishes wishes(false);
  wishes.set_settings(kStart, "TR_a", {.width = 320, .height = 180});
  EXPECT_FALSE(wishes.wants("TR_a"));
  EXPECT_EQ(wishes.settings("TR_a")->width, 320U);
  EXPECT_EQ(wishes.settings("TR_b"), std::nullopt);
}

TEST(SubscriptionWishes, one_track_beyond_the_limit_costs_the_oldest_wish) {
  SubscriptionWishes wishes(true);
  for (size_t i = 0; i < SubscriptionWishes::kTracksMax; ++i) {
    wishes.set_subscribed(kStart + milliseconds(i), "TR_" + std::to_string(i), false);
  }
  EXPECT_FALSE(wishes.wants("TR_0"));
  wishes.set_subscribed(kStart + seconds(2), "TR_new", false);
  EXPECT_TRUE(wishes.wants("TR_0"));
  EXPECT_FALSE(wishes.wants("TR_1"));
  EXPECT_FALSE(wishes.wants("TR_new"));
}

TEST(SubscriptionPermission, names_participants_and_tracks) {
  const SubscriptionPermission nobody{.all_participants = false};
  EXPECT_FALSE(is_permitted(nobody, "PA_a", "TR_1"));
  const SubscriptionPermission some{
      .all_participants = false,
      .grants = {{.participant_sid = "PA_a", .all_tracks = true}, {.participant_sid = "PA_b", .tracks = {"TR_1"}}}};
  EXPECT_TRUE(is_permitted(some, "PA_a", "TR_2"));
  EXPECT_TRUE(is_permitted(some, "PA_b", "TR_1"));
  EXPECT_FALSE(is_permitted(some, "PA_b", "TR_2"));
  EXPECT_FALSE(is_permitted(some, "PA_c", "TR_1"));
  EXPECT_TRUE(is_permitted(SubscriptionPermission{}, "PA_c", "TR_1"));
}

}  // namespace
}  // namespace kith::sfu

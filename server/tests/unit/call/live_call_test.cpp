#include "call/live_call.hpp"

#include <gtest/gtest.h>

namespace kith::call::testing {
namespace {

using model::CallMember;
using model::CallOutcome;
using model::CallState;
using std::chrono::seconds;

constexpr UserId kAda{1};
constexpr UserId kBob{2};
constexpr UserId kCleo{3};
constexpr DeviceId kPhone{7};
constexpr DeviceId kLaptop{8};

class LiveCallTest : public ::testing::Test {
 protected:
  [[nodiscard]] Moment now() const { return {.at = clock.now(), .wall = clock.wall()}; }
  LiveCall start(bool is_direct) {
    model::Call call{.id = CallId{5}, .room = RoomId{6}, .seq = 9, .started_by = kAda, .started_at = clock.wall()};
    if (is_direct) call.members.push_back({.user = kBob, .was_rung = true});
    call.members.push_back({.user = kAda, .joined_at = clock.wall()});
    return LiveCall(limits, std::move(call), is_direct, kPhone, now());
  }
  /// A direct call that both are in with media.
  LiveCall conversation() {
    LiveCall call = start(true);
    EXPECT_EQ(call.connect(now(), kAda), CallChange::kNothing) << "she was in it from the start";
    EXPECT_EQ(call.let_in(now(), kBob, kLaptop), CallChange::kState);
    call.connect(now(), kBob);
    return call;
  }
  CallChange pass(LiveCall& call, Duration time) {
    clock.advance(time);
    return call.handle_timeout(now());
  }

  ManualClock clock;
  Limits limits;
};

TEST_F(LiveCallTest, a_direct_call_rings_until_it_is_answered) {
  LiveCall call = start(true);
  call.connect(now(), kAda);
  EXPECT_EQ(call.snapshot().state, CallState::kRinging);
  EXPECT_EQ(call.next_timeout(), clock.now() + seconds(45));
  clock.advance(seconds(10));
  ASSERT_EQ(call.let_in(now(), kBob, kLaptop), CallChange::kState);
  EXPECT_EQ(call.snapshot().state, CallState::kActive);
  EXPECT_EQ(call.snapshot().answered_at, clock.wall());
  call.connect(now(), kBob);
  EXPECT_EQ(call.next_timeout(), std::nullopt) << "it may last for ever";
}

TEST_F(LiveCallTest, a_call_nobody_answers_is_missed_after_the_ring_time) {
  LiveCall call = start(true);
  call.connect(now(), kAda);
  EXPECT_EQ(pass(call, seconds(45) - Duration(1)), CallChange::kNothing);
  EXPECT_EQ(pass(call, Duration(1)), CallChange::kState);
  EXPECT_EQ(call.snapshot().outcome, CallOutcome::kMissed);
  EXPECT_EQ(call.snapshot().ended_at, clock.wall());
  EXPECT_FALSE(call.let_in(now(), kBob, kLaptop).has_value()) << "too late";
}

TEST_F(LiveCallTest, declining_ends_a_direct_call_for_both) {
  LiveCall call = start(true);
  EXPECT_EQ(call.decline(now(), kAda), CallChange::kNothing) << "who calls is not rung";
  EXPECT_EQ(call.decline(now(), kBob), CallChange::kState);
  EXPECT_EQ(call.snapshot().outcome, CallOutcome::kDeclined);
  EXPECT_FALSE(call.take_unsaved().members.front().has_ignored());
}

TEST_F(LiveCallTest, who_has_answered_cannot_decline_any_more) {
  LiveCall call = conversation();
  EXPECT_EQ(call.decline(now(), kBob), CallChange::kNothing);
  EXPECT_FALSE(call.is_over());
}

TEST_F(LiveCallTest, hanging_up_before_an_answer_cancels_and_after_it_completes) {
  LiveCall unanswered = start(true);
  EXPECT_EQ(unanswered.leave(now(), kAda), CallChange::kState);
  EXPECT_EQ(unanswered.snapshot().outcome, CallOutcome::kCancelled);
  LiveCall answered = conversation();
  clock.advance(seconds(100));
  EXPECT_EQ(answered.leave(now(), kBob), CallChange::kState);
  EXPECT_EQ(answered.snapshot().outcome, CallOutcome::kCompleted);
  EXPECT_EQ(answered.snapshot().ended_at.value - answered.snapshot().started_at.value, 100'000);
}

TEST_F(LiveCallTest, who_loses_the_connection_has_twenty_seconds_to_come_back) {
  LiveCall call = conversation();
  EXPECT_EQ(call.lose(now(), kBob), CallChange::kAttendance);
  EXPECT_TRUE(call.is_let_in(kBob));
  EXPECT_EQ(pass(call, seconds(19)), CallChange::kNothing);
  EXPECT_EQ(call.connect(now(), kBob), CallChange::kAttendance);
  EXPECT_EQ(call.next_timeout(), std::nullopt);
  call.lose(now(), kBob);
  EXPECT_EQ(pass(call, seconds(20)), CallChange::kState);
  EXPECT_EQ(call.snapshot().outcome, CallOutcome::kCompleted);
}

TEST_F(LiveCallTest, a_call_everybody_lost_lasted_until_the_last_one_was_there) {
  LiveCall call = conversation();
  clock.advance(seconds(30));
  call.lose(now(), kAda);
  clock.advance(seconds(5));
  call.lose(now(), kBob);
  const UnixMillis last = clock.wall();
  EXPECT_EQ(pass(call, seconds(15)), CallChange::kState);
  EXPECT_EQ(call.snapshot().ended_at, last);
}

TEST_F(LiveCallTest, who_never_connects_is_out_after_a_minute) {
  LiveCall call = start(false);
  ASSERT_TRUE(call.let_in(now(), kBob, kLaptop).has_value());
  call.connect(now(), kAda);
  EXPECT_EQ(pass(call, seconds(60)), CallChange::kAttendance);
  EXPECT_FALSE(call.is_let_in(kBob));
  EXPECT_EQ(call.take_put_out(), std::vector<UserId>{kBob});
  EXPECT_FALSE(call.is_over());
}

TEST_F(LiveCallTest, a_call_to_which_nobody_ever_connects_ends_after_a_minute) {
  LiveCall call = start(false);
  EXPECT_EQ(pass(call, seconds(60)), CallChange::kState);
  EXPECT_EQ(call.snapshot().outcome, CallOutcome::kCancelled);
}

TEST_F(LiveCallTest, a_group_call_goes_on_with_one_and_ends_with_none) {
  LiveCall call = start(false);
  call.connect(now(), kAda);
  EXPECT_EQ(call.let_in(now(), kBob, kLaptop), CallChange::kState) << "answered";
  EXPECT_EQ(call.let_in(now(), kCleo, kLaptop), CallChange::kAttendance);
  call.leave(now(), kAda);
  EXPECT_EQ(call.leave(now(), kBob), CallChange::kAttendance);
  EXPECT_FALSE(call.is_over());
  EXPECT_EQ(call.leave(now(), kCleo), CallChange::kState);
  EXPECT_EQ(call.snapshot().outcome, CallOutcome::kCompleted);
  EXPECT_EQ(call.snapshot().participants, 3U) << "of an ended call: how many ever were";
}

TEST_F(LiveCallTest, a_group_call_without_a_second_person_is_cancelled) {
  LiveCall call = start(false);
  EXPECT_EQ(call.leave(now(), kAda), CallChange::kState);
  EXPECT_EQ(call.snapshot().outcome, CallOutcome::kCancelled);
}

TEST_F(LiveCallTest, who_was_put_out_needs_to_be_let_in_again) {
  LiveCall call = start(false);
  call.connect(now(), kAda);
  ASSERT_TRUE(call.let_in(now(), kBob, kLaptop).has_value());
  EXPECT_TRUE(call.is_let_in(kBob, kLaptop));
  EXPECT_FALSE(call.is_let_in(kBob, kPhone));
  EXPECT_EQ(call.put_out(now(), kBob), CallChange::kAttendance);
  EXPECT_FALSE(call.is_let_in(kBob));
  EXPECT_EQ(call.connect(now(), kBob), CallChange::kNothing) << "a token does not help";
  EXPECT_EQ(call.put_out(now(), kBob), CallChange::kNothing);
  EXPECT_EQ(call.let_in(now(), kBob, kLaptop), CallChange::kAttendance);
}

TEST_F(LiveCallTest, one_more_than_may_be_in_it_is_refused_but_somebody_may_take_the_place_of_another) {
  limits.call_participants = 2;
  LiveCall call = start(false);
  ASSERT_TRUE(call.let_in(now(), kBob, kLaptop).has_value());
  ASSERT_EQ(call.let_in(now(), kBob, kPhone), CallChange::kNothing) << "is in it already";
  const auto refused = call.let_in(now(), kCleo, kLaptop);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, Reason::kTooMany);
  call.leave(now(), kBob);
  EXPECT_TRUE(call.let_in(now(), kCleo, kLaptop).has_value());
}

TEST_F(LiveCallTest, participants_are_told_in_the_order_of_coming_and_not_more_than_so_many) {
  limits.call_participants_told = 3;
  LiveCall call = start(true);
  ASSERT_TRUE(call.let_in(now(), kBob, kLaptop).has_value());
  EXPECT_EQ(call.snapshot().members.front().user, kAda) << "he was rung before she came, but came after her";
  LiveCall many = start(false);
  for (int64_t user = 2; user <= 6; ++user) ASSERT_TRUE(many.let_in(now(), UserId{user}, kLaptop).has_value());
  many.leave(now(), UserId{2});
  const model::Call told = many.snapshot();
  EXPECT_EQ(told.participants, 5U);
  ASSERT_EQ(told.members.size(), 3U);
  EXPECT_EQ(told.members[1].user, UserId{3}) << "of many only those who are in it";
}

TEST_F(LiveCallTest, each_change_is_to_be_stored_once) {
  LiveCall call = start(true);
  EXPECT_TRUE(call.take_unsaved().is_empty()) << "it was stored when it began";
  ASSERT_TRUE(call.let_in(now(), kBob, kLaptop).has_value());
  const UnsavedCall unsaved = call.take_unsaved();
  EXPECT_EQ(unsaved.answered_at, clock.wall());
  ASSERT_EQ(unsaved.members.size(), 1U);
  EXPECT_EQ(unsaved.members.front().user, kBob);
  EXPECT_TRUE(call.take_unsaved().is_empty());
  EXPECT_EQ(call.share_screen(kBob), CallChange::kAttendance);
  EXPECT_EQ(call.share_screen(kBob), CallChange::kNothing);
  EXPECT_TRUE(call.snapshot().was_screen_shared);
  EXPECT_TRUE(call.take_unsaved().members.front().has_shared_screen);
}

TEST_F(LiveCallTest, a_stopping_server_interrupts_whatever_goes_on) {
  LiveCall call = conversation();
  EXPECT_EQ(call.interrupt(now()), CallChange::kState);
  EXPECT_EQ(call.snapshot().outcome, CallOutcome::kInterrupted);
  EXPECT_EQ(call.interrupt(now()), CallChange::kNothing);
}

}  // namespace
}  // namespace kith::call::testing

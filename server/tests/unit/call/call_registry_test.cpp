#include "call/call_registry.hpp"

#include <gtest/gtest.h>

#include <map>
#include <thread>

namespace kith::call::testing {
namespace {

using model::CallOutcome;
using model::CallState;
using Entry = CallAttendance::Entry;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr UserId kAda{1};
constexpr UserId kBob{2};
constexpr DeviceId kPhone{7};
constexpr DeviceId kLaptop{8};
constexpr RoomId kRoom{6};
constexpr CallId kCall{5};

/// Keeps what was asked for.
struct Effects final : CallEffects {
  void tell(model::Call call) override { told.push_back(std::move(call)); }
  void save(UnsavedCall unsaved) override { saved.push_back(std::move(unsaved)); }
  void finish(model::Call call, UnsavedCall) override { finished.push_back(std::move(call)); }
  void schedule(CallId call, Instant at) override { timers.emplace(at, call); }

  std::vector<model::Call> told;
  std::vector<UnsavedCall> saved;
  std::vector<model::Call> finished;
  std::multimap<Instant, CallId> timers;
};

struct Media final : CallMedia {
  void end_call(CallId call) override { ended.push_back(call); }
  void remove_participant(CallId, UserId user) override { removed.push_back(user); }

  std::vector<CallId> ended;
  std::vector<UserId> removed;
};

class CallRegistryTest : public ::testing::Test {
 protected:
  CallRegistryTest() { registry.set_media(media); }

  model::Call open(CallId id = kCall, RoomId room = kRoom, bool is_direct = false, bool is_large = false) {
    CallRegistry::NewCall wish{.call = {.id = id, .room = room, .seq = 3, .started_by = kAda},
                               .device = kPhone,
                               .is_direct = is_direct,
                               .is_large = is_large};
    if (is_direct) wish.call.members.push_back({.user = kBob, .was_rung = true});
    wish.call.members.push_back({.user = kAda, .joined_at = clock.wall()});
    return registry.open(std::move(wish));
  }
  /// Moves time on and runs the timers that come due.
  void pass(Duration time) {
    const Instant end = clock.now() + time;
    while (!effects.timers.empty() && effects.timers.begin()->first <= end) {
      const auto [at, call] = *effects.timers.begin();
      effects.timers.erase(effects.timers.begin());
      if (at > clock.now()) clock.advance(at - clock.now());
      registry.handle_timeout(call, at);
    }
    clock.advance(end - clock.now());
  }

  ManualClock clock;
  Limits limits;
  Effects effects;
  Media media;
  CallRegistry registry{limits, clock, effects};
};

TEST_F(CallRegistryTest, a_call_is_told_found_and_ends_with_its_media) {
  EXPECT_TRUE(registry.is_idle());
  open();
  EXPECT_FALSE(registry.is_idle());
  EXPECT_EQ(effects.told.size(), 1U);
  EXPECT_EQ(registry.calls_of(std::vector{RoomId{1}, kRoom}).size(), 1U);
  registry.leave(kCall, kAda);
  ASSERT_EQ(effects.finished.size(), 1U);
  EXPECT_EQ(effects.finished.front().outcome, CallOutcome::kCancelled);
  EXPECT_EQ(effects.told.back().state, CallState::kEnded);
  EXPECT_EQ(media.ended, std::vector<CallId>{kCall});
  EXPECT_TRUE(registry.calls_of(std::vector{kRoom}).empty()) << "over, though still to be stored";
  EXPECT_EQ(registry.let_in(kCall, kBob, kLaptop).error().reason, Reason::kCallEnded);
  registry.forget(kCall);
  EXPECT_EQ(registry.find(kCall), std::nullopt);
  EXPECT_EQ(registry.let_in(kCall, kBob, kLaptop).error().reason, Reason::kCallNotFound);
  EXPECT_TRUE(registry.is_idle());
}

TEST_F(CallRegistryTest, only_those_let_in_may_connect) {
  EXPECT_EQ(registry.entry_of(kCall, kAda), Entry::kNoSuchCall);
  open();
  EXPECT_EQ(registry.entry_of(kCall, kAda), Entry::kOpen);
  EXPECT_EQ(registry.entry_of(kCall, kBob), Entry::kNotLetIn);
  ASSERT_TRUE(registry.let_in(kCall, kBob, kLaptop).has_value());
  EXPECT_EQ(registry.entry_of(kCall, kBob), Entry::kOpen);
  registry.put_out(kRoom, kBob);
  EXPECT_EQ(registry.entry_of(kCall, kBob), Entry::kNotLetIn);
  EXPECT_EQ(media.removed, std::vector<UserId>{kBob});
  registry.participant_joined(kCall, kBob);
  EXPECT_EQ(media.removed.size(), 2U) << "who was put out while connecting is put out again";
}

TEST_F(CallRegistryTest, the_end_of_a_session_ends_only_what_was_joined_with_it) {
  open();
  ASSERT_TRUE(registry.let_in(kCall, kBob, kLaptop).has_value());
  registry.put_out_device(kBob, kPhone);
  EXPECT_EQ(registry.entry_of(kCall, kBob), Entry::kOpen);
  registry.put_out_device(kBob, kLaptop);
  EXPECT_EQ(registry.entry_of(kCall, kBob), Entry::kNotLetIn);
}

TEST_F(CallRegistryTest, a_deactivated_account_is_out_of_all_calls) {
  open();
  open(CallId{9}, RoomId{10});
  registry.put_out_of_all(kAda);
  EXPECT_EQ(registry.entry_of(kCall, kAda), Entry::kNotLetIn);
  EXPECT_EQ(registry.entry_of(CallId{9}, kAda), Entry::kNotLetIn);
  pass(seconds(20));
  EXPECT_EQ(effects.finished.size(), 2U) << "nobody came back";
}

TEST_F(CallRegistryTest, timers_end_a_call_that_nobody_answers) {
  open(kCall, kRoom, true);
  registry.participant_joined(kCall, kAda);
  pass(seconds(44));
  EXPECT_TRUE(effects.finished.empty());
  pass(seconds(1));
  ASSERT_EQ(effects.finished.size(), 1U);
  EXPECT_EQ(effects.finished.front().outcome, CallOutcome::kMissed);
}

TEST_F(CallRegistryTest, a_timer_ahead_of_the_clock_does_its_work) {
  open(kCall, kRoom, true);
  registry.participant_joined(kCall, kAda);
  ASSERT_EQ(effects.timers.size(), 1U);
  registry.handle_timeout(kCall, effects.timers.begin()->first);
  EXPECT_EQ(effects.finished.size(), 1U);
}

TEST_F(CallRegistryTest, comings_and_goings_of_a_large_room_are_told_once_a_second) {
  open(kCall, kRoom, false, true);
  ASSERT_TRUE(registry.let_in(kCall, kBob, kLaptop).has_value());
  ASSERT_EQ(effects.told.size(), 2U) << "the start, and the answer, which changes the call's state";
  for (int64_t user = 10; user < 30; ++user) ASSERT_TRUE(registry.let_in(kCall, UserId{user}, kLaptop).has_value());
  EXPECT_EQ(effects.told.size(), 2U);
  pass(milliseconds(999));
  EXPECT_EQ(effects.told.size(), 2U);
  pass(milliseconds(1));
  ASSERT_EQ(effects.told.size(), 3U);
  EXPECT_EQ(effects.told.back().participants, 22U);
  pass(seconds(10));
  EXPECT_EQ(effects.told.size(), 3U) << "nothing new, nothing told";
}

TEST_F(CallRegistryTest, in_a_small_room_each_coming_is_told_at_once) {
  open();
  ASSERT_TRUE(registry.let_in(kCall, kBob, kLaptop).has_value());
  ASSERT_TRUE(registry.let_in(kCall, UserId{3}, kLaptop).has_value());
  registry.screen_shared(kCall, kBob);
  EXPECT_EQ(effects.told.size(), 4U);
  EXPECT_EQ(effects.saved.size(), 3U);
  registry.tell_again(kRoom);
  EXPECT_EQ(effects.told.size(), 5U);
  EXPECT_EQ(effects.saved.size(), 3U);
}

TEST_F(CallRegistryTest, one_call_more_than_the_server_can_have_is_refused) {
  limits.calls = 2;
  open();
  {
    const auto place = registry.reserve();
    ASSERT_TRUE(place.has_value());
    const auto refused = registry.reserve();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().reason, Reason::kTooMany);
    EXPECT_EQ(refused.error().field, "calls");
  }
  EXPECT_TRUE(registry.reserve().has_value()) << "a reservation that is not used is given back";
}

TEST_F(CallRegistryTest, a_stop_interrupts_all_and_lets_nothing_begin) {
  open();
  registry.interrupt_all();
  ASSERT_EQ(effects.finished.size(), 1U);
  EXPECT_EQ(effects.finished.front().outcome, CallOutcome::kInterrupted);
  EXPECT_EQ(registry.reserve().error().reason, Reason::kShuttingDown);
  open(CallId{9}, RoomId{10});
  EXPECT_EQ(effects.finished.size(), 2U) << "what was being stored when the server stopped";
}

TEST_F(CallRegistryTest, threads_may_use_it_side_by_side) {
  open();
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      const UserId user{100 + i};
      for (int round = 0; round < 200; ++round) {
        EXPECT_TRUE(registry.let_in(kCall, user, kLaptop).has_value());
        registry.participant_joined(kCall, user);
        registry.participant_left(kCall, user);
        registry.leave(kCall, user);
        EXPECT_TRUE(registry.find(kCall).has_value());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(registry.find(kCall)->participants, 1U);
}

}  // namespace
}  // namespace kith::call::testing

#include "chat/presence.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "store/user_repository.hpp"
#include "unit/chat/chat_fixture.hpp"

namespace kith::chat {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::Person;

constexpr UserId kAnna{1};
constexpr UserId kBen{2};
constexpr DeviceId kPhone{11};
constexpr DeviceId kLaptop{12};
constexpr UnixMillis kLongAgo{1'600'000'000'000};

class PresenceTest : public ::testing::Test {
 protected:
  PresenceTest() {
    presence.set_on_change([this](UserId user, PresenceView now) { told.emplace_back(user, now.state); });
  }
  PresenceState state(UserId user = kAnna) { return presence.seen_by(kBen, user, kLongAgo).state; }
  void pass(Duration time) {
    clock.advance(time);
    presence.handle_timeout(clock.now());
  }
  void set_privacy(model::PresencePrivacy privacy, Version version) {
    presence.set_privacy({.id = kAnna, .presence_privacy = privacy, .seen_at = kLongAgo, .version = version});
  }

  using Told = std::vector<std::pair<UserId, PresenceState>>;
  ManualClock clock;
  PresenceTracker presence{clock, seconds(5)};
  Told told;
};

TEST_F(PresenceTest, a_connection_makes_online_and_its_end_offline_after_the_grace) {
  EXPECT_EQ(presence.seen_by(kBen, kAnna, kLongAgo), (PresenceView{PresenceState::kOffline, kLongAgo}));
  presence.connect(kAnna, kPhone);
  EXPECT_EQ(presence.seen_by(kBen, kAnna, kLongAgo), (PresenceView{PresenceState::kOnline, clock.wall()}));
  EXPECT_TRUE(presence.is_connected(kAnna, kPhone));
  EXPECT_EQ(presence.users_online(), 1u);
  presence.disconnect(kAnna, kPhone);
  const UnixMillis left = clock.wall();
  EXPECT_FALSE(presence.is_connected(kAnna, kPhone));
  pass(seconds(4));
  EXPECT_EQ(presence.seen_by(kBen, kAnna, kLongAgo), (PresenceView{PresenceState::kOnline, left}));
  pass(seconds(1));
  EXPECT_EQ(presence.seen_by(kBen, kAnna, kLongAgo), (PresenceView{PresenceState::kOffline, left}));
  EXPECT_EQ(presence.users_online(), 0u);
  EXPECT_EQ(told, (Told{{kAnna, PresenceState::kOnline}, {kAnna, PresenceState::kOffline}}));
}

TEST_F(PresenceTest, a_reconnection_within_the_grace_does_not_show) {
  presence.connect(kAnna, kPhone);
  presence.set_state(kAnna, kPhone, PresenceState::kAway);
  told.clear();
  presence.disconnect(kAnna, kPhone);
  pass(seconds(4));
  presence.connect(kAnna, kPhone);
  pass(seconds(60));
  EXPECT_EQ(state(), PresenceState::kAway) << "as it was";
  EXPECT_TRUE(told.empty());
}

TEST_F(PresenceTest, the_newest_disconnection_counts_for_the_grace) {
  presence.connect(kAnna, kPhone);
  presence.disconnect(kAnna, kPhone);
  pass(seconds(3));
  presence.connect(kAnna, kPhone);
  presence.disconnect(kAnna, kPhone);
  pass(seconds(4));
  EXPECT_EQ(state(), PresenceState::kOnline);
  pass(seconds(1));
  EXPECT_EQ(state(), PresenceState::kOffline);
}

TEST_F(PresenceTest, the_best_device_decides) {
  presence.connect(kAnna, kPhone);
  presence.connect(kAnna, kLaptop);
  presence.set_state(kAnna, kPhone, PresenceState::kAway);
  EXPECT_EQ(state(), PresenceState::kOnline);
  presence.set_state(kAnna, kLaptop, PresenceState::kAway);
  EXPECT_EQ(state(), PresenceState::kAway);
  presence.set_state(kAnna, kPhone, PresenceState::kOnline);
  EXPECT_EQ(state(), PresenceState::kOnline);
  presence.disconnect(kAnna, kPhone);
  pass(seconds(5));
  EXPECT_EQ(state(), PresenceState::kAway) << "the laptop is still there";
}

TEST_F(PresenceTest, several_connections_of_a_device_count) {
  presence.connect(kAnna, kPhone);
  presence.connect(kAnna, kPhone);
  presence.disconnect(kAnna, kPhone);
  pass(seconds(60));
  EXPECT_EQ(state(), PresenceState::kOnline);
  presence.disconnect(kAnna, kPhone);
  presence.disconnect(kAnna, kPhone);  // one more than there were
  pass(seconds(60));
  EXPECT_EQ(state(), PresenceState::kOffline);
}

TEST_F(PresenceTest, a_device_without_a_connection_has_no_say) {
  presence.set_state(kAnna, kPhone, PresenceState::kOnline);
  EXPECT_EQ(state(), PresenceState::kOffline);
  presence.disconnect(kAnna, kPhone);
  EXPECT_TRUE(told.empty());
}

TEST_F(PresenceTest, who_hides_is_seen_by_nobody_but_oneself) {
  presence.connect(kAnna, kPhone);
  told.clear();
  set_privacy(model::PresencePrivacy::kNobody, 1);
  EXPECT_EQ(presence.seen_by(kBen, kAnna, kLongAgo), PresenceView{});
  EXPECT_EQ(presence.seen_by(kAnna, kAnna, kLongAgo).state, PresenceState::kOnline);
  presence.disconnect(kAnna, kPhone);
  pass(seconds(5));
  presence.connect(kAnna, kPhone);
  EXPECT_EQ(told, (Told{{kAnna, PresenceState::kUnknown}})) << "told once, then silence";
  set_privacy(model::PresencePrivacy::kEverybody, 2);
  EXPECT_EQ(told.back(), (std::pair{kAnna, PresenceState::kOnline}));
  EXPECT_EQ(state(), PresenceState::kOnline);
}

TEST_F(PresenceTest, an_older_choice_that_comes_late_changes_nothing) {
  set_privacy(model::PresencePrivacy::kNobody, 7);
  set_privacy(model::PresencePrivacy::kEverybody, 6);
  EXPECT_EQ(presence.seen_by(kBen, kAnna, kLongAgo), PresenceView{});
}

class PresenceStoreTest : public testing::ChatTest {
 protected:
  UnixMillis stored_seen(UserId user) {
    UnixMillis seen;
    (void)store::testing::read(*store, [&](store::ReadTransaction& transaction) -> Result<> {
      TRY(const auto found, store::UserRepository(transaction.db()).find(user));
      if (found) seen = found->seen_at;
      return {};
    });
    return seen;
  }
};

TEST_F(PresenceStoreTest, last_seen_times_are_saved_for_those_who_are_there_and_who_left) {
  const Person anna = make_person("anna");
  const Person ben = make_person("ben");
  const Person carl = make_person("carl");
  const UnixMillis registered = clock.wall();
  presence->connect(anna.caller.user, anna.caller.device);
  presence->connect(ben.caller.user, ben.caller.device);
  clock.advance(minutes(1));
  presence->disconnect(ben.caller.user, ben.caller.device);
  const UnixMillis left = clock.wall();
  clock.advance(minutes(1));
  presence->handle_timeout(clock.now());
  ASSERT_TRUE(run(users->save_seen()).has_value());
  EXPECT_EQ(stored_seen(anna.caller.user), clock.wall());
  EXPECT_EQ(stored_seen(ben.caller.user), left);
  EXPECT_EQ(stored_seen(carl.caller.user), registered);

  presence->disconnect(anna.caller.user, anna.caller.device);
  clock.advance(minutes(1));
  presence->handle_timeout(clock.now());
  ASSERT_TRUE(run(users->save_seen()).has_value());
  const uint64_t commands = store->metrics().commands;
  ASSERT_TRUE(run(users->save_seen()).has_value());
  EXPECT_EQ(store->metrics().commands, commands) << "what is saved is not saved again";
}

TEST_F(PresenceStoreTest, more_rows_than_one_command_takes_are_saved) {
  const Person anna = make_person("anna");
  for (int64_t device = 1; device <= 1200; ++device) presence->connect(anna.caller.user, DeviceId{device});
  clock.advance(minutes(1));
  const uint64_t commands = store->metrics().commands;
  ASSERT_TRUE(run(users->save_seen()).has_value());
  EXPECT_EQ(store->metrics().commands, commands + 3);
  EXPECT_EQ(stored_seen(anna.caller.user), clock.wall());
}

TEST_F(PresenceStoreTest, who_hides_still_hides_after_a_restart) {
  const Person anna = make_person("anna");
  const Person ben = make_person("ben");
  v1::UpdateProfileRequest request;
  request.set_presence_privacy(v1::PRESENCE_PRIVACY_NOBODY);
  ASSERT_TRUE(run(users->update_profile(anna.caller, request)).has_value());
  reopen();
  ASSERT_TRUE(run(presence->load(*store)).has_value());
  presence->connect(anna.caller.user, anna.caller.device);
  EXPECT_EQ(presence->seen_by(ben.caller.user, anna.caller.user, kLongAgo), PresenceView{});
}

}  // namespace
}  // namespace kith::chat

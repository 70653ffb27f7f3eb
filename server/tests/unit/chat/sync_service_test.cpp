#include "chat/sync_service.hpp"

#include <gtest/gtest.h>

#include "unit/chat/rooms_fixture.hpp"

namespace kith::chat {
namespace {

using testing::Person;

class SyncServiceTest : public testing::RoomsTest {
 protected:
  void SetUp() override {
    RoomsTest::SetUp();
    ada = make_person("ada");
    idris = make_person("idris");
    garden = create(ada, v1::ROOM_KIND_PUBLIC, "Garden", {&idris});
  }
  static const v1::RoomSync* find(const v1::SyncResponse& response, const std::string& room) {
    for (const auto& sync : response.rooms()) {
      if (sync.entry().room().id() == room || sync.entry().membership().room_id() == room) return &sync;
    }
    return nullptr;
  }

  Person ada, idris;
  std::string garden;
};

TEST_F(SyncServiceTest, the_first_sync_has_all_that_draws_the_app) {
  send(ada, garden, "hello");
  const auto first = sync_from(idris, "");
  EXPECT_TRUE(first.fresh());
  EXPECT_EQ(first.me().id(), idris.user.id());
  ASSERT_NE(find(first, garden), nullptr);
  EXPECT_EQ(find(first, garden)->entry().last_message().content().text(), "hello");
  EXPECT_EQ(find(first, garden)->entry().membership().unread_count(), 1u);
  ASSERT_GE(first.users_size(), 1);
  EXPECT_EQ(first.users(0).id(), ada.user.id());
}

TEST_F(SyncServiceTest, a_sync_with_nothing_new_has_nothing) {
  const auto first = sync_from(idris, "");
  const auto second = sync_from(idris, first.token());
  EXPECT_FALSE(second.fresh());
  EXPECT_EQ(second.rooms_size(), 0);
}

TEST_F(SyncServiceTest, what_was_missed_comes_as_events_in_order) {
  const auto token = sync_from(idris, "").token();
  const Seq one = send(ada, garden, "one");
  send(ada, garden, "two");
  ASSERT_TRUE(edit(ada, garden, one, "one!"));
  const auto missed = sync_from(idris, token);
  ASSERT_NE(find(missed, garden), nullptr);
  const auto& events = find(missed, garden)->events();
  ASSERT_EQ(events.size(), 3);
  EXPECT_FALSE(find(missed, garden)->reset());
  EXPECT_EQ(events[0].posted().content().text(), "one!") << "the newest text, not the one that was erased";
  EXPECT_EQ(events[1].posted().content().text(), "two");
  EXPECT_EQ(events[2].edited().message().seq(), one);
  EXPECT_EQ(events[2].seq(), events[0].seq() + 2);
}

TEST_F(SyncServiceTest, too_much_missed_resets_the_room_and_sends_the_newest) {
  const auto token = sync_from(idris, "").token();
  for (size_t i = 0; i <= limits.sync_events_per_room; ++i) send(ada, garden, "m");
  const auto missed = sync_from(idris, token);
  ASSERT_NE(find(missed, garden), nullptr);
  EXPECT_TRUE(find(missed, garden)->reset());
  EXPECT_EQ(static_cast<size_t>(find(missed, garden)->events_size()), limits.sync_events_after_reset);
}

TEST_F(SyncServiceTest, exactly_the_limit_missed_is_no_reset) {
  const auto token = sync_from(idris, "").token();
  for (size_t i = 0; i < limits.sync_events_per_room; ++i) send(ada, garden, "m");
  const auto missed = sync_from(idris, token);
  EXPECT_FALSE(find(missed, garden)->reset());
  EXPECT_EQ(static_cast<size_t>(find(missed, garden)->events_size()), limits.sync_events_per_room);
}

TEST_F(SyncServiceTest, missed_events_come_for_the_most_active_rooms_and_a_head_for_the_others) {
  limits.sync_rooms_full = 1;
  const std::string board = create(ada, v1::ROOM_KIND_PUBLIC, "Board", {&idris});
  const auto token = sync_from(idris, "").token();
  send(ada, garden, "earlier");
  send(ada, board, "later");
  const auto missed = sync_from(idris, token);
  ASSERT_NE(find(missed, board), nullptr);
  EXPECT_EQ(find(missed, board)->events_size(), 1);
  ASSERT_NE(find(missed, garden), nullptr);
  EXPECT_TRUE(find(missed, garden)->reset());
  EXPECT_EQ(find(missed, garden)->events_size(), 0);
  EXPECT_EQ(find(missed, garden)->entry().membership().unread_count(), 1u);
}

TEST_F(SyncServiceTest, a_room_joined_since_comes_whole_and_one_left_says_so) {
  const auto token = sync_from(idris, "").token();
  const std::string board = create(ada, v1::ROOM_KIND_PUBLIC, "Board", {&idris});
  ASSERT_TRUE(leave(idris, garden));
  const auto since = sync_from(idris, token);
  ASSERT_NE(find(since, board), nullptr);
  EXPECT_TRUE(find(since, board)->reset());
  ASSERT_NE(find(since, garden), nullptr);
  EXPECT_EQ(find(since, garden)->entry().membership().state(), v1::MEMBERSHIP_STATE_LEFT);
  EXPECT_FALSE(find(since, garden)->entry().has_room());
}

TEST_F(SyncServiceTest, own_state_of_another_device_comes_with_the_sync) {
  const auto token = sync_from(idris, "").token();
  const Seq seq = send(ada, garden, "hello");
  const auto after_message = sync_from(idris, token).token();
  ASSERT_TRUE(mark_read(idris, garden, seq));
  const auto since = sync_from(idris, after_message);
  ASSERT_NE(find(since, garden), nullptr);
  EXPECT_EQ(find(since, garden)->entry().membership().unread_count(), 0u);
}

TEST_F(SyncServiceTest, tokens_survive_a_restart) {
  const auto token = sync_from(idris, "").token();
  send(ada, garden, "one");
  reopen_all();
  send(ada, garden, "two");
  const auto since = sync_from(idris, token);
  EXPECT_FALSE(since.fresh());
  ASSERT_NE(find(since, garden), nullptr);
  EXPECT_EQ(find(since, garden)->events_size(), 2);
}

TEST_F(SyncServiceTest, a_foreign_forged_or_old_token_starts_afresh) {
  const auto token = sync_from(idris, "").token();
  EXPECT_TRUE(sync_from(ada, token).fresh()) << "bound to its user";
  std::string forged = token;
  forged[5] = forged[5] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(sync_from(idris, forged).fresh());
  EXPECT_TRUE(sync_from(idris, "nonsense").fresh());
  clock.advance(std::chrono::hours(24 * 91));
  EXPECT_TRUE(sync_from(idris, token).fresh());
}

TEST_F(SyncServiceTest, the_calls_going_on_come_with_the_people_they_name) {
  calls = {{.id = CallId{7}, .room = *ids.decode_room(garden), .started_by = ada.caller.user}};
  const auto response = sync_from(idris, sync_from(idris, "").token());
  ASSERT_EQ(response.calls_size(), 1);
  EXPECT_EQ(response.calls(0).room_id(), garden);
  EXPECT_TRUE(std::ranges::any_of(response.users(), [&](const v1::User& user) { return user.id() == ada.user.id(); }));
  EXPECT_EQ(asked_rooms, std::vector<RoomId>{*ids.decode_room(garden)}) << "of the rooms one is in";
}

TEST_F(SyncServiceTest, the_open_room_comes_with_its_newest_messages_at_once) {
  for (int i = 0; i < 5; ++i) send(ada, garden, "m" + std::to_string(i));
  const auto first = sync_from(idris, "", garden);
  ASSERT_NE(find(first, garden), nullptr);
  ASSERT_GE(find(first, garden)->events_size(), 5);
  EXPECT_EQ(find(first, garden)->events(find(first, garden)->events_size() - 1).posted().content().text(), "m4");
}

}  // namespace
}  // namespace kith::chat

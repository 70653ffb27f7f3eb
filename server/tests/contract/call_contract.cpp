#include "contract/call_contract.hpp"

#include "unit/store/store_fixture.hpp"

namespace kith::store::testing {

CallId CallContract::begin(RoomId room, Seq seq) {
  CallId id;
  EXPECT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                CallRepository calls(t.db());
                TRY(id, calls.insert({.room = room, .seq = seq, .started_by = kAda, .started_at = UnixMillis{100}}));
                TRY_VOID(calls.put_member(id, {.user = kAda, .joined_at = UnixMillis{100}}));
                TRY_VOID(calls.put_member(id, {.user = kBob, .was_rung = true}));
                return {};
              }).has_value());
  return id;
}

void CallContract::end(CallId call, model::CallOutcome outcome) {
  EXPECT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                TRY(const bool is_news, CallRepository(t.db()).end(call, UnixMillis{500}, outcome));
                EXPECT_TRUE(is_news);
                return {};
              }).has_value());
}

CallId CallContract::begin_and_end(RoomId room, Seq seq) {
  const CallId call = begin(room, seq);
  end(call);
  return call;
}

void CallContract::look(const std::function<Result<>(CallRepository&)>& query) {
  const auto outcome = read(*store, [&](ReadTransaction& t) -> Result<> {
    CallRepository calls(t.db());
    return query(calls);
  });
  EXPECT_TRUE(outcome.has_value()) << outcome.error().message;
}

void CallContract::make_member(RoomId room, UserId user, model::MemberState state, Seq from_seq) {
  EXPECT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                TRY_VOID(t.put_member({.room = room, .user = user, .state = state, .from_seq = from_seq}));
                return {};
              }).has_value());
}

namespace {

using model::CallMember;
using model::CallOutcome;

std::vector<CallId> ids_of(const std::vector<CallRow>& rows) {
  std::vector<CallId> ids;
  for (const CallRow& row : rows) ids.push_back(row.call.id);
  return ids;
}

TEST_P(CallContract, a_room_has_one_open_call_at_a_time) {
  const RoomId room = create_room();
  const CallId first = begin(room);
  const auto second = write(*store, [&](WriteTransaction& t) -> Result<> {
    TRY_VOID(CallRepository(t.db()).insert({.room = room, .seq = 2, .started_by = kBob}));
    return {};
  });
  EXPECT_FALSE(second.has_value());
  look([&](CallRepository& calls) -> Result<> {
    TRY(const auto open, calls.find_open(room));
    EXPECT_EQ(open->call.id, first);
    EXPECT_FALSE(open->call.is_over());
    return {};
  });
  end(first);
  EXPECT_NE(begin(room, 2), first);
}

TEST_P(CallContract, an_end_counts_who_was_in_it_and_notes_who_missed_it) {
  const RoomId room = create_room();
  const CallId call = begin(room);
  ASSERT_TRUE(
      write(*store, [&](WriteTransaction& t) -> Result<> {
        CallRepository calls(t.db());
        TRY_VOID(calls.put_member(call, {.user = UserId{3}, .has_shared_screen = true, .joined_at = UnixMillis{200}}));
        return calls.update(call, UnixMillis{300}, UnixMillis{200});
      }).has_value());
  end(call, CallOutcome::kCompleted);
  reopen();
  look([&](CallRepository& calls) -> Result<> {
    TRY(const auto row, calls.find(call));
    EXPECT_EQ(row->call.outcome, CallOutcome::kCompleted);
    EXPECT_EQ(row->call.participants, 2U);
    EXPECT_EQ(row->call.answered_at, UnixMillis{200});
    EXPECT_EQ(row->seen_at, UnixMillis{300});
    EXPECT_TRUE(row->call.was_screen_shared);
    TRY(const auto members, calls.list_members(call, 10));
    const std::vector<CallMember> expected = {
        {.user = kBob, .was_rung = true},
        {.user = kAda, .joined_at = UnixMillis{100}, .left_at = UnixMillis{500}},
        {.user = UserId{3}, .has_shared_screen = true, .joined_at = UnixMillis{200}, .left_at = UnixMillis{500}}};
    EXPECT_EQ(members, expected);
    return {};
  });
  ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                TRY(const bool again, CallRepository(t.db()).end(call, UnixMillis{900}, CallOutcome::kInterrupted));
                EXPECT_FALSE(again) << "what has ended stays as it is";
                return {};
              }).has_value());
}

TEST_P(CallContract, calls_left_open_are_found_with_the_time_they_were_last_seen) {
  const CallId first = begin(create_room());
  const CallId second = begin(create_room());
  begin_and_end(create_room());
  ASSERT_TRUE(
      write(*store, [](WriteTransaction& t) { return CallRepository(t.db()).set_seen(UnixMillis{700}); }).has_value());
  reopen();
  look([&](CallRepository& calls) -> Result<> {
    TRY(const auto open, calls.list_open(10));
    EXPECT_EQ(ids_of(open), (std::vector<CallId>{first, second}));
    EXPECT_EQ(open.front().seen_at, UnixMillis{700});
    TRY(const auto one, calls.list_open(1));
    EXPECT_EQ(one.size(), 1U);
    return {};
  });
}

TEST_P(CallContract, history_comes_in_pages_from_the_newest_on) {
  const RoomId room = create_room();
  const RoomId other = create_room();
  make_member(room, kBob);
  make_member(other, kBob);
  std::vector<CallId> newest_first;
  for (Seq seq = 1; seq <= 5; ++seq) newest_first.insert(newest_first.begin(), begin_and_end(room, seq));
  const CallId elsewhere = begin_and_end(other);
  look([&](CallRepository& calls) -> Result<> {
    TRY(const auto first, calls.list_of_room(room, 1, {.limit = 3}));
    EXPECT_EQ(ids_of(first), std::vector(newest_first.begin(), newest_first.begin() + 3));
    TRY(const auto second, calls.list_of_room(room, 1, {.before = newest_first[2], .limit = 3}));
    EXPECT_EQ(ids_of(second), std::vector(newest_first.begin() + 3, newest_first.end()));
    TRY(const auto readable, calls.list_of_room(room, 4, {.limit = 9}));
    EXPECT_EQ(readable.size(), 2U) << "from the fourth event on";
    TRY(const auto all, calls.list_of_user(kBob, {.limit = 9}, false));
    EXPECT_EQ(all.size(), 6U);
    EXPECT_EQ(all.front().call.id, elsewhere);
    TRY(const auto older, calls.list_of_user(kBob, {.before = elsewhere, .limit = 2}, true));
    EXPECT_EQ(ids_of(older), std::vector(newest_first.begin(), newest_first.begin() + 2));
    TRY(const auto not_missed, calls.list_of_room(room, 1, {.limit = 9}, kAda));
    EXPECT_TRUE(not_missed.empty());
    TRY(const auto missed, calls.list_of_room(room, 1, {.limit = 9}, kBob));
    EXPECT_EQ(missed.size(), 5U);
    return {};
  });
}

TEST_P(CallContract, history_of_rooms_one_has_left_or_may_not_read_is_not_listed) {
  const RoomId left = create_room();
  const RoomId late = create_room();
  make_member(left, kBob, model::MemberState::kLeft);
  make_member(late, kBob, model::MemberState::kIn, 2);
  begin_and_end(left);
  begin_and_end(late, 1);
  const CallId readable = begin_and_end(late, 2);
  look([&](CallRepository& calls) -> Result<> {
    for (const bool only_missed : {false, true}) {
      TRY(const auto found, calls.list_of_user(kBob, {.limit = 9}, only_missed));
      EXPECT_EQ(ids_of(found), std::vector<CallId>{readable});
    }
    return {};
  });
}

}  // namespace
}  // namespace kith::store::testing

#include "call/call_service.hpp"

#include <gtest/gtest.h>

#include "unit/chat/rooms_fixture.hpp"

namespace kith::call::testing {
namespace {

using chat::testing::Person;
using chat::testing::reason_of;

class CallServiceTest : public chat::testing::RoomsTest {
 protected:
  void SetUp() override {
    RoomsTest::SetUp();
    open_calls();
    ada = make_person("ada");
    bob = make_person("bob");
    pair = direct(ada, bob);
    garden = create(ada, v1::ROOM_KIND_PUBLIC, "Garden", {&bob});
  }
  void TearDown() override {
    service->stop();
    settle();  // what the end of the calls asked of the store
    RoomsTest::TearDown();
    service.reset();
  }
  void open_calls() {
    service.emplace(
        *context, token_codec, [this](model::Ephemeral notice) { notices.push_back(std::move(notice)); },
        [this](Duration delay, Job job) {
          // Short pauses are over at once; the time of what ends calls does not come in these tests.
          if (delay < std::chrono::seconds(1)) loop.post(std::move(job));
        });
  }
  Result<v1::StartCallResponse> try_start(const Person& person, const std::string& room) {
    v1::StartCallRequest request;
    request.set_room_id(room);
    return run(service->start_call(person.caller, request));
  }
  v1::Call start(const Person& person, const std::string& room) {
    const auto response = try_start(person, room);
    EXPECT_TRUE(response.has_value()) << response.error().message;
    return response ? response->call() : v1::Call();
  }
  Result<v1::JoinCallResponse> join_call(const Person& person, const std::string& call) {
    v1::JoinCallRequest request;
    request.set_call_id(call);
    return run(service->join_call(person.caller, request));
  }
  Result<v1::LeaveCallResponse> leave_call(const Person& person, const std::string& call) {
    v1::LeaveCallRequest request;
    request.set_call_id(call);
    return run(service->leave_call(person.caller, request));
  }
  Result<v1::GetCallResponse> get(const Person& person, const std::string& call) {
    v1::GetCallRequest request;
    request.set_call_id(call);
    return run(service->get_call(person.caller, request));
  }
  /// What was committed so far goes to the service, as the bus brings it.
  void hear_commits() {
    settle();
    auto batch = std::make_shared<std::vector<bus::Notice>>();
    for (auto& event : take_published<model::RoomEventCommitted>()) batch->emplace_back(std::move(event));
    for (auto& revoked : take_published<model::DeviceRevoked>()) batch->emplace_back(std::move(revoked));
    for (auto& profile : take_published<model::ProfileCommitted>()) batch->emplace_back(std::move(profile));
    service->handle_batch(batch);
  }
  /// The newest timeline entry that is a call.
  v1::Message record(const Person& person, const std::string& room) {
    settle();
    v1::Message newest;
    const auto page = list(person, room);
    for (const v1::Message& message : page->messages()) {
      if (message.has_call()) newest = message;
    }
    return newest;
  }

  CallTokenCodec token_codec{CallTokenCodec::Key{1}, ids};
  std::vector<model::Ephemeral> notices;
  std::optional<CallService> service;
  Person ada, bob;
  std::string pair, garden;
};

TEST_F(CallServiceTest, a_token_lets_its_bearer_into_the_call_and_no_other) {
  const auto started = try_start(ada, garden);
  ASSERT_TRUE(started.has_value());
  const auto grant = token_codec.decode(started->access().token(), clock.wall());
  ASSERT_TRUE(grant.has_value());
  EXPECT_EQ(ids.encode(grant->call), started->call().id());
  EXPECT_EQ(grant->user, ada.caller.user);
  EXPECT_EQ(started->access().expires_at().seconds(), clock.wall().value / 1000 + 600);
  EXPECT_EQ(service->registry().entry_of(grant->call, bob.caller.user), CallAttendance::Entry::kNotLetIn);
}

TEST_F(CallServiceTest, the_entry_in_the_timeline_becomes_what_came_of_the_call) {
  const v1::Call call = start(ada, pair);
  const v1::Message before = record(bob, pair);
  EXPECT_EQ(before.call().call().state(), v1::CALL_STATE_RINGING);
  EXPECT_EQ(before.call().call().participants_size(), 0);
  EXPECT_EQ(before.call().call().seq(), call.seq());
  ASSERT_TRUE(join_call(bob, call.id()).has_value());
  clock.advance(std::chrono::seconds(90));
  ASSERT_TRUE(leave_call(ada, call.id()).has_value());
  const v1::Message after = record(bob, pair);
  EXPECT_EQ(after.seq(), before.seq());
  EXPECT_EQ(after.revision(), 1U);
  EXPECT_FALSE(after.has_edited_at());
  EXPECT_EQ(after.call().call().outcome(), v1::CALL_OUTCOME_COMPLETED);
  EXPECT_EQ(after.call().call().participant_count(), 2U);
  EXPECT_EQ(after.call().call().ended_at().seconds() - after.call().call().started_at().seconds(), 90);
}

TEST_F(CallServiceTest, a_missed_call_is_unread_and_an_answered_one_is_not) {
  EXPECT_EQ(entry(bob, pair).membership().unread_count(), 0U);
  const v1::Call missed = start(ada, pair);
  ASSERT_TRUE(leave_call(ada, missed.id()).has_value());
  settle();
  EXPECT_EQ(entry(bob, pair).membership().unread_count(), 1U);
  ASSERT_TRUE(mark_read(bob, pair, missed.seq() + 1).has_value());
  const v1::Call answered = start(ada, pair);
  ASSERT_TRUE(join_call(bob, answered.id()).has_value());
  settle();
  EXPECT_EQ(entry(bob, pair).membership().unread_count(), 0U);
}

TEST_F(CallServiceTest, answering_does_not_mark_earlier_messages_as_read) {
  send(ada, pair, "have a look at this");
  const v1::Call call = start(ada, pair);
  ASSERT_TRUE(join_call(bob, call.id()).has_value());
  settle();
  EXPECT_EQ(entry(bob, pair).membership().unread_count(), 2U);
}

TEST_F(CallServiceTest, calls_of_named_rooms_do_not_count_as_unread) {
  start(ada, garden);
  EXPECT_EQ(entry(bob, garden).membership().unread_count(), 0U);
}

TEST_F(CallServiceTest, two_who_call_each_other_at_the_same_moment_meet) {
  v1::StartCallRequest request;
  request.set_room_id(pair);
  chat::testing::HeldWriter held(*store);
  const auto first = loop.start(service->start_call(ada.caller, request));
  const auto second = loop.start(service->start_call(bob.caller, request));
  held.release();
  loop.run_until([&] { return first->has_value() && second->has_value(); });
  ASSERT_TRUE((*first)->has_value() && (*second)->has_value());
  EXPECT_EQ((**first)->call().id(), (**second)->call().id());
  EXPECT_EQ((**second)->call().state(), v1::CALL_STATE_ACTIVE);
}

TEST_F(CallServiceTest, a_call_in_the_place_of_one_that_is_just_ending_waits_for_its_end) {
  const v1::Call first = start(ada, garden);
  chat::testing::HeldWriter held(*store);
  ASSERT_TRUE(leave_call(ada, first.id()).has_value());
  v1::StartCallRequest request;
  request.set_room_id(garden);
  const auto second = loop.start(service->start_call(ada.caller, request));
  held.release();
  loop.run_until([&] { return second->has_value(); });
  ASSERT_TRUE((*second)->has_value());
  EXPECT_NE((**second)->call().id(), first.id());
}

TEST_F(CallServiceTest, somebody_removed_while_being_let_in_does_not_get_in) {
  const v1::Call call = start(ada, garden);
  chat::testing::HeldWriter held(*store);
  v1::RemoveMemberRequest removal;
  removal.set_room_id(garden);
  removal.set_user_id(bob.user.id());
  const auto removed = loop.start(rooms->remove_member(ada.caller, removal));
  v1::StartCallRequest request;
  request.set_room_id(garden);
  const auto joined = loop.start(service->start_call(bob.caller, request));
  held.release();
  loop.run_until([&] { return removed->has_value() && joined->has_value(); });
  ASSERT_FALSE((*joined)->has_value());
  EXPECT_EQ((*joined)->error().reason, Reason::kNotMember);
  EXPECT_EQ(get(ada, call.id())->call().participant_count(), 1U);
}

TEST_F(CallServiceTest, a_removal_from_the_room_puts_out_of_the_call) {
  const v1::Call call = start(ada, garden);
  ASSERT_TRUE(join_call(bob, call.id()).has_value());
  ASSERT_TRUE(remove(ada, garden, bob).has_value());
  hear_commits();
  EXPECT_EQ(get(ada, call.id())->call().participant_count(), 1U);
  EXPECT_EQ(reason_of(join_call(bob, call.id())), Reason::kCallNotFound);
  EXPECT_EQ(reason_of(get(bob, call.id())), Reason::kCallNotFound);
}

TEST_F(CallServiceTest, a_logout_puts_out_of_the_call) {
  const v1::Call call = start(ada, garden);
  ASSERT_TRUE(join_call(bob, call.id()).has_value());
  ASSERT_TRUE(run(sessions->logout(bob.caller, v1::LogoutRequest())).has_value());
  hear_commits();
  EXPECT_EQ(get(ada, call.id())->call().participant_count(), 1U);
}

TEST_F(CallServiceTest, who_comes_into_the_room_is_told_of_its_call) {
  const Person cleo = make_person("cleo");
  const v1::Call call = start(ada, garden);
  hear_commits();
  notices.clear();
  ASSERT_TRUE(join(cleo, garden).has_value());
  hear_commits();
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(ids.encode(std::get<model::CallChanged>(notices.front()).call.id), call.id());
}

TEST_F(CallServiceTest, calls_an_earlier_life_left_open_end_when_they_were_last_seen) {
  const v1::Call call = start(ada, pair);
  ASSERT_TRUE(join_call(bob, call.id()).has_value());
  clock.advance(std::chrono::minutes(5));
  ASSERT_TRUE(run(service->save_seen()).has_value());
  clock.advance(std::chrono::hours(7));
  open_calls();  // a new life knows of no calls
  ASSERT_TRUE(run(service->interrupt_left_open()).has_value());
  const v1::Call ended = get(bob, call.id())->call();
  EXPECT_EQ(ended.outcome(), v1::CALL_OUTCOME_INTERRUPTED);
  EXPECT_EQ(ended.ended_at().seconds() - ended.started_at().seconds(), 300);
  EXPECT_EQ(ended.participants(1).left_at().seconds(), ended.ended_at().seconds());
  EXPECT_EQ(record(ada, pair).call().call().outcome(), v1::CALL_OUTCOME_INTERRUPTED);
}

TEST_F(CallServiceTest, a_full_server_refuses_new_calls_but_not_those_who_join) {
  limits.calls = 1;
  const v1::Call call = start(ada, garden);
  EXPECT_EQ(reason_of(try_start(ada, pair)), Reason::kTooMany);
  EXPECT_EQ(start(bob, garden).id(), call.id());
}

TEST_F(CallServiceTest, requests_about_what_is_no_call_are_refused) {
  EXPECT_EQ(reason_of(get(ada, "")), Reason::kCallNotFound);
  EXPECT_EQ(reason_of(get(ada, ids.encode(CallId{77}))), Reason::kCallNotFound);
  EXPECT_EQ(reason_of(try_start(ada, "r")), Reason::kRoomNotFound);
  v1::ListCallsRequest request;
  request.set_cursor("elsewhere");
  EXPECT_EQ(reason_of(run(service->list_calls(ada.caller, request))), Reason::kBadCursor);
}

}  // namespace
}  // namespace kith::call::testing

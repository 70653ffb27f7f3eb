// How participants come, change and go, as the others and the use cases see it.
#include "call/hosted_call.hpp"
#include "call_bed.hpp"

namespace kith::call {
namespace {

class LifecycleTest : public CallBed {};

TEST_F(LifecycleTest, somebody_is_announced_when_media_is_connected_and_not_before) {
  const Client first = join_active(1);
  const Client second = join(2);
  EXPECT_FALSE(first.newest("user2"));
  EXPECT_EQ(attendance.told, (std::vector<std::string>{"joined 1"}));
  activate(second);
  ASSERT_TRUE(first.newest("user2"));
  EXPECT_EQ(first.newest("user2")->state(), ParticipantInfo::ACTIVE);
  ASSERT_TRUE(second.newest("user2")) << "also to itself";
  EXPECT_EQ(attendance.told.back(), "joined 2");
}

TEST_F(LifecycleTest, versions_rise_with_every_change) {
  const Client watcher = join_active(1);
  const Client client = join_active(2);
  uint32_t version = watcher.newest("user2")->version();
  publish(client, "TR_AMone");
  EXPECT_GT(watcher.newest("user2")->version(), version);
  version = watcher.newest("user2")->version();
  SignalRequest mute;
  mute.mutable_mute()->set_sid("TR_AMone");
  mute.mutable_mute()->set_muted(true);
  request(client, mute);
  EXPECT_EQ(watcher.newest("user2")->version(), version + 1);
  request(client, mute);
  EXPECT_EQ(watcher.newest("user2")->version(), version + 1) << "nothing changed";
}

TEST_F(LifecycleTest, who_leaves_is_told_gone_once_and_its_socket_is_closed) {
  const Client watcher = join_active(1);
  const Client client = join_active(2);
  SignalRequest leave;
  leave.mutable_leave();
  request(client, leave);
  EXPECT_TRUE(client.link->is_closed);
  EXPECT_TRUE(media.was_told("leave 2"));
  const auto seen = watcher.newest("user2");
  EXPECT_EQ(seen->state(), ParticipantInfo::DISCONNECTED);
  EXPECT_EQ(seen->disconnect_reason(), livekit::CLIENT_INITIATED);
  EXPECT_EQ(attendance.told.back(), "left 2");
  const size_t before = watcher.link->received.size();
  close(client);
  EXPECT_EQ(watcher.link->received.size(), before);
}

TEST_F(LifecycleTest, a_socket_that_closes_before_media_was_connected_ends_the_session) {
  const Client client = join(1);
  close(client);
  EXPECT_TRUE(media.was_told("leave 1"));
  EXPECT_TRUE(attendance.told.empty()) << "it was never there";
}

TEST_F(LifecycleTest, media_that_is_never_connected_is_waited_for_twenty_seconds) {
  const Client client = join(1);
  advance_pinging(kConnectTime - seconds(1), {client});
  EXPECT_FALSE(client.link->is_closed);
  advance_pinging(seconds(1), {client});
  EXPECT_TRUE(client.link->is_closed);
  EXPECT_EQ(client.leave().reason(), livekit::JOIN_FAILURE);
  EXPECT_TRUE(media.was_told("leave 1"));
}

TEST_F(LifecycleTest, a_silent_socket_is_dropped_but_its_participant_stays) {
  const Client client = join_active(1);
  advance(kSilenceTime);
  EXPECT_TRUE(client.link->is_closed);
  EXPECT_FALSE(media.was_told("leave 1"));
  advance(kWithoutSocketTime);
  EXPECT_TRUE(media.was_told("leave 1"));
  EXPECT_EQ(attendance.told.back(), "left 1");
}

TEST_F(LifecycleTest, lost_media_is_waited_for_thirty_seconds) {
  const Client watcher = join_active(1);
  const Client client = join_active(2);
  close(client);
  say(sfu::ConnectivityChanged{.participant = client.id, .state = sfu::ConnectivityChanged::State::kDisconnected});
  EXPECT_EQ(watcher.last(SignalResponse::kConnectionQuality).connection_quality().updates(0).quality(), livekit::LOST);
  advance_pinging(kWithoutMediaTime - seconds(1), {watcher});
  EXPECT_EQ(watcher.newest("user2")->state(), ParticipantInfo::ACTIVE);
  advance_pinging(seconds(1), {watcher});
  EXPECT_EQ(watcher.newest("user2")->state(), ParticipantInfo::DISCONNECTED);
  EXPECT_EQ(watcher.newest("user2")->disconnect_reason(), livekit::CONNECTION_TIMEOUT);
}

TEST_F(LifecycleTest, nobody_is_told_of_its_own_loss_because_it_would_join_anew) {
  const Client client = join_active(1);
  say(sfu::ConnectivityChanged{.participant = client.id, .state = sfu::ConnectivityChanged::State::kDisconnected});
  EXPECT_TRUE(client.all(SignalResponse::kConnectionQuality).empty());
}

TEST_F(LifecycleTest, media_beyond_repair_is_resumed_over_a_new_socket) {
  const Client client = join_active(1);
  say(sfu::ConnectivityChanged{.participant = client.id, .state = sfu::ConnectivityChanged::State::kFailed});
  EXPECT_EQ(client.leave().action(), LeaveRequest::RESUME);
  EXPECT_TRUE(client.leave().can_reconnect());
  EXPECT_TRUE(client.link->is_closed);
  EXPECT_FALSE(media.was_told("leave 1"));
}

TEST_F(LifecycleTest, an_offer_without_answer_makes_the_client_begin_again) {
  const Client client = join_active(1);
  say(sfu::SubscriberOffer{.participant = client.id, .sdp = "sdp", .id = 1});
  advance_pinging(kAnswerTime, {client});
  EXPECT_EQ(client.leave().action(), LeaveRequest::RECONNECT);
  EXPECT_FALSE(media.was_told("leave 1")) << "for the others it stays until it is back";
  advance(kRejoinTime);
  EXPECT_TRUE(media.was_told("leave 1"));
}

TEST_F(LifecycleTest, an_answered_offer_is_not_waited_for) {
  const Client client = join_active(1);
  say(sfu::SubscriberOffer{.participant = client.id, .sdp = "sdp", .id = 1});
  SignalRequest answer;
  answer.mutable_answer()->set_sdp("their answer");
  request(client, answer);
  EXPECT_TRUE(media.was_told("answer 1 their answer 0")) << "some clients always say id 0";
  advance_pinging(kAnswerTime, {client});
  EXPECT_FALSE(client.link->is_closed);
}

TEST_F(LifecycleTest, a_call_that_ends_sends_everybody_away_without_reports) {
  const Client first = join_active(1);
  const Client second = join(2);
  attendance.told.clear();
  host.end_call(clock.now(), kCall, outbox);
  for (const Client& client : {first, second}) {
    EXPECT_EQ(client.leave().reason(), livekit::ROOM_CLOSED);
    EXPECT_TRUE(client.link->is_closed);
  }
  EXPECT_EQ(media.calls_ended, 1U);
  EXPECT_TRUE(attendance.told.empty());
  EXPECT_FALSE(host.next_timeout());
}

TEST_F(LifecycleTest, who_is_removed_is_told_so_and_gone_at_once) {
  const Client watcher = join_active(1);
  const Client client = join_active(2);
  attendance.told.clear();
  host.remove_participant(clock.now(), kCall, UserId{2}, outbox);
  EXPECT_EQ(client.leave().reason(), livekit::PARTICIPANT_REMOVED);
  EXPECT_EQ(client.leave().action(), LeaveRequest::DISCONNECT);
  EXPECT_EQ(watcher.newest("user2")->state(), ParticipantInfo::DISCONNECTED);
  EXPECT_TRUE(attendance.told.empty()) << "the use cases know";
}

TEST_F(LifecycleTest, a_server_that_stops_asks_everybody_to_join_again) {
  const Client client = join_active(1);
  host.drain(clock.now());
  EXPECT_EQ(client.leave().action(), LeaveRequest::RECONNECT);
  EXPECT_EQ(client.leave().reason(), livekit::SERVER_SHUTDOWN);
}

TEST_F(LifecycleTest, a_deserted_call_is_forgotten_after_a_while) {
  const Client client = join_active(1);
  SignalRequest leave;
  leave.mutable_leave();
  request(client, leave);
  advance(kDepartureTime - seconds(1));
  EXPECT_EQ(media.calls_ended, 0U);
  advance(seconds(1));
  EXPECT_EQ(media.calls_ended, 1U);
  EXPECT_FALSE(host.next_timeout()) << "an idle host waits for nothing";
}

TEST_F(LifecycleTest, newcomers_of_a_large_call_are_announced_together) {
  const Client watcher = join_active(1);
  for (size_t i = 0; i < kJoinsAtOnceMax + 10; ++i) join_active(static_cast<int64_t>(i) + 2);
  const auto updates = watcher.all(SignalResponse::kUpdate).size();
  EXPECT_LT(updates, kJoinsAtOnceMax + 5);
  advance_pinging(kJoinsEvery, {watcher});
  const auto last = watcher.last(SignalResponse::kUpdate);
  EXPECT_GE(last.update().participants_size(), 5);
  EXPECT_TRUE(watcher.newest("user" + std::to_string(kJoinsAtOnceMax + 11)));
}

TEST_F(LifecycleTest, how_many_there_are_is_told_now_and_then) {
  const Client client = join_active(1);
  join_active(2);
  EXPECT_TRUE(client.all(SignalResponse::kRoomUpdate).empty());
  advance_pinging(kCountsEvery, {client});
  EXPECT_EQ(client.last(SignalResponse::kRoomUpdate).room_update().room().num_participants(), 2U);
  client.link->received.clear();
  advance_pinging(kCountsEvery, {client});
  EXPECT_TRUE(client.all(SignalResponse::kRoomUpdate).empty()) << "not while nothing changes";
}

}  // namespace
}  // namespace kith::call

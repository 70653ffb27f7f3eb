// Coming back: with the old session, or from nothing.
#include "call/signal_session.hpp"
#include "call_bed.hpp"

namespace kith::call {
namespace {

class ResumeTest : public CallBed {
 protected:
  livekit::SyncState& sync_of(SignalRequest& request) { return *request.mutable_sync_state(); }
};

TEST_F(ResumeTest, a_resume_is_welcomed_back_told_everybody_and_its_connection_is_restarted) {
  const Client other = join_active(2);
  const Client client = join_active(1);
  close(client);
  const Client again = resume(1, client.sid);
  ASSERT_FALSE(again.link->received.empty());
  EXPECT_TRUE(again.link->received[0].has_reconnect()) << "the first message of a resume";
  ASSERT_TRUE(again.link->received[1].has_update());
  EXPECT_TRUE(again.newest("user1")) << "itself too: some clients drop whoever is missing";
  EXPECT_EQ(again.newest("user2")->sid(), other.sid);
  EXPECT_FALSE(again.all(SignalResponse::kRoomUpdate).empty());
  EXPECT_FALSE(again.all(SignalResponse::kRefreshToken).empty());
  EXPECT_TRUE(media.was_told("restart 2")) << "unasked for";
  EXPECT_EQ(other.newest("user1")->state(), ParticipantInfo::ACTIVE) << "peers saw nothing of it";
}

TEST_F(ResumeTest, an_older_socket_of_the_session_is_closed_without_a_word) {
  const Client client = join_active(1);
  const size_t before = client.link->received.size();
  resume(1, client.sid);
  EXPECT_TRUE(client.link->is_closed);
  EXPECT_EQ(client.link->received.size(), before);
  close(client);
  EXPECT_FALSE(media.was_told("leave 1")) << "the old socket's end means nothing any more";
}

TEST_F(ResumeTest, an_unknown_session_is_told_to_join_anew_over_the_socket) {
  join_active(1);
  for (const Client& refused : {resume(1, "PA_unknown"), resume(2, "?")}) {
    ASSERT_EQ(refused.link->received.size(), 1U) << "the first and only message";
    EXPECT_EQ(refused.leave().action(), LeaveRequest::RECONNECT);
    EXPECT_EQ(refused.leave().reason(), livekit::STATE_MISMATCH);
    EXPECT_TRUE(refused.link->is_closed);
  }
}

TEST_F(ResumeTest, nobody_resumes_somebody_elses_session) {
  const Client client = join_active(1);
  const Client thief = resume(2, client.sid);
  EXPECT_EQ(thief.leave().reason(), livekit::STATE_MISMATCH);
  EXPECT_FALSE(client.link->is_closed);
}

TEST_F(ResumeTest, who_left_meanwhile_is_told_gone) {
  const Client other = join_active(2);
  const Client client = join_active(1);
  close(client);
  SignalRequest leave;
  leave.mutable_leave();
  request(other, leave);
  const Client again = resume(1, client.sid);
  ASSERT_TRUE(again.newest("user2"));
  EXPECT_EQ(again.newest("user2")->state(), ParticipantInfo::DISCONNECTED);
}

TEST_F(ResumeTest, who_left_and_came_back_meanwhile_is_not_told_gone) {
  const Client other = join_active(2);
  const Client client = join_active(1);
  close(client);
  SignalRequest leave;
  leave.mutable_leave();
  request(other, leave);
  join_active(2);
  const Client again = resume(1, client.sid);
  EXPECT_EQ(again.newest("user2")->state(), ParticipantInfo::ACTIVE);
}

TEST_F(ResumeTest, current_speakers_and_paused_streams_are_told_again) {
  const Client speaker = join_active(2);
  const Client client = join_active(1);
  say(sfu::SpeakersChanged{.speakers = {{.participant = speaker.id, .level = 0.5F, .is_active = true}}});
  say(sfu::StreamStateChanged{
      .subscriber = client.id, .publisher = speaker.id, .track = "TR_VCone", .is_paused = true});
  const Client again = resume(1, client.sid);
  EXPECT_EQ(again.last(SignalResponse::kSpeakersChanged).speakers_changed().speakers(0).sid(), speaker.sid);
  const auto states = again.last(SignalResponse::kStreamStateUpdate).stream_state_update();
  EXPECT_EQ(states.stream_states(0).track_sid(), "TR_VCone");
  EXPECT_EQ(states.stream_states(0).state(), livekit::PAUSED);
}

TEST_F(ResumeTest, sync_state_with_an_unknown_published_track_begins_again) {
  const Client client = join_active(1);
  publish(client, "TR_AMone");
  SignalRequest known;
  sync_of(known).add_publish_tracks()->mutable_track()->set_sid("TR_AMone");
  request(client, known);
  EXPECT_FALSE(client.link->is_closed);
  SignalRequest unknown;
  sync_of(unknown).add_publish_tracks()->mutable_track()->set_sid("TR_AMother");
  request(client, unknown);
  EXPECT_EQ(client.leave().reason(), livekit::STATE_MISMATCH);
  EXPECT_EQ(client.leave().action(), LeaveRequest::RECONNECT);
}

TEST_F(ResumeTest, sync_state_sets_subscriptions_and_disabled_tracks) {
  const Client client = join_active(1);
  SignalRequest settings;
  settings.mutable_track_setting()->add_track_sids("TR_VCone");
  settings.mutable_track_setting()->set_width(320);
  request(client, settings);
  SignalRequest sync;
  sync_of(sync).mutable_subscription()->add_track_sids("TR_VCtwo");
  sync_of(sync).add_track_sids_disabled("TR_VCone");
  request(client, sync);
  EXPECT_TRUE(media.was_told("unsubscribe 1 TR_VCtwo"));
  EXPECT_TRUE(media.settings.back().is_disabled);
  EXPECT_EQ(media.settings.back().width, 320U) << "the rest stays as it was";
}

TEST_F(ResumeTest, missed_reliable_messages_are_sent_again_by_number) {
  const Client sender = join_active(2);
  const Client client = join_active(1);
  for (uint32_t number = 1; number <= 3; ++number) {
    livekit::DataPacket packet;
    packet.set_sequence(number);
    say(sfu::DataReceived{.participant = sender.id, .message = packet.SerializeAsString()});
  }
  media.sent.clear();
  SignalRequest sync;
  auto& state = *sync_of(sync).add_datachannel_receive_states();
  state.set_publisher_sid(sender.sid);
  state.set_last_seq(1);
  request(client, sync);
  ASSERT_EQ(media.sent.size(), 2U);
  livekit::DataPacket first;
  ASSERT_TRUE(first.ParseFromString(media.sent[0].message));
  EXPECT_EQ(first.sequence(), 2U);
  EXPECT_EQ(media.sent[0].to, client.id);
}

TEST_F(ResumeTest, the_last_message_that_came_is_told_so_that_the_client_knows_what_to_repeat) {
  const Client client = join_active(1);
  livekit::DataPacket packet;
  packet.set_sequence(41);
  say(sfu::DataReceived{.participant = client.id, .message = packet.SerializeAsString()});
  const Client again = resume(1, client.sid);
  EXPECT_EQ(again.link->received[0].reconnect().last_message_seq(), 41U);
}

TEST_F(ResumeTest, offers_made_while_there_is_no_socket_are_not_waited_for) {
  const Client client = join_active(1);
  close(client);
  say(sfu::SubscriberOffer{.participant = client.id, .sdp = "lost", .id = 2});
  advance(kAnswerTime);
  const Client again = resume(1, client.sid);
  EXPECT_TRUE(again.link->received[0].has_reconnect());
  EXPECT_TRUE(again.all(SignalResponse::kOffer).empty()) << "the restart brings a new one";
}

TEST_F(ResumeTest, who_was_asked_to_join_anew_cannot_resume) {
  const Client client = join_active(1);
  host.drain(clock.now());
  EXPECT_EQ(resume(1, client.sid).leave().action(), LeaveRequest::RECONNECT);
}

TEST_F(ResumeTest, media_that_comes_back_is_not_given_up) {
  using State = sfu::ConnectivityChanged::State;
  const Client client = join_active(1);
  say(sfu::ConnectivityChanged{.participant = client.id, .state = State::kDisconnected});
  advance_pinging(kWithoutMediaTime - seconds(5), {client});
  say(sfu::ConnectivityChanged{.participant = client.id, .state = State::kReconnected});
  advance_pinging(kWithoutMediaTime, {client});
  EXPECT_FALSE(client.link->is_closed);
}

TEST_F(ResumeTest, simulated_failures_of_a_resume_happen_once) {
  const Client client = join_active(1);
  SignalRequest simulate;
  simulate.mutable_simulate()->set_disconnect_signal_on_resume_no_messages(true);
  request(client, simulate);
  const Client failed = resume(1, client.sid);
  EXPECT_TRUE(failed.link->is_closed);
  EXPECT_TRUE(failed.link->received.empty());
  EXPECT_FALSE(resume(1, client.sid).link->is_closed);
}

TEST_F(ResumeTest, simulated_node_failure_says_nothing_and_forgets_the_session) {
  const Client client = join_active(1);
  client.link->received.clear();
  SignalRequest simulate;
  simulate.mutable_simulate()->set_node_failure(true);
  request(client, simulate);
  EXPECT_TRUE(client.link->is_closed);
  EXPECT_TRUE(client.all(SignalResponse::kLeave).empty());
  EXPECT_EQ(resume(1, client.sid).leave().reason(), livekit::STATE_MISMATCH);
}

TEST_F(ResumeTest, other_scenarios_do_what_clients_expect) {
  const Client speaker = join_active(1);
  SignalRequest simulate;
  simulate.mutable_simulate()->set_speaker_update(3);
  request(speaker, simulate);
  EXPECT_TRUE(speaker.last(SignalResponse::kSpeakersChanged).speakers_changed().speakers(0).active());
  advance(seconds(3));
  EXPECT_FALSE(speaker.last(SignalResponse::kSpeakersChanged).speakers_changed().speakers(0).active());

  simulate.mutable_simulate()->set_migration(true);
  request(speaker, simulate);
  EXPECT_EQ(speaker.leave().action(), LeaveRequest::RESUME);

  const Client full = join_active(2);
  simulate.mutable_simulate()->set_leave_request_full_reconnect(true);
  request(full, simulate);
  EXPECT_EQ(full.leave().action(), LeaveRequest::RECONNECT);

  const Client sent_away = join_active(3);
  simulate.mutable_simulate()->set_server_leave(true);
  request(sent_away, simulate);
  EXPECT_EQ(sent_away.leave().action(), LeaveRequest::DISCONNECT);
}

TEST_F(ResumeTest, scenarios_are_ignored_unless_the_settings_allow_them) {
  CallHost strict(media, attendance, clock, random,
                  {.renew_token = [](const Connect&) { return std::string("token"); }});
  const auto link = std::make_shared<FakeLink>();
  strict.connect(clock.now(), SignalSocketId{900}, connect_of(9), link, outbox);
  SignalRequest simulate;
  simulate.mutable_simulate()->set_server_leave(true);
  strict.handle_message(clock.now(), SignalSocketId{900}, simulate.SerializeAsString(), false, outbox);
  EXPECT_FALSE(link->is_closed);
}

}  // namespace
}  // namespace kith::call

#include "call/media_events.hpp"

#include "call_bed.hpp"

namespace kith::call {
namespace {

class EventsTest : public CallBed {};

TEST_F(EventsTest, an_offer_reaches_its_subscriber) {
  const Client client = join(1);
  say(sfu::SubscriberOffer{.participant = client.id, .sdp = "v=0", .id = 3});
  const auto offer = client.last(SignalResponse::kOffer).offer();
  EXPECT_EQ(offer.type(), "offer");
  EXPECT_EQ(offer.sdp(), "v=0");
  EXPECT_EQ(offer.id(), 3U);
}

TEST_F(EventsTest, a_track_is_told_before_the_offer_that_carries_it_because_clients_drop_it_otherwise) {
  const Client viewer = join_active(1);
  const Client publisher = join(2);  // its tracks are bound before it counts as connected
  SignalRequest add;
  add.mutable_add_track()->set_cid("mic");
  request(publisher, add);
  media.say(sfu::TrackPublished{.publisher = publisher.id, .track = {.sid = "TR_AMtrack", .mid = "7"}});
  say(sfu::SubscriberOffer{.participant = viewer.id, .sdp = "with it", .id = 2});
  const auto& received = viewer.link->received;
  const auto update = std::ranges::find_if(received, [](const auto& response) {
    return response.has_update() && response.update().participants(0).identity() == "user2";
  });
  const auto offer = std::ranges::find_if(received, [](const auto& response) { return response.has_offer(); });
  ASSERT_NE(update, received.end());
  EXPECT_LT(update, offer);
  EXPECT_EQ(update->update().participants(0).tracks(0).mid(), "7");
  EXPECT_TRUE(update->update().participants(0).is_publisher());
}

TEST_F(EventsTest, what_the_engine_learns_of_a_track_is_told) {
  const Client viewer = join_active(1);
  const Client publisher = join_active(2);
  publish(publisher, "TR_VCone");
  say(sfu::TrackPublished{.publisher = publisher.id,
                          .track = {.sid = "TR_VCone", .codec = sfu::Codec::kVp8, .mid = "1", .is_simulcast = true}});
  const auto track = viewer.newest("user2")->tracks(0);
  EXPECT_EQ(track.mime_type(), "video/VP8");
  EXPECT_TRUE(track.simulcast());
  EXPECT_EQ(track.codecs(0).mid(), "1");
}

TEST_F(EventsTest, a_track_that_is_gone_is_told_to_all_and_its_publisher) {
  const Client viewer = join_active(1);
  const Client publisher = join_active(2);
  publish(publisher, "TR_AMone");
  say(sfu::TrackUnpublished{.publisher = publisher.id, .track = "TR_AMone"});
  EXPECT_EQ(publisher.last(SignalResponse::kTrackUnpublished).track_unpublished().track_sid(), "TR_AMone");
  EXPECT_EQ(viewer.newest("user2")->tracks_size(), 0);
  EXPECT_FALSE(viewer.newest("user2")->is_publisher());
}

TEST_F(EventsTest, a_track_that_was_never_bound_is_taken_back_from_its_publisher_only) {
  const Client viewer = join_active(1);
  const Client publisher = join_active(2);
  SignalRequest add;
  add.mutable_add_track()->set_cid("mic");
  request(publisher, add);
  const size_t before = viewer.link->received.size();
  say(sfu::TrackUnpublished{.publisher = publisher.id, .track = "TR_AMtrack"});
  EXPECT_FALSE(publisher.all(SignalResponse::kTrackUnpublished).empty());
  EXPECT_EQ(viewer.link->received.size(), before);
}

TEST_F(EventsTest, a_shared_screen_is_reported) {
  const Client client = join_active(1);
  publish(client, "TR_VSone", sfu::TrackSource::kScreenShare);
  EXPECT_EQ(attendance.told.back(), "screen 1");
}

TEST_F(EventsTest, the_first_subscriber_is_told_to_the_publisher) {
  const Client client = join(1);
  say(sfu::TrackSubscribed{.publisher = client.id, .track = "TR_AMone"});
  EXPECT_EQ(client.last(SignalResponse::kTrackSubscribed).track_subscribed().track_sid(), "TR_AMone");
}

TEST_F(EventsTest, demanded_qualities_include_all_below_the_highest) {
  const Client client = join(1);
  say(sfu::QualityDemandChanged{
      .publisher = client.id, .track = "TR_VCone", .codec = sfu::Codec::kVp8, .enabled = {sfu::VideoQuality::kMedium}});
  const auto update = client.last(SignalResponse::kSubscribedQualityUpdate).subscribed_quality_update();
  ASSERT_EQ(update.subscribed_codecs_size(), 1);
  EXPECT_EQ(update.subscribed_codecs(0).codec(), "vp8");
  ASSERT_EQ(update.subscribed_codecs(0).qualities_size(), 3);
  EXPECT_TRUE(update.subscribed_codecs(0).qualities(0).enabled());
  EXPECT_TRUE(update.subscribed_codecs(0).qualities(1).enabled());
  EXPECT_FALSE(update.subscribed_codecs(0).qualities(2).enabled());
  EXPECT_EQ(update.subscribed_qualities_size(), 3) << "for clients that know one codec only";
}

TEST_F(EventsTest, nobody_watching_disables_all_qualities) {
  const Client client = join(1);
  say(sfu::QualityDemandChanged{.publisher = client.id, .track = "TR_VCone", .codec = sfu::Codec::kVp9});
  const auto update = client.last(SignalResponse::kSubscribedQualityUpdate).subscribed_quality_update();
  ASSERT_EQ(update.subscribed_codecs_size(), 1);
  for (const auto& quality : update.subscribed_codecs(0).qualities()) {
    EXPECT_FALSE(quality.enabled());
  }
}

TEST_F(EventsTest, pauses_and_permissions_reach_the_subscriber) {
  const Client publisher = join_active(1);
  const Client viewer = join_active(2);
  say(sfu::StreamStateChanged{.subscriber = viewer.id, .publisher = publisher.id, .track = "TR_VCone"});
  const auto state = viewer.last(SignalResponse::kStreamStateUpdate).stream_state_update().stream_states(0);
  EXPECT_EQ(state.participant_sid(), publisher.sid);
  EXPECT_EQ(state.state(), livekit::ACTIVE);
  say(sfu::SubscriptionAllowed{
      .subscriber = viewer.id, .publisher = publisher.id, .track = "TR_VCone", .is_allowed = true});
  const auto permission = viewer.last(SignalResponse::kSubscriptionPermissionUpdate).subscription_permission_update();
  EXPECT_EQ(permission.participant_sid(), publisher.sid);
  EXPECT_TRUE(permission.allowed());
}

TEST_F(EventsTest, speakers_are_told_by_sid_to_everybody) {
  const Client quiet = join_active(1);
  const Client loud = join_active(2);
  say(sfu::SpeakersChanged{.speakers = {{.participant = loud.id, .level = 0.625F, .is_active = true},
                                        {.participant = quiet.id, .level = 0, .is_active = false}}});
  const auto speakers = quiet.last(SignalResponse::kSpeakersChanged).speakers_changed();
  ASSERT_EQ(speakers.speakers_size(), 2) << "those that just stopped too: some clients replace, others merge";
  EXPECT_EQ(speakers.speakers(0).sid(), loud.sid);
  EXPECT_FLOAT_EQ(speakers.speakers(0).level(), 0.625F);
  EXPECT_FALSE(speakers.speakers(1).active());
}

TEST_F(EventsTest, newcomers_hear_who_speaks_and_how_well_publishers_are_connected) {
  const Client speaker = join_active(1);
  publish(speaker, "TR_AMone");
  say(sfu::SpeakersChanged{.speakers = {{.participant = speaker.id, .level = 1, .is_active = true}}});
  say(sfu::QualityChanged{.participant = speaker.id, .quality = sfu::ConnectionQuality::kGood, .score = 3.5F});
  const Client newcomer = join_active(2);
  EXPECT_FALSE(newcomer.all(SignalResponse::kSpeakersChanged).empty());
  const auto quality = newcomer.last(SignalResponse::kConnectionQuality).connection_quality().updates(0);
  EXPECT_EQ(quality.participant_sid(), speaker.sid);
  EXPECT_EQ(quality.quality(), livekit::GOOD);
  EXPECT_FLOAT_EQ(quality.score(), 3.5F);
}

TEST_F(EventsTest, data_reaches_all_but_its_sender_with_the_sender_s_true_name) {
  const Client sender = join_active(1);
  const Client second = join_active(2);
  const Client third = join_active(3);
  livekit::DataPacket packet;
  packet.set_participant_sid("PA_forged");
  packet.set_participant_identity("user3");
  packet.mutable_user()->set_payload("hello");
  say(sfu::DataReceived{.participant = sender.id, .message = packet.SerializeAsString()});
  ASSERT_EQ(media.sent.size(), 2U);
  EXPECT_EQ(media.sent[0].to, second.id);
  EXPECT_EQ(media.sent[1].to, third.id);
  livekit::DataPacket got;
  ASSERT_TRUE(got.ParseFromString(media.sent[0].message));
  EXPECT_EQ(got.participant_sid(), sender.sid);
  EXPECT_EQ(got.participant_identity(), "user1");
}

TEST_F(EventsTest, who_may_not_publish_data_reaches_nobody) {
  Connect connect = connect_of(1);
  connect.permissions.can_publish_data = false;
  const Client sender = this->connect(connect);
  join_active(2);
  say(sfu::DataReceived{.participant = sender.id, .message = livekit::DataPacket().SerializeAsString()});
  EXPECT_TRUE(media.sent.empty());
}

TEST_F(EventsTest, who_is_too_slow_for_reliable_data_begins_again) {
  const Client sender = join_active(1);
  const Client slow = join_active(2);
  media.too_slow.insert(slow.id);
  say(sfu::DataReceived{.participant = sender.id, .message = livekit::DataPacket().SerializeAsString()});
  EXPECT_EQ(slow.leave().action(), LeaveRequest::RECONNECT);
  EXPECT_FALSE(sender.link->is_closed);
}

TEST_F(EventsTest, events_about_those_who_left_are_ignored) {
  const auto nobody = static_cast<sfu::ParticipantId>(99);
  join_active(1);
  say(sfu::SubscriberOffer{.participant = nobody});
  say(sfu::ConnectivityChanged{.participant = nobody});
  say(sfu::TrackPublished{.publisher = nobody});
  say(sfu::TrackUnpublished{.publisher = nobody});
  say(sfu::TrackSubscribed{.publisher = nobody});
  say(sfu::QualityDemandChanged{.publisher = nobody});
  say(sfu::StreamStateChanged{.subscriber = nobody, .publisher = nobody});
  say(sfu::SubscriptionAllowed{.subscriber = nobody, .publisher = nobody});
  say(sfu::SpeakersChanged{.speakers = {{.participant = nobody}}});
  say(sfu::QualityChanged{.participant = nobody});
  say(sfu::DataReceived{.participant = nobody});
  EXPECT_TRUE(media.sent.empty());
}

}  // namespace
}  // namespace kith::call

#include "call/request_handler.hpp"

#include "call_bed.hpp"

namespace kith::call {
namespace {

using livekit::RequestResponse;

class RequestTest : public CallBed {
 protected:
  SignalRequest add_track(const std::string& cid = "cid1") {
    SignalRequest request;
    request.mutable_add_track()->set_cid(cid);
    request.mutable_add_track()->set_type(livekit::VIDEO);
    request.mutable_add_track()->set_source(livekit::CAMERA);
    return request;
  }
  RequestResponse answer_of(const Client& client) {
    return client.last(SignalResponse::kRequestResponse).request_response();
  }
};

TEST_F(RequestTest, an_offer_is_answered_with_its_own_number) {
  const Client client = join(1);
  SignalRequest offer;
  offer.mutable_offer()->set_sdp("v=0");
  offer.mutable_offer()->set_id(5);
  request(client, offer);
  const auto answer = client.last(SignalResponse::kAnswer).answer();
  EXPECT_EQ(answer.type(), "answer");
  EXPECT_EQ(answer.sdp(), "answer");
  EXPECT_EQ(answer.id(), 5U);
}

TEST_F(RequestTest, descriptions_the_engine_refuses_make_the_client_begin_again) {
  const Client offering = join_active(1);
  media.next_answer = fail(Reason::kMalformed, "line 1");
  SignalRequest offer;
  offer.mutable_offer();
  request(offering, offer);
  EXPECT_EQ(offering.leave().action(), LeaveRequest::RECONNECT);

  const Client answering = join_active(2);
  media.next_answer_taken = fail(Reason::kMalformed, "line 1");
  SignalRequest answer;
  answer.mutable_answer();
  request(answering, answer);
  EXPECT_EQ(answering.leave().action(), LeaveRequest::RECONNECT);
}

TEST_F(RequestTest, candidates_of_clients_are_not_needed) {
  const Client client = join(1);
  SignalRequest trickle;
  trickle.mutable_trickle()->set_candidate_init("{\"candidate\":\"candidate:1 1 udp 1 host.local 9 typ host\"}");
  request(client, trickle);
  trickle.mutable_trickle()->set_candidate_init("not JSON");
  request(client, trickle);
  EXPECT_FALSE(client.link->is_closed);
  EXPECT_TRUE(media.commands.empty());
}

TEST_F(RequestTest, a_track_is_confirmed_at_once_with_all_that_was_said_of_it) {
  const Client client = join(1);
  SignalRequest request = add_track();
  auto& track = *request.mutable_add_track();
  track.set_name("my camera");
  track.set_width(1280);
  track.set_height(720);
  track.set_encryption(livekit::Encryption::GCM);
  track.set_backup_codec_policy(livekit::SIMULCAST);
  track.add_layers()->set_rid("q");
  auto* codec = track.add_simulcast_codecs();
  codec->set_codec("vp9");
  codec->set_cid("cid1");
  track.add_simulcast_codecs()->set_codec("vp8");
  media.next_track = sfu::TrackState{.sid = "TR_VCone", .kind = sfu::MediaKind::kVideo};
  this->request(client, request);
  const auto published = client.last(SignalResponse::kTrackPublished).track_published();
  EXPECT_EQ(published.cid(), "cid1");
  EXPECT_EQ(published.track().sid(), "TR_VCone");
  EXPECT_EQ(published.track().name(), "my camera");
  EXPECT_EQ(published.track().width(), 1280U);
  EXPECT_EQ(published.track().encryption(), livekit::Encryption::GCM);
  EXPECT_EQ(published.track().backup_codec_policy(), livekit::SIMULCAST);
  EXPECT_EQ(published.track().stream(), "camera");
  ASSERT_EQ(published.track().codecs_size(), 2);
  EXPECT_EQ(published.track().codecs(0).mime_type(), "video/VP9");
  EXPECT_EQ(published.track().codecs(1).cid(), "") << "a backup nobody asked for yet";
  const auto& asked = media.track_requests.back();
  EXPECT_EQ(asked.codec, sfu::Codec::kVp9);
  EXPECT_EQ(asked.backup_codec, sfu::Codec::kVp8);
  EXPECT_TRUE(asked.is_encrypted);
}

TEST_F(RequestTest, old_and_new_words_for_audio_mean_the_same) {
  const Client client = join(1);
  SignalRequest request;
  request.mutable_add_track()->set_cid("mic");
  request.mutable_add_track()->add_audio_features(livekit::TF_STEREO);
  request.mutable_add_track()->add_audio_features(livekit::TF_NO_DTX);
  this->request(client, request);
  EXPECT_TRUE(media.track_requests.back().is_stereo);
  EXPECT_TRUE(media.track_requests.back().disable_dtx);
}

TEST_F(RequestTest, another_codec_of_a_track_is_confirmed_as_the_same_track) {
  const Client client = join_active(1);
  publish(client, "TR_VCone");
  SignalRequest backup = add_track("cid2");
  backup.mutable_add_track()->set_sid("TR_VCone");
  auto* codec = backup.mutable_add_track()->add_simulcast_codecs();
  codec->set_codec("vp8");
  codec->set_cid("cid2");
  request(client, backup);
  const auto track = client.last(SignalResponse::kTrackPublished).track_published().track();
  EXPECT_EQ(track.sid(), "TR_VCone");
  ASSERT_GE(track.codecs_size(), 1);
  EXPECT_EQ(track.codecs(track.codecs_size() - 1).cid(), "cid2");
}

TEST_F(RequestTest, refused_tracks_are_answered_with_the_reason_and_the_request) {
  const Client client = join(1);
  const std::pair<Reason, RequestResponse::Reason> cases[] = {{Reason::kNotAllowed, RequestResponse::NOT_ALLOWED},
                                                              {Reason::kTooMany, RequestResponse::LIMIT_EXCEEDED}};
  for (const auto& [reason, told] : cases) {
    media.next_track = fail(reason, "no");
    request(client, add_track());
    EXPECT_EQ(answer_of(client).reason(), told);
    EXPECT_EQ(answer_of(client).add_track().cid(), "cid1");
  }
  SignalRequest data = add_track();
  data.mutable_add_track()->set_type(livekit::DATA);
  request(client, data);
  EXPECT_EQ(answer_of(client).reason(), RequestResponse::UNSUPPORTED_TYPE);
}

TEST_F(RequestTest, a_track_described_at_too_great_length_is_refused) {
  const Client client = join(1);
  SignalRequest fits = add_track(std::string(kTrackNameBytesMax, 'x'));
  for (size_t i = 0; i < kTrackLayersMax; ++i) fits.mutable_add_track()->add_layers();
  for (size_t i = 0; i < kTrackCodecsMax; ++i) fits.mutable_add_track()->add_simulcast_codecs();
  for (size_t i = 0; i < kAudioFeaturesMax; ++i) fits.mutable_add_track()->add_audio_features(livekit::TF_STEREO);
  request(client, fits);
  EXPECT_EQ(media.track_requests.size(), 1U);
  std::vector<SignalRequest> too_long(5, fits);
  too_long[0].mutable_add_track()->mutable_cid()->push_back('x');
  too_long[1].mutable_add_track()->add_layers();
  too_long[2].mutable_add_track()->add_simulcast_codecs();
  too_long[3].mutable_add_track()->add_audio_features(livekit::TF_STEREO);
  too_long[4].mutable_add_track()->set_name(std::string(kTrackNameBytesMax + 1, 'x'));
  for (const SignalRequest& one : too_long) {
    client.link->received.clear();
    request(client, one);
    EXPECT_EQ(answer_of(client).reason(), RequestResponse::LIMIT_EXCEEDED);
  }
  EXPECT_EQ(media.track_requests.size(), 1U);
}

TEST_F(RequestTest, tracks_named_twice_in_a_subscription_are_subscribed_once) {
  const Client client = join(1);
  SignalRequest subscription;
  auto& update = *subscription.mutable_subscription();
  update.set_subscribe(true);
  update.add_track_sids("TR_VCone");
  update.add_participant_tracks()->add_track_sids("TR_VCone");
  request(client, subscription);
  EXPECT_EQ(std::ranges::count(media.commands, "subscribe 1 TR_VCone"), 1);
}

TEST_F(RequestTest, a_track_nobody_publishes_within_a_minute_is_said_to_be_missing) {
  const Client client = join_active(1);
  const Client publisher = join_active(2);
  SignalRequest subscription;
  subscription.mutable_subscription()->set_subscribe(true);
  subscription.mutable_subscription()->add_track_sids("TR_VCsoon");
  subscription.mutable_subscription()->add_track_sids("TR_VCnever");
  request(client, subscription);
  publish(publisher, "TR_VCsoon");
  advance_pinging(kUnknownTrackTime, {client, publisher});
  const auto refused = client.all(SignalResponse::kSubscriptionResponse);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].subscription_response().track_sid(), "TR_VCnever");
  EXPECT_EQ(refused[0].subscription_response().err(), livekit::SE_TRACK_NOTFOUND);
}

TEST_F(RequestTest, what_a_request_names_beyond_its_limit_is_not_looked_at) {
  const Client client = join(1);
  SignalRequest settings;
  SignalRequest subscription;
  for (size_t i = 0; i <= kTracksPerRequestMax; ++i) {
    settings.mutable_track_setting()->add_track_sids("TR_" + std::to_string(i));
    subscription.mutable_subscription()->add_track_sids("TR_" + std::to_string(i));
  }
  request(client, settings);
  EXPECT_EQ(media.settings.size(), kTracksPerRequestMax);
  media.commands.clear();
  request(client, subscription);
  EXPECT_EQ(media.commands.size(), kTracksPerRequestMax);
  media.commands.clear();
  SignalRequest long_name;
  long_name.mutable_subscription()->add_track_sids(std::string(kSidBytesMax + 1, 'x'));
  request(client, long_name);
  EXPECT_TRUE(media.commands.empty());
}

TEST_F(RequestTest, settings_reach_the_engine_as_they_are) {
  const Client client = join(1);
  SignalRequest settings;
  auto& update = *settings.mutable_track_setting();
  update.add_track_sids("TR_VCone");
  update.set_quality(livekit::MEDIUM);
  update.set_width(640);
  update.set_height(360);
  update.set_fps(15);
  update.set_priority(1);
  request(client, settings);
  const sfu::TrackSettings expected{
      .quality = sfu::VideoQuality::kMedium, .width = 640, .height = 360, .fps = 15, .priority = 1};
  EXPECT_EQ(media.settings.back(), expected);
}

TEST_F(RequestTest, permissions_by_identity_hold_for_those_who_come_later) {
  const Client publisher = join_active(1);
  SignalRequest permission;
  auto& grant = *permission.mutable_subscription_permission()->add_track_permissions();
  grant.set_participant_identity("user2");
  grant.set_all_tracks(true);
  request(publisher, permission);
  EXPECT_FALSE(media.permissions.back().all_participants);
  EXPECT_TRUE(media.permissions.back().grants.empty());
  const Client viewer = join(2);
  ASSERT_EQ(media.permissions.back().grants.size(), 1U);
  EXPECT_EQ(media.permissions.back().grants[0].participant_sid, viewer.sid);
  EXPECT_TRUE(media.permissions.back().grants[0].all_tracks);
}

TEST_F(RequestTest, a_subscription_permission_that_is_too_long_is_ignored) {
  const Client client = join(1);
  SignalRequest permission;
  permission.mutable_subscription_permission()->add_track_permissions()->set_participant_sid(
      std::string(kPermissionBytesMax, 'x'));
  request(client, permission);
  EXPECT_TRUE(media.permissions.empty());
}

TEST_F(RequestTest, metadata_is_confirmed_and_told_because_some_clients_wait_for_the_one_and_some_for_the_other) {
  const Client watcher = join_active(1);
  const Client client = join_active(2);
  SignalRequest update;
  update.mutable_update_metadata()->set_request_id(8);
  (*update.mutable_update_metadata()->mutable_attributes())["hand"] = "1";
  request(client, update);
  EXPECT_EQ(answer_of(client).request_id(), 8U);
  EXPECT_EQ(answer_of(client).reason(), RequestResponse::OK);
  EXPECT_EQ(client.newest("user2")->attributes().at("hand"), "1");
  EXPECT_EQ(watcher.newest("user2")->attributes().at("hand"), "1");
  EXPECT_EQ(watcher.newest("user2")->name(), "Name 2") << "what is not said stays";
  (*update.mutable_update_metadata()->mutable_attributes())["hand"] = "";
  request(client, update);
  EXPECT_FALSE(watcher.newest("user2")->attributes().contains("hand")) << "empty takes away";
}

TEST_F(RequestTest, metadata_needs_the_right_to_change_it) {
  Connect connect = connect_of(1);
  connect.can_update_metadata = false;
  const Client client = this->connect(connect);
  SignalRequest update;
  update.mutable_update_metadata()->set_name("Somebody else");
  request(client, update);
  EXPECT_EQ(answer_of(client).reason(), RequestResponse::NOT_ALLOWED);
  EXPECT_EQ(answer_of(client).update_metadata().name(), "Somebody else");
}

TEST_F(RequestTest, metadata_has_limits) {
  const Client client = join_active(1);
  const auto try_update = [&](const std::string& name, size_t metadata, size_t attribute) {
    SignalRequest update;
    update.mutable_update_metadata()->set_name(name);
    update.mutable_update_metadata()->set_metadata(std::string(metadata, 'm'));
    (*update.mutable_update_metadata()->mutable_attributes())["a"] = std::string(attribute, 'v');
    request(client, update);
    return answer_of(client).reason();
  };
  const std::string longest(kNameBytesMax, 'n');
  EXPECT_EQ(try_update(longest, kMetadataBytesMax, kAttributesBytesMax - 1), RequestResponse::OK);
  EXPECT_EQ(try_update(longest + "n", 0, 0), RequestResponse::LIMIT_EXCEEDED);
  EXPECT_EQ(try_update("", kMetadataBytesMax + 1, 0), RequestResponse::LIMIT_EXCEEDED);
  EXPECT_EQ(try_update("", 0, kAttributesBytesMax), RequestResponse::LIMIT_EXCEEDED);
}

TEST_F(RequestTest, changes_of_published_tracks_are_confirmed_and_told) {
  const Client watcher = join_active(1);
  const Client client = join_active(2);
  publish(client, "TR_AMone");
  SignalRequest audio;
  audio.mutable_update_audio_track()->set_track_sid("TR_AMone");
  audio.mutable_update_audio_track()->add_features(livekit::TF_NOISE_SUPPRESSION);
  request(client, audio);
  EXPECT_EQ(answer_of(client).reason(), RequestResponse::OK);
  EXPECT_EQ(watcher.newest("user2")->tracks(0).audio_features(0), livekit::TF_NOISE_SUPPRESSION);
  SignalRequest video;
  video.mutable_update_video_track()->set_track_sid("TR_AMone");
  video.mutable_update_video_track()->set_width(640);
  request(client, video);
  EXPECT_EQ(watcher.newest("user2")->tracks(0).width(), 640U);
  EXPECT_GT(watcher.newest("user2")->tracks(0).version().ticks(), 0);
}

TEST_F(RequestTest, both_kinds_of_ping_are_answered) {
  const Client client = join(1);
  SignalRequest old_ping;
  old_ping.set_ping(123);
  request(client, old_ping);
  EXPECT_EQ(client.last(SignalResponse::kPong).pong(), clock.wall().value);
  SignalRequest ping;
  ping.mutable_ping_req()->set_timestamp(123);
  request(client, ping);
  EXPECT_EQ(client.last(SignalResponse::kPongResp).pong_resp().last_ping_timestamp(), 123);
}

TEST_F(RequestTest, whatever_is_unknown_or_malformed_is_ignored) {
  const Client client = join(1);
  client.link->received.clear();
  const std::string unknown_kind =
      "\xA2\x06\x03"
      "abc";  // field 100
  host.handle_message(clock.now(), client.socket, unknown_kind, false, outbox);
  host.handle_message(clock.now(), client.socket, "\xFF\xFF\xFF", false, outbox);
  host.handle_message(clock.now(), client.socket, "{\"fromTheFuture\":{}}", true, outbox);
  host.handle_message(clock.now(), client.socket, "{", true, outbox);
  host.handle_message(clock.now(), SignalSocketId{999}, "", false, outbox);
  EXPECT_FALSE(client.link->is_closed);
  EXPECT_TRUE(client.link->received.empty());
}

TEST_F(RequestTest, a_message_beyond_the_limit_is_not_read) {
  const Client client = join(1);
  SignalRequest offer;
  offer.mutable_offer()->set_sdp(std::string(kSignalMessageBytesMax, 'x'));
  request(client, offer);
  EXPECT_TRUE(client.all(SignalResponse::kAnswer).empty());
}

TEST_F(RequestTest, who_speaks_text_is_answered_in_text) {
  const Client client = join(1);
  host.handle_message(clock.now(), client.socket, R"({"pingReq":{"timestamp":"77"}})", true, outbox);
  EXPECT_NE(client.link->texts.back().find("\"lastPingTimestamp\":\"77\""), std::string::npos)
      << client.link->texts.back();
}

}  // namespace
}  // namespace kith::call

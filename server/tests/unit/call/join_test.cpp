#include "call/join_response.hpp"
#include "call_bed.hpp"

namespace kith::call {
namespace {

class JoinTest : public CallBed {};

TEST_F(JoinTest, the_first_message_is_the_welcome) {
  const Client client = join(1);
  ASSERT_FALSE(client.link->received.empty());
  ASSERT_TRUE(client.link->received[0].has_join());
  const auto& join = client.link->received[0].join();
  EXPECT_EQ(join.room().name(), "call7");
  EXPECT_EQ(join.participant().identity(), "user1");
  EXPECT_EQ(join.participant().state(), ParticipantInfo::JOINED);
  EXPECT_TRUE(join.participant().permission().can_publish());
  EXPECT_TRUE(join.subscriber_primary());
}

TEST_F(JoinTest, sids_have_the_prefixes_that_clients_insist_on) {
  const Client client = join(1);
  EXPECT_TRUE(client.sid.starts_with("PA_"));
  EXPECT_EQ(client.sid.size(), 15U);
  EXPECT_TRUE(client.link->received[0].join().room().sid().starts_with("RM_"));
}

TEST_F(JoinTest, the_version_is_semantic_and_pings_have_an_interval_because_clients_stop_otherwise) {
  const auto join = this->join(1).link->received[0].join();
  int numbers = 1;
  for (const char c : join.server_info().version()) {
    EXPECT_TRUE(c == '.' || (c >= '0' && c <= '9'));
    numbers += c == '.';
  }
  EXPECT_EQ(numbers, 3);
  EXPECT_EQ(join.server_info().protocol(), 17);
  EXPECT_EQ(join.ping_interval(), 5);
  EXPECT_EQ(join.ping_timeout(), 15);
}

TEST_F(JoinTest, video_codecs_come_first_because_clients_fall_back_to_the_first) {
  const auto join = this->join(1).link->received[0].join();
  ASSERT_GE(join.enabled_publish_codecs_size(), 5);
  EXPECT_EQ(join.enabled_publish_codecs(0).mime(), "video/VP8");
  EXPECT_GE(join.sif_trailer().size(), 16U);
}

TEST_F(JoinTest, a_new_token_follows_the_welcome_and_then_comes_every_five_minutes) {
  const Client client = join_active(1);
  ASSERT_GE(client.link->received.size(), 2U);
  EXPECT_EQ(client.link->received[1].refresh_token(), "token of user1");
  advance_pinging(minutes(5) - seconds(1), {client});
  EXPECT_EQ(client.all(SignalResponse::kRefreshToken).size(), 1U);
  advance_pinging(seconds(2), {client});
  EXPECT_EQ(client.all(SignalResponse::kRefreshToken).size(), 2U);
}

TEST_F(JoinTest, the_welcome_names_everybody_who_is_connected_with_their_tracks) {
  const Client first = join_active(1);
  publish(first, "TR_AMone");
  join(2);  // not connected yet
  const auto welcome = join(3).link->received[0].join();
  ASSERT_EQ(welcome.other_participants_size(), 1);
  EXPECT_EQ(welcome.other_participants(0).sid(), first.sid);
  EXPECT_EQ(welcome.other_participants(0).tracks(0).sid(), "TR_AMone");
}

TEST_F(JoinTest, who_may_not_subscribe_gets_no_subscriber_connection_first) {
  Connect speaker = connect_of(1);
  speaker.permissions.can_subscribe = false;
  const Client client = connect(speaker);
  EXPECT_FALSE(client.link->received[0].join().subscriber_primary());
  EXPECT_FALSE(media.options.at(client.id).permissions.can_subscribe);
}

TEST_F(JoinTest, the_same_identity_again_replaces_the_first_without_the_others_seeing_it_leave) {
  const Client other = join_active(2);
  const Client old = join_active(1);
  const Client again = join(1);
  EXPECT_EQ(old.leave().reason(), livekit::DUPLICATE_IDENTITY);
  EXPECT_EQ(old.leave().action(), LeaveRequest::DISCONNECT);
  EXPECT_TRUE(old.link->is_closed);
  EXPECT_TRUE(media.was_told("leave " + std::to_string(static_cast<uint64_t>(old.id))));
  activate(again);
  const auto seen = other.newest("user1");
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->sid(), again.sid);
  EXPECT_EQ(seen->state(), ParticipantInfo::ACTIVE);
  for (const auto& response : other.all(SignalResponse::kUpdate)) {
    for (const auto& info : response.update().participants()) EXPECT_NE(info.state(), ParticipantInfo::DISCONNECTED);
  }
  EXPECT_EQ(attendance.told, (std::vector<std::string>{"joined 2", "joined 1"}));
}

TEST_F(JoinTest, a_replacement_that_never_connects_takes_its_predecessor_along) {
  const Client other = join_active(2);
  const Client old = join_active(1);
  const Client again = join(1);
  close(again);
  const auto seen = other.newest("user1");
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->sid(), old.sid);
  EXPECT_EQ(seen->state(), ParticipantInfo::DISCONNECTED);
  EXPECT_EQ(attendance.told.back(), "left 1");
}

TEST_F(JoinTest, one_more_than_a_call_holds_is_turned_away) {
  for (size_t i = 0; i < kParticipantsMax; ++i) join(static_cast<int64_t>(i) + 1);
  const Client refused = join(static_cast<int64_t>(kParticipantsMax) + 1);
  EXPECT_EQ(refused.leave().reason(), livekit::JOIN_FAILURE);
  EXPECT_EQ(refused.leave().action(), LeaveRequest::DISCONNECT);
  EXPECT_TRUE(refused.link->is_closed);
}

TEST_F(JoinTest, firefox_gets_the_full_agent_and_no_red) {
  Connect connect = connect_of(1);
  connect.client = {.sdk = "js", .os = "Linux", .browser = "Firefox", .browser_version = "140.0"};
  const Client client = this->connect(connect);
  EXPECT_TRUE(media.options.at(client.id).is_full_ice);
  EXPECT_FALSE(media.options.at(client.id).follows_codec_order);
  EXPECT_FALSE(media.options.at(client.id).can_receive_red);
  const auto configuration = client.link->received[0].join().client_configuration();
  EXPECT_EQ(configuration.disabled_codecs().publish(0).mime(), "video/H264");
}

TEST_F(JoinTest, safari_is_kept_from_codecs_it_does_badly) {
  Connect connect = connect_of(1);
  connect.client = {.sdk = "js", .os = "macOS", .browser = "Safari", .browser_version = "18.4"};
  auto configuration = this->connect(connect).link->received[0].join().client_configuration();
  EXPECT_EQ(configuration.disabled_codecs().codecs(0).mime(), "video/AV1");
  EXPECT_EQ(configuration.disabled_codecs().publish(0).mime(), "video/VP9");
  connect.user = UserId{2};
  connect.identity = "user2";
  connect.client.browser_version = "18.3";
  configuration = this->connect(connect).link->received[0].join().client_configuration();
  EXPECT_EQ(configuration.disabled_codecs().publish_size(), 0);
}

TEST_F(JoinTest, what_a_client_understands_from_others_is_told_to_them) {
  Connect connect = connect_of(1);
  connect.client.client_protocol = 2;
  connect.client.capabilities = {"CAP_PACKET_TRAILER", "CAP_OF_THE_FUTURE"};
  const auto self = this->connect(connect).link->received[0].join().participant();
  EXPECT_EQ(self.client_protocol(), 2);
  ASSERT_EQ(self.capabilities_size(), 1);
  EXPECT_EQ(self.capabilities(0), livekit::ClientInfo::CAP_PACKET_TRAILER);
}

}  // namespace
}  // namespace kith::call

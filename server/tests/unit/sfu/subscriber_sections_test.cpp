#include "sfu/subscriber_sections.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/sfu/negotiation_test_data.hpp"

namespace kith::sfu {
namespace {

using testing::ElementsAre;

rtc::SessionDescription offered(SubscriberSections& sections) {
  const rtc::IceCredentials ice{.ufrag = "kith", .pwd = "secretsecretsecretsecret"};
  const std::vector<std::string> candidates{"candidate:1 1 udp 2130706431 192.0.2.1 7882 typ host"};
  const LocalTransport local{.ice = ice, .fingerprint = test::kFingerprint, .candidates = candidates};
  auto offer = rtc::SessionDescription::parse(sections.offer(local, 1));
  EXPECT_TRUE(offer.has_value());
  return offer ? std::move(*offer) : rtc::SessionDescription{};
}

CarriedTrack camera(rtc::Ssrc ssrc) {
  return {.publisher_sid = "PA_pub", .track_sid = "TR_VCx", .codec = Codec::kVp8, .ssrc = ssrc, .rtx_ssrc = ssrc + 1};
}
CarriedTrack microphone(rtc::Ssrc ssrc) {
  return {.publisher_sid = "PA_pub", .track_sid = "TR_AMx", .codec = Codec::kOpus, .ssrc = ssrc};
}

TEST(SubscriberSections, data_comes_first_so_that_a_viewer_connects_before_anybody_speaks) {
  SubscriberSections sections;
  const auto offer = offered(sections);
  ASSERT_EQ(offer.media.size(), 1U);
  EXPECT_EQ(offer.media[0].kind, "application");
  EXPECT_EQ(offer.media[0].setup, rtc::SdpSetup::kActPass);
  EXPECT_EQ(offer.media[0].candidates.size(), 1U);
}

TEST(SubscriberSections, a_track_says_whose_it_is) {
  SubscriberSections sections;
  EXPECT_EQ(sections.carry(microphone(10)), 0U);
  EXPECT_EQ(sections.carry(camera(20)), 1U);
  const auto offer = offered(sections);
  EXPECT_THAT(offer.bundle, ElementsAre("0", "1", "2"));
  EXPECT_EQ(offer.media[1].msid, "PA_pub|TR_AMx TR_AMx");
  EXPECT_EQ(offer.media[1].direction, rtc::SdpDirection::kSendOnly);
  EXPECT_EQ(offer.media[2].source_groups, (std::vector<rtc::SdpSourceGroup>{{.semantics = "FID", .ssrcs = {20, 21}}}));
  EXPECT_EQ(offer.media[1].sources[0].cname, offer.media[2].sources[0].cname) << "lip sync needs one name";
}

std::string answer_with(const std::string& audio, const std::string& video) {
  return test::session_lines("0 1 2") + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" +
         test::transport_lines("0", "active") + "a=sctp-port:5000\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" +
         test::transport_lines("1", "active") + "a=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n" + audio +
         "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" + test::transport_lines("2", "active") + "a=rtcp-mux\r\n" + video;
}

SubscriberSections microphone_and_camera() {
  SubscriberSections sections;
  sections.carry(microphone(10));
  sections.carry(camera(20));
  return sections;
}

constexpr const char* kTakesCamera = "a=recvonly\r\na=rtpmap:96 VP8/90000\r\n";
constexpr const char* kNoCamera = "a=inactive\r\na=rtpmap:96 VP8/90000\r\n";

void settle(SubscriberSections& sections, const char* video) {
  const auto answer = sections.read_answer(answer_with("a=recvonly\r\n", video));
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  sections.settle(*answer);
}

TEST(SubscriberSections, a_section_is_never_removed_and_carries_the_next_track_of_its_kind) {
  SubscriberSections sections = microphone_and_camera();
  offered(sections);
  settle(sections, kTakesCamera);
  sections.release(1);
  EXPECT_EQ(offered(sections).media[2].direction, rtc::SdpDirection::kInactive);
  EXPECT_TRUE(offered(sections).media[2].msid.empty());
  settle(sections, kNoCamera);
  EXPECT_EQ(sections.carry(microphone(30)), 2U) << "audio does not fit a video section";
  EXPECT_EQ(sections.carry(camera(40)), 1U);
}

// A browser tells of a track when its section opens; one that stays open and changes its name tells nothing.
TEST(SubscriberSections, a_section_is_not_used_again_before_the_viewer_has_closed_it) {
  SubscriberSections sections = microphone_and_camera();
  offered(sections);
  sections.release(1);
  EXPECT_EQ(sections.carry(camera(40)), 2U) << "the answer to the offer with the first track is still to come";
  settle(sections, kTakesCamera);
  sections.release(2);
  EXPECT_EQ(sections.carry(camera(50)), 2U) << "nobody was told of the second";
  offered(sections);
  settle(sections, kNoCamera);
  EXPECT_EQ(sections.carry(camera(60)), 1U);
}

TEST(SubscriberSections, an_answer_accepts_section_by_section) {
  const auto answer =
      microphone_and_camera().read_answer(answer_with("a=recvonly\r\n", "a=inactive\r\na=rtpmap:96 VP8/90000\r\n"));
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  ASSERT_EQ(answer->sections.size(), 2U);
  EXPECT_TRUE(answer->sections[0].is_receiving);
  EXPECT_FALSE(answer->has_transport_feedback);
  EXPECT_FALSE(answer->sections[1].is_receiving);
  EXPECT_EQ(answer->transport.ice.ufrag, "abcd");
  EXPECT_EQ(answer->transport.setup, rtc::SdpSetup::kActive);
}

TEST(SubscriberSections, a_codec_the_viewer_lacks_is_not_sent) {
  const auto answer =
      microphone_and_camera().read_answer(answer_with("a=recvonly\r\n", "a=recvonly\r\na=rtpmap:96 H264/90000\r\n"));
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->sections[1].is_receiving);
}

TEST(SubscriberSections, an_answer_that_leaves_the_dtls_role_open_is_refused) {
  std::string text = answer_with("a=recvonly\r\n", "a=recvonly\r\na=rtpmap:96 VP8/90000\r\n");
  for (size_t at = text.find("a=setup:active"); at != std::string::npos; at = text.find("a=setup:active", at + 1)) {
    text.replace(at, 14, "a=setup:actpass");
  }
  const auto answer = microphone_and_camera().read_answer(text);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().reason, Reason::kInvalidField);
}

}  // namespace
}  // namespace kith::sfu

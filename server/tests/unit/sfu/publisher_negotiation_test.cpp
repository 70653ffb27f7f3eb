#include "sfu/publisher_negotiation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/sfu/negotiation_test_data.hpp"

namespace kith::sfu {
namespace {

using testing::ElementsAre;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

PublisherOffer read(const std::string& sdp) {
  auto offer = PublisherOffer::read(sdp);
  EXPECT_TRUE(offer.has_value()) << (offer ? "" : offer.error().message);
  return offer ? std::move(*offer) : PublisherOffer{};
}

rtc::SessionDescription answer_to(const PublisherOffer& offer, const std::vector<AnswerWish>& wishes) {
  const rtc::IceCredentials ice{.ufrag = "kith", .pwd = "secretsecretsecretsecret"};
  const std::vector<std::string> candidates{"candidate:1 1 udp 2130706431 192.0.2.1 7882 typ host"};
  const LocalTransport local{.ice = ice, .fingerprint = test::kFingerprint, .candidates = candidates};
  auto answer = rtc::SessionDescription::parse(answer_publisher(offer, wishes, local, 3));
  EXPECT_TRUE(answer.has_value());
  return answer ? std::move(*answer) : rtc::SessionDescription{};
}

std::vector<int> payload_types(const rtc::SdpMedia& media) {
  std::vector<int> types;
  for (const rtc::SdpCodec& codec : media.codecs) types.push_back(codec.payload_type);
  return types;
}

TEST(PublisherNegotiation, an_offer_tells_tracks_by_the_second_word_of_their_msid) {
  const auto offer = read(test::chromium_offer());
  ASSERT_EQ(offer.sections.size(), 2U);
  EXPECT_EQ(offer.sections[0].track_name, "mic-track");
  EXPECT_EQ(offer.sections[0].sources, (std::vector<OfferedSection::Source>{{.ssrc = 1001}}));
  EXPECT_EQ(offer.sections[1].track_name, "cam-track");
  EXPECT_THAT(offer.sections[1].rids, ElementsAre("q", "h", "f"));
  EXPECT_EQ(offer.payload_types[97].associated, 96);
  EXPECT_EQ(offer.extensions.id_of(rtc::RtpExtension::kRid), 10);
  EXPECT_EQ(offer.extensions.id_of(rtc::RtpExtension::kAbsSendTime), 0) << "not wanted of publishers";
}

TEST(PublisherNegotiation, retransmission_sources_are_paired_with_their_media) {
  const auto offer = read(replaced(test::chromium_offer(),
                                   "a=rid:q send\r\na=rid:h send\r\na=rid:f send\r\na=simulcast:send q;h;f\r\n",
                                   "a=ssrc-group:FID 5 6\r\na=ssrc:5 cname:x\r\na=ssrc:6 cname:x\r\n"));
  EXPECT_EQ(offer.sections[1].sources, (std::vector<OfferedSection::Source>{{.ssrc = 5, .rtx_ssrc = 6}}));
}

TEST(PublisherNegotiation, the_answer_keeps_sections_and_leads_with_the_wanted_codec) {
  const auto offer = read(test::chromium_offer());
  const auto answer = answer_to(offer, {{.codec = Codec::kRed}, {.codec = Codec::kVp9}});
  ASSERT_EQ(answer.media.size(), 3U);
  EXPECT_THAT(answer.bundle, ElementsAre("0", "1", "2"));
  EXPECT_TRUE(answer.ice_lite);
  EXPECT_THAT(payload_types(answer.media[0]), ElementsAre(63, 111)) << "G722 is not carried";
  EXPECT_THAT(payload_types(answer.media[1]), ElementsAre(98, 96, 45, 97, 99));
  EXPECT_EQ(answer.media[1].simulcast, "recv q;h;f");
  EXPECT_THAT(answer.media[1].codecs[0].feedback, ElementsAre("transport-cc", "ccm fir", "nack", "nack pli"));
  for (const rtc::SdpMedia& media : answer.media) EXPECT_EQ(media.setup, rtc::SdpSetup::kPassive);
  EXPECT_EQ(answer.media[0].direction, rtc::SdpDirection::kRecvOnly);
  EXPECT_EQ(answer.media[2].sctp_port, 5000);
}

TEST(PublisherNegotiation, a_browser_that_ignores_the_order_is_left_no_choice) {
  const auto offer = read(test::chromium_offer());
  const auto answer = answer_to(offer, {{}, {.codec = Codec::kVp9, .only_codec = true}});
  EXPECT_THAT(payload_types(answer.media[1]), ElementsAre(98, 99));
}

TEST(PublisherNegotiation, opus_is_asked_to_pause_in_silence_unless_the_track_says_no) {
  const auto offer = read(test::chromium_offer());
  const auto quiet = answer_to(offer, {{.disable_red = true}, {}});
  EXPECT_THAT(payload_types(quiet.media[0]), ElementsAre(111));
  EXPECT_EQ(quiet.media[0].codecs[0].parameters, "minptime=10;useinbandfec=1;usedtx=1");
  const auto music = answer_to(offer, {{.is_stereo = true, .disable_dtx = true, .disable_red = true}, {}});
  EXPECT_EQ(music.media[0].codecs[0].parameters, "minptime=10;useinbandfec=1;stereo=1;maxaveragebitrate=510000");
}

TEST(PublisherNegotiation, idle_sections_are_answered_inactive) {
  const auto offer = read(replaced(test::chromium_offer(), "a=sendonly", "a=recvonly"));
  const auto answer = answer_to(offer, {{}, {}});
  EXPECT_FALSE(offer.sections[0].is_sending);
  EXPECT_EQ(answer.media[0].direction, rtc::SdpDirection::kInactive);
  EXPECT_NE(answer.media[0].port, 0) << "rejecting would take the section from the bundle";
}

TEST(PublisherNegotiation, a_section_without_any_codec_of_ours_is_rejected) {
  const auto offer =
      read(replaced(replaced(test::chromium_offer(), "opus/48000/2", "L16/48000/2"), "red/48000/2", "CN/48000"));
  const auto answer = answer_to(offer, {{}, {}});
  EXPECT_EQ(answer.media[0].port, 0);
  EXPECT_THAT(answer.bundle, ElementsAre("1", "2"));
  EXPECT_FALSE(answer.media[1].candidates.empty()) << "the first section in use carries the candidates";
}

TEST(PublisherNegotiation, an_offer_that_is_not_bundled_is_refused) {
  const auto offer = PublisherOffer::read(replaced(test::chromium_offer(), "BUNDLE 0 1 2", "BUNDLE 0"));
  ASSERT_FALSE(offer.has_value());
  EXPECT_EQ(offer.error().reason, Reason::kInvalidField);
}

TEST(PublisherNegotiation, an_offer_without_credentials_fingerprint_or_mux_is_refused) {
  EXPECT_FALSE(PublisherOffer::read(replaced(test::chromium_offer(), "a=ice-pwd:0123456789abcdefghijklmn\r\n", "")));
  EXPECT_FALSE(PublisherOffer::read(replaced(test::chromium_offer(), "sha-256", "sha-1")));
  EXPECT_FALSE(PublisherOffer::read(replaced(test::chromium_offer(), "a=rtcp-mux\r\n", "")));
}

}  // namespace
}  // namespace kith::sfu

#include "sfu/publisher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/sfu/negotiation_test_data.hpp"

namespace kith::sfu {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Bench {
  SeededRandom random{3};
  rtc::DtlsCertificate certificate = std::move(*rtc::DtlsCertificate::create());
  std::vector<std::string> candidates{"candidate:1 1 udp 2130706431 10.0.0.1 7882 typ host"};
  std::vector<Event> events;
  EngineContext context{.certificate = certificate, .candidates = candidates, .random = random, .events = events};
  ParticipantOptions options{.sid = "PA_a"};
  Publisher publisher{context, ParticipantId{1}, options};
  Publisher::Changes changes;

  TrackState add(const TrackRequest& request) {
    auto track = publisher.add_track(request, changes);
    EXPECT_TRUE(track.has_value());
    return track ? *track : TrackState{};
  }
  rtc::SessionDescription offer(const std::string& sdp) {
    changes = {};
    const auto answer = publisher.handle_offer(sdp, changes);
    EXPECT_TRUE(answer.has_value()) << (answer ? "" : answer.error().message);
    auto description = rtc::SessionDescription::parse(answer ? *answer : "");
    return description ? std::move(*description) : rtc::SessionDescription{};
  }
};

TrackRequest microphone(bool disable_red = false) {
  return {
      .cid = "mic-track", .kind = MediaKind::kAudio, .source = TrackSource::kMicrophone, .disable_red = disable_red};
}
TrackRequest camera() {
  return {.cid = "cam-track",
          .kind = MediaKind::kVideo,
          .source = TrackSource::kCamera,
          .layers = {{.quality = VideoQuality::kLow, .width = 320, .height = 180},
                     {.quality = VideoQuality::kMedium, .width = 640, .height = 360},
                     {.quality = VideoQuality::kHigh, .width = 1280, .height = 720}},
          .codec = Codec::kVp8};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, from.size(), to);
}

std::vector<std::string> rids_of(const TrackState& track) {
  std::vector<std::string> rids;
  for (const VideoLayer& layer : track.layers) rids.push_back(layer.rid);
  return rids;
}

TEST(Publisher, an_offer_binds_announced_tracks_to_their_sections) {
  Bench bench;
  const TrackState mic = bench.add(microphone());
  const TrackState cam = bench.add(camera());
  bench.offer(test::chromium_offer());
  ASSERT_EQ(bench.changes.bound.size(), 2U);
  EXPECT_EQ(bench.publisher.find(mic.sid)->state.mid, "0");
  EXPECT_EQ(bench.publisher.find(cam.sid)->state.mid, "1");
  EXPECT_TRUE(bench.publisher.find(cam.sid)->state.is_simulcast);
}

TEST(Publisher, layers_take_rids_by_their_place_in_the_declaration_whatever_its_order) {
  Bench low_first;
  const TrackState upward = low_first.add(camera());
  low_first.offer(test::chromium_offer());
  EXPECT_THAT(rids_of(low_first.publisher.find(upward.sid)->state), ElementsAre("q", "h", "f"));

  Bench high_first;
  TrackRequest request = camera();
  std::ranges::reverse(request.layers);
  const TrackState downward = high_first.add(request);
  high_first.offer(replaced(test::chromium_offer(), "a=rid:q send\r\na=rid:h send\r\na=rid:f send\r\n",
                            "a=rid:f send\r\na=rid:h send\r\na=rid:q send\r\n"));
  const TrackState& state = high_first.publisher.find(downward.sid)->state;
  EXPECT_THAT(rids_of(state), ElementsAre("q", "h", "f"));
  EXPECT_EQ(state.layers[0].quality, VideoQuality::kLow);
}

TEST(Publisher, of_announced_layers_only_those_that_are_sent_remain_the_best_ones) {
  Bench bench;
  const TrackState cam = bench.add(camera());
  bench.offer(replaced(test::chromium_offer(),
                       "a=rid:q send\r\na=rid:h send\r\na=rid:f send\r\na=simulcast:send q;h;f\r\n",
                       "a=ssrc:5 cname:x\r\n"));
  const TrackState& state = bench.publisher.find(cam.sid)->state;
  ASSERT_EQ(state.layers.size(), 1U);
  EXPECT_EQ(state.layers[0].quality, VideoQuality::kHigh);
  EXPECT_FALSE(state.is_simulcast);
}

TEST(Publisher, a_section_that_was_offered_first_is_bound_when_its_track_is_announced) {
  Bench bench;
  bench.offer(test::chromium_offer());
  EXPECT_THAT(bench.changes.bound, IsEmpty());
  const TrackState mic = bench.add(microphone());
  EXPECT_EQ(bench.changes.bound.size(), 1U);
  EXPECT_EQ(mic.mid, "0");
}

/// As Firefox offers: its tracks have names there that no announcement has.
std::string offer_of_other_names(std::string text) {
  text = replaced(text, "a=msid:stream mic-track", "a=msid:- {0c5a}");
  text = replaced(text, "a=ssrc:1001 msid:stream mic-track\r\n", "");
  return replaced(text, "a=msid:stream cam-track", "a=msid:- {77d1}");
}

TEST(Publisher, a_section_under_an_unknown_name_carries_the_track_that_waits) {
  Bench bench;
  const TrackState mic = bench.add(microphone());
  const TrackState cam = bench.add(camera());
  bench.offer(offer_of_other_names(test::chromium_offer()));
  EXPECT_EQ(bench.publisher.find(mic.sid)->state.mid, "0");
  EXPECT_EQ(bench.publisher.find(cam.sid)->state.mid, "1");
}

TEST(Publisher, a_track_under_an_unknown_name_keeps_its_section_when_another_waits) {
  Bench bench;
  const TrackState cam = bench.add(camera());
  const std::string offer = offer_of_other_names(test::chromium_offer());
  bench.offer(offer);
  TrackRequest screen = camera();
  screen.cid = "screen-track";
  const TrackState second = bench.add(screen);
  bench.offer(offer);
  EXPECT_THAT(bench.changes.ended, IsEmpty());
  EXPECT_EQ(bench.publisher.find(cam.sid)->state.mid, "1");
  EXPECT_FALSE(bench.publisher.find(second.sid)->media.has_value());
}

TEST(Publisher, a_name_counts_more_than_the_time_a_track_has_waited) {
  Bench bench;
  TrackRequest earlier = microphone();
  earlier.cid = "another-track";
  const TrackState first = bench.add(earlier);
  const TrackState mic = bench.add(microphone());
  bench.offer(test::chromium_offer());
  EXPECT_EQ(bench.publisher.find(mic.sid)->state.mid, "0");
  EXPECT_FALSE(bench.publisher.find(first.sid)->media.has_value());
}

TEST(Publisher, sound_is_asked_for_with_redundancy_unless_the_track_says_no) {
  Bench redundant;
  const TrackState mic = redundant.add(microphone());
  EXPECT_EQ(redundant.offer(test::chromium_offer()).media[0].codecs[0].name, "red");
  EXPECT_EQ(redundant.publisher.find(mic.sid)->state.codec, Codec::kRed);
  Bench plain;
  plain.add(microphone(true));
  EXPECT_EQ(plain.offer(test::chromium_offer()).media[0].codecs[0].name, "opus");
}

TEST(Publisher, encrypted_sound_has_no_redundancy_to_strip) {
  Bench bench;
  TrackRequest request = microphone();
  request.is_encrypted = true;
  bench.add(request);
  EXPECT_EQ(bench.offer(test::chromium_offer()).media[0].codecs[0].name, "opus");
}

TEST(Publisher, a_section_that_stops_sending_ends_its_track) {
  Bench bench;
  const TrackState mic = bench.add(microphone());
  bench.offer(test::chromium_offer());
  bench.offer(replaced(test::chromium_offer(), "a=sendonly", "a=recvonly"));
  EXPECT_THAT(bench.changes.ended, ElementsAre(mic.sid));
}

TEST(Publisher, a_section_may_carry_another_track_later) {
  Bench bench;
  const TrackState first = bench.add(microphone());
  bench.offer(test::chromium_offer());
  TrackRequest next = microphone();
  next.cid = "second-track";
  const TrackState second = bench.add(next);
  bench.offer(replaced(test::chromium_offer(), "a=msid:stream mic-track", "a=msid:stream second-track"));
  EXPECT_THAT(bench.changes.ended, ElementsAre(first.sid));
  ASSERT_EQ(bench.changes.bound.size(), 1U);
  EXPECT_EQ(bench.changes.bound[0]->state.sid, second.sid);
}

TEST(Publisher, another_codec_of_a_known_track_is_the_same_track) {
  Bench bench;
  const TrackState cam = bench.add(camera());
  TrackRequest backup = camera();
  backup.sid = cam.sid;
  EXPECT_EQ(bench.add(backup).sid, cam.sid);
  backup.sid = "TR_VCunknown";
  EXPECT_FALSE(bench.publisher.add_track(backup, bench.changes).has_value());
}

TEST(Publisher, new_credentials_restart_ice_under_a_new_name_of_ours) {
  Bench bench;
  const std::string first = bench.offer(test::chromium_offer()).media[0].ice_ufrag;
  EXPECT_EQ(bench.offer(test::chromium_offer()).media[0].ice_ufrag, first);
  std::string restarted = test::chromium_offer();
  for (int i = 0; i < 3; ++i) restarted = replaced(restarted, "a=ice-ufrag:abcd", "a=ice-ufrag:wxyz");
  EXPECT_NE(bench.offer(restarted).media[0].ice_ufrag, first);
}

}  // namespace
}  // namespace kith::sfu

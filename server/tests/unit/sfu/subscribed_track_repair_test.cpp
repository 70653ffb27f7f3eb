#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "media_source.hpp"
#include "sfu/subscribed_track.hpp"
#include "sfu/subscriber_extensions.hpp"

namespace kith::sfu {
namespace {

using std::chrono::milliseconds;
using test::Datagram;
using test::Heard;
using test::Publisher;
using test::Viewer;
using test::Vp8Encoder;
using testing::ElementsAre;

const Instant kStart(std::chrono::hours(1));
constexpr Duration kFrameTime = milliseconds(33);
constexpr Layer kTop{.spatial = 2, .temporal = 3};

PublishedTrack::Options simulcast() { return {.kind = MediaKind::kVideo, .rids = {"q", "h", "f"}}; }
PublishedTrack::Options single() { return {.kind = MediaKind::kVideo, .rids = {}}; }
PublishedTrack::Options audio() { return {.kind = MediaKind::kAudio, .rids = {}, .wants_retransmission = false}; }

/// A sender report that says: at `wall_ns` of the publisher's clock the stream stood at `timestamp`.
rtc::SenderReport report(rtc::Ssrc ssrc, int64_t wall_ns, uint32_t timestamp) {
  return {.sender = ssrc, .ntp = ntp_of_nanoseconds(wall_ns), .rtp_timestamp = timestamp};
}

TEST(SubscribedTrackRepair, answers_a_nack_on_the_retransmission_stream) {
  Publisher publisher(single());
  Viewer viewer(publisher.track);
  viewer.track.set_target({.spatial = 0, .temporal = 1});
  Vp8Encoder encoder({.has_temporal_layers = true});
  Instant now = kStart;
  for (int i = 0; i < 20; ++i, now += kFrameTime) {
    for (const Datagram& packet : encoder.frame(i == 0)) viewer.offer(publisher.receive(now, 0, packet));
  }
  const Heard lost = *viewer.heard[20];
  const size_t before = viewer.heard.size();
  OutgoingPacket scratch;
  auto ear = viewer.ear();
  viewer.track.answer_nack(now, {.media = Viewer::kSsrc, .lost = {lost.packet.sequence}}, milliseconds(50), scratch,
                           ear);
  ASSERT_EQ(viewer.heard.size(), before + 1);
  const rtc::RtpPacket& again = viewer.heard.back()->packet;
  EXPECT_EQ(again.ssrc, Viewer::kRtxSsrc);
  EXPECT_EQ(again.payload_type, test::kRtxType);
  EXPECT_EQ(again.timestamp, lost.packet.timestamp);
  EXPECT_EQ(again.marker, lost.packet.marker);
  EXPECT_EQ(rtc::load_u16(again.payload.data()), lost.packet.sequence);
  const rtc::Bytes original(lost.bytes.data() + lost.packet.header_size, lost.packet.payload.size());
  EXPECT_TRUE(std::ranges::equal(again.payload.subspan(2), original));
}

TEST(SubscribedTrackRepair, sends_a_packet_again_three_times_at_most_and_not_within_a_round_trip) {
  Publisher publisher(single());
  Viewer viewer(publisher.track);
  viewer.track.set_target(kTop);
  Vp8Encoder encoder({});
  for (const Datagram& packet : encoder.frame(true)) viewer.offer(publisher.receive(kStart, 0, packet));
  const rtc::Nack nack{.lost = {viewer.heard[1]->packet.sequence}};
  OutgoingPacket scratch;
  int sent = 0;
  const auto count = [&sent](OutgoingPacket&) { ++sent; };
  for (int i = 0; i < 20; ++i)
    viewer.track.answer_nack(kStart + milliseconds(10) * i, nack, milliseconds(50), scratch, count);
  EXPECT_EQ(sent, 3);
  EXPECT_EQ(viewer.track.counts().nacked, 20U);
  EXPECT_EQ(viewer.track.counts().retransmitted, 3U);
}

TEST(SubscribedTrackRepair, does_not_repair_what_a_key_frame_made_needless) {
  Publisher publisher(single());
  Viewer viewer(publisher.track);
  viewer.track.set_target(kTop);
  Vp8Encoder encoder({});
  for (const bool is_key : {true, false, true}) {
    for (const Datagram& packet : encoder.frame(is_key)) viewer.offer(publisher.receive(kStart, 0, packet));
  }
  rtc::Nack nack;
  for (const auto& heard : viewer.heard) nack.lost.push_back(heard->packet.sequence);
  OutgoingPacket scratch;
  int sent = 0;
  const auto count = [&sent](OutgoingPacket&) { ++sent; };
  viewer.track.answer_nack(kStart, nack, milliseconds(50), scratch, count);
  EXPECT_EQ(sent, 3);
}

TEST(SubscribedTrackRepair, reports_keep_lips_in_step_across_tracks) {
  // Audio and video of one participant, captured at the same moments, with unlike timestamps.
  Publisher sound(audio());
  Publisher picture(single());
  Viewer ear(sound.track, 1);
  Viewer eye(picture.track, 2);
  ear.track.set_target({.spatial = 0, .temporal = 0});
  eye.track.set_target(kTop);
  const int64_t wall = 3'900'000'000'000'000'000;
  const Instant now = kStart + milliseconds(40);
  ParticipantClock clock;
  const auto sound_report = report(1, wall, 500'000);
  const auto picture_report = report(2, wall + 7'000'000, 12'345);
  const Datagram opus{0xFC, 1, 2};
  ear.offer(sound.receive(now, 0, test::rtp({.payload_type = test::kOpusType, .timestamp = 500'000, .ssrc = 1}, opus)));
  Vp8Encoder encoder({.ssrc = 2, .timestamp = 12'345 - 630});
  for (const Datagram& packet : encoder.frame(true)) eye.offer(picture.receive(now, 0, packet));
  EXPECT_FALSE(ear.track.sender_report(now, 1, clock)) << "before the publisher's first report there is nothing to say";
  // The reports are delayed unlike: the least delayed one counts for both.
  ASSERT_TRUE(sound.track.handle_sender_report(now, sound_report));
  clock.handle_report(kStart + milliseconds(5), sound_report.ntp);
  ASSERT_TRUE(picture.track.handle_sender_report(now, picture_report));
  clock.handle_report(kStart + milliseconds(90), picture_report.ntp);
  const uint64_t now_ntp = ntp_of_nanoseconds(wall + 55'000'000'000);
  const auto of_sound = ear.track.sender_report(now, now_ntp, clock);
  const auto of_picture = eye.track.sender_report(now, now_ntp, clock);
  ASSERT_TRUE(of_sound);
  ASSERT_TRUE(of_picture);
  // Both packets were captured at `wall`: the reports must put them at the same time.
  const double sound_behind = static_cast<int32_t>(of_sound->rtp_timestamp - ear.heard[0]->packet.timestamp) / 48'000.0;
  const double picture_behind =
      static_cast<int32_t>(of_picture->rtp_timestamp - eye.heard[0]->packet.timestamp) / 90'000.0;
  EXPECT_NEAR(sound_behind, picture_behind, 0.0001);
  EXPECT_NEAR(sound_behind, 0.035, 0.0001);
  EXPECT_EQ(of_picture->packet_count, 3U);
  EXPECT_FALSE(ear.track.sender_report(now + std::chrono::seconds(3), now_ntp, clock)) << "the source fell silent";
  sound.track.set_muted(true);
  EXPECT_TRUE(ear.track.sender_report(now + std::chrono::seconds(3), now_ntp, clock)) << "muted is not silent";
}

TEST(SubscribedTrackRepair, a_lost_picture_asks_for_the_layer_that_is_watched) {
  Publisher publisher(simulcast());
  Viewer viewer(publisher.track);
  EXPECT_EQ(viewer.track.handle_picture_loss(kStart, milliseconds(100)), std::nullopt);
  viewer.track.set_target({.spatial = 1, .temporal = 3});
  EXPECT_EQ(viewer.track.handle_picture_loss(kStart, milliseconds(100)), 1);
  Vp8Encoder encoder({});
  for (const Datagram& packet : encoder.frame(true)) viewer.offer(publisher.receive(kStart, 1, packet));
  EXPECT_EQ(viewer.track.handle_picture_loss(kStart + milliseconds(50), milliseconds(100)), std::nullopt)
      << "a key frame is on its way";
  EXPECT_EQ(viewer.track.handle_picture_loss(kStart + milliseconds(150), milliseconds(100)), 1);
}

TEST(SubscribedTrackRepair, probes_with_padding_on_the_retransmission_stream) {
  Publisher publisher(single());
  Viewer viewer(publisher.track);
  OutgoingPacket out;
  EXPECT_FALSE(viewer.track.make_padding(out)) << "nothing was sent yet";
  viewer.track.set_target(kTop);
  Vp8Encoder encoder({});
  for (const Datagram& packet : encoder.frame(true)) viewer.offer(publisher.receive(kStart, 0, packet));
  ASSERT_TRUE(viewer.track.make_padding(out));
  out.set_transport_sequence(77);
  viewer.hear(out);
  const rtc::RtpPacket& padding = viewer.heard.back()->packet;
  EXPECT_EQ(padding.ssrc, Viewer::kRtxSsrc);
  EXPECT_TRUE(padding.payload.empty());
  EXPECT_EQ(padding.padding_size, 255U);
  EXPECT_TRUE(padding.find_extension(subscriber_extension_id(rtc::RtpExtension::kTransportSequence)));
}

}  // namespace
}  // namespace kith::sfu

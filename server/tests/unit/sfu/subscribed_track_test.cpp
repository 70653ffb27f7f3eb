#include "sfu/subscribed_track.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "media_source.hpp"
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

void expect_no_holes(const Viewer& viewer) {
  for (size_t i = 1; i < viewer.heard.size(); ++i) {
    const rtc::RtpPacket& before = viewer.heard[i - 1]->packet;
    const rtc::RtpPacket& packet = viewer.heard[i]->packet;
    ASSERT_EQ(rtc::sequence_distance(before.sequence, packet.sequence), 1) << i;
    ASSERT_GE(static_cast<int32_t>(packet.timestamp - before.timestamp), 0) << i;
  }
}

/// Each picture id is that of the packet before, or the next.
void expect_continuous_pictures(const Viewer& viewer) {
  for (size_t i = 1; i < viewer.heard.size(); ++i) {
    const uint16_t step = (viewer.heard[i]->vp8->picture_id - viewer.heard[i - 1]->vp8->picture_id) & 0x7FFF;
    ASSERT_LE(step, 1) << i;
    const bool is_new_frame = viewer.heard[i]->packet.timestamp != viewer.heard[i - 1]->packet.timestamp;
    ASSERT_EQ(step, is_new_frame ? 1 : 0) << i;
    ASSERT_LE(static_cast<uint8_t>(viewer.heard[i]->vp8->base_picture - viewer.heard[i - 1]->vp8->base_picture), 1)
        << i;
  }
}

TEST(SubscribedTrack, forwards_nothing_before_a_key_frame) {
  Publisher publisher(single());
  Viewer viewer(publisher.track);
  viewer.track.set_target(kTop);
  Vp8Encoder encoder({});
  for (const Datagram& packet : encoder.frame()) EXPECT_FALSE(viewer.offer(publisher.receive(kStart, 0, packet)));
  EXPECT_EQ(viewer.track.awaited_key_frame(), 2);
  for (const Datagram& packet : encoder.frame(true)) EXPECT_TRUE(viewer.offer(publisher.receive(kStart, 0, packet)));
  EXPECT_EQ(viewer.track.awaited_key_frame(), std::nullopt);
}

TEST(SubscribedTrack, writes_its_own_ssrc_payload_type_and_a_wide_picture_id) {
  Publisher publisher(single());
  SubscribedTrack::Options options = Viewer::options(publisher.track);
  options.payload_type = 120;
  Viewer viewer(options, 3);
  viewer.track.set_target(kTop);
  Vp8Encoder encoder({});
  for (const Datagram& packet : encoder.frame(true)) viewer.offer(publisher.receive(kStart, 0, packet));
  ASSERT_EQ(viewer.heard.size(), 3U);
  EXPECT_EQ(viewer.heard[0]->packet.ssrc, Viewer::kSsrc);
  EXPECT_EQ(viewer.heard[0]->packet.payload_type, 120);
  EXPECT_FALSE(viewer.heard[1]->packet.marker);
  EXPECT_TRUE(viewer.heard[2]->packet.marker);
  const auto vp8 = Vp8Descriptor::parse(viewer.heard[0]->packet.payload);
  ASSERT_TRUE(vp8);
  EXPECT_TRUE(vp8->is_wide_picture_id);
  // What follows the descriptor is untouched.
  EXPECT_EQ(viewer.heard[0]->packet.payload.size() - vp8->size, 51U);
}

TEST(SubscribedTrack, leaves_room_for_the_transport_sequence_number) {
  Publisher publisher(single());
  Viewer viewer(publisher.track);
  viewer.track.set_target(kTop);
  Vp8Encoder encoder({});
  const MediaPacket* const packet = publisher.receive(kStart, 0, encoder.frame(true)[0]);
  OutgoingPacket out;
  ASSERT_TRUE(viewer.track.forward(*packet, out));
  out.set_transport_sequence(0xBEEF);
  viewer.hear(out);
  const auto value =
      viewer.heard[0]->packet.find_extension(subscriber_extension_id(rtc::RtpExtension::kTransportSequence));
  ASSERT_TRUE(value);
  EXPECT_THAT(*value, ElementsAre(0xBE, 0xEF));
}

TEST(SubscribedTrack, simulcast_switches_yield_one_continuous_stream) {
  Publisher publisher(simulcast());
  Viewer viewer(publisher.track);
  std::array<Vp8Encoder, 3> encoders{
      Vp8Encoder({.ssrc = 1, .sequence = 65'530, .timestamp = 0xFFFF'FF00, .picture_id = 32'760}),
      Vp8Encoder({.ssrc = 2, .sequence = 7, .timestamp = 1'000'000, .picture_id = 5, .base_picture = 250}),
      Vp8Encoder({.ssrc = 3, .sequence = 40'000, .timestamp = 77, .picture_id = 20'000})};
  Instant now = kStart;
  SeededRandom random(7);
  viewer.track.set_target({.spatial = 0, .temporal = 3});
  int switches = 0;
  for (int i = 0; i < 600; ++i, now += kFrameTime) {
    if (i % 40 == 20) viewer.track.set_target({.spatial = static_cast<int8_t>(random.below(3)), .temporal = 3});
    const auto awaited = viewer.track.awaited_key_frame();
    switches += awaited ? 1 : 0;
    for (uint8_t encoding = 0; encoding < 3; ++encoding) {
      if (i % 100 == 0) {
        const int64_t wall = 4'000'000'000'000'000'000 + (now - kStart).count();
        publisher.track.handle_sender_report(now, report(encoding + 1U, wall, encoders[encoding].next().timestamp));
      }
      for (const Datagram& packet : encoders[encoding].frame(awaited == encoding)) {
        viewer.offer(publisher.receive(now, encoding, packet));
      }
    }
  }
  EXPECT_GE(switches, 8);
  EXPECT_GE(viewer.heard.size(), 600U * 3);
  expect_no_holes(viewer);
  expect_continuous_pictures(viewer);
  // By sender reports the frame after a switch is one frame time later, whatever the encodings' timestamps; the same
  // moment in the next higher encoding is the smallest step later.
  for (size_t i = 1; i < viewer.heard.size(); ++i) {
    const uint32_t step = viewer.heard[i]->packet.timestamp - viewer.heard[i - 1]->packet.timestamp;
    ASSERT_TRUE(step == 0 || step == 1500 || (step >= 2900 && step <= 3100)) << i << ": " << step;
  }
}

TEST(SubscribedTrack, without_sender_reports_arrival_places_a_switch) {
  Publisher publisher(simulcast());
  Viewer viewer(publisher.track);
  Vp8Encoder low({.ssrc = 1, .timestamp = 5});
  Vp8Encoder high({.ssrc = 2, .timestamp = 0x8000'0000});
  viewer.track.set_target({.spatial = 0, .temporal = 3});
  for (const Datagram& packet : low.frame(true)) viewer.offer(publisher.receive(kStart, 0, packet));
  viewer.track.set_target({.spatial = 1, .temporal = 3});
  for (const Datagram& packet : high.frame(true)) {
    viewer.offer(publisher.receive(kStart + milliseconds(100), 1, packet));
  }
  ASSERT_EQ(viewer.heard.size(), 6U);
  EXPECT_EQ(viewer.heard[3]->packet.timestamp - viewer.heard[2]->packet.timestamp, 9000U);
}

TEST(SubscribedTrack, a_switch_never_takes_time_back) {
  Publisher publisher(simulcast());
  Viewer viewer(publisher.track);
  Vp8Encoder low({.ssrc = 1});
  Vp8Encoder high({.ssrc = 2});
  viewer.track.set_target({.spatial = 0, .temporal = 3});
  for (const Datagram& packet : low.frame(true)) viewer.offer(publisher.receive(kStart, 0, packet));
  viewer.track.set_target({.spatial = 1, .temporal = 3});
  for (const Datagram& packet : high.frame(true)) viewer.offer(publisher.receive(kStart, 1, packet));
  EXPECT_EQ(viewer.heard[3]->packet.timestamp - viewer.heard[2]->packet.timestamp, 1500U);
}

TEST(SubscribedTrack, dropped_temporal_layers_leave_no_gap) {
  Publisher publisher(single());
  Viewer viewer(publisher.track);
  viewer.track.set_target({.spatial = 0, .temporal = 1});
  Vp8Encoder encoder({.sequence = 65'500, .picture_id = 32'700, .has_temporal_layers = true});
  for (int i = 0; i < 400; ++i) {
    for (const Datagram& packet : encoder.frame(i == 0)) {
      viewer.offer(publisher.receive(kStart + i * kFrameTime, 0, packet));
    }
  }
  EXPECT_EQ(viewer.heard.size(), 200U * 3);
  expect_no_holes(viewer);
  expect_continuous_pictures(viewer);
  for (const auto& heard : viewer.heard) EXPECT_LE(heard->vp8->temporal_layer, 1);
}

TEST(SubscribedTrack, raises_the_frame_rate_where_the_codec_allows_it) {
  Publisher publisher(single());
  Viewer viewer(publisher.track);
  viewer.track.set_target({.spatial = 0, .temporal = 0});
  Vp8Encoder encoder({.packets_per_frame = 1, .has_temporal_layers = true});
  std::vector<int> layers;
  for (int i = 0; i < 24; ++i) {
    if (i == 6) viewer.track.set_target({.spatial = 0, .temporal = 2});
    for (const Datagram& packet : encoder.frame(i == 0)) {
      if (viewer.offer(publisher.receive(kStart + i * kFrameTime, 0, packet))) {
        layers.push_back(viewer.heard.back()->vp8->temporal_layer);
      }
    }
  }
  // The pattern is 0 2 1 2; only the second and third of eight carry the sync bit: layer 1 joins at frame 10, layer 2
  // at frame 17.
  EXPECT_THAT(layers, ElementsAre(0, 0, 0, 1, 0, 1, 0, 2, 1, 2, 0, 2, 1, 2));
  expect_no_holes(viewer);
}

TEST(SubscribedTrack, late_packets_take_their_place_after_drops) {
  // The same packets once in order, once shuffled a little: what the subscriber gets must be the same stream.
  Publisher in_order(single());
  Publisher shuffled(single());
  Viewer reference(in_order.track, 5);
  Viewer viewer(shuffled.track, 5);
  reference.track.set_target({.spatial = 0, .temporal = 1});
  viewer.track.set_target({.spatial = 0, .temporal = 1});
  SeededRandom random(11);
  Vp8Encoder encoder({.has_temporal_layers = true});
  std::vector<Datagram> delayed;
  Instant now = kStart;
  for (int i = 0; i < 300; ++i, now += kFrameTime) {
    for (const Datagram& packet : encoder.frame(i == 0)) {
      reference.offer(in_order.receive(now, 0, packet));
      if (i > 0 && random.below(10) == 0) {
        delayed.push_back(packet);
        continue;
      }
      viewer.offer(shuffled.receive(now, 0, packet));
    }
    if (i % 3 == 0) {
      for (const Datagram& packet : delayed) viewer.offer(shuffled.receive(now, 0, packet));
      delayed.clear();
    }
  }
  for (const Datagram& packet : delayed) viewer.offer(shuffled.receive(now, 0, packet));
  // Which frames were wholly or partly late and unwanted is seen by padding: it fills their place.
  std::map<uint16_t, const Heard*> by_sequence;
  size_t padding = 0;
  for (const auto& heard : viewer.heard) {
    EXPECT_TRUE(by_sequence.emplace(heard->packet.sequence, heard.get()).second) << "sent twice";
    padding += heard->packet.payload.empty() ? 1 : 0;
  }
  EXPECT_EQ(viewer.heard.size() - padding, reference.heard.size());
  EXPECT_GT(padding, 0U);
  std::vector<Datagram> contents;
  for (uint16_t sequence = viewer.heard[0]->packet.sequence; by_sequence.contains(sequence); ++sequence) {
    const Heard& heard = *by_sequence[sequence];
    if (heard.packet.payload.empty()) continue;
    const rtc::Bytes content = heard.packet.payload.subspan(heard.vp8->size);
    contents.emplace_back(content.begin(), content.end());
  }
  ASSERT_EQ(contents.size(), reference.heard.size()) << "a hole in the sequence numbers";
  for (size_t i = 0; i < contents.size(); ++i) {
    const Heard& heard = *reference.heard[i];
    const rtc::Bytes expected = heard.packet.payload.subspan(heard.vp8->size);
    EXPECT_TRUE(std::ranges::equal(contents[i], expected)) << i;
  }
}

TEST(SubscribedTrack, padding_of_the_publisher_is_closed_up) {
  Publisher publisher(single());
  Viewer viewer(publisher.track);
  viewer.track.set_target(kTop);
  Vp8Encoder encoder({});
  for (int i = 0; i < 10; ++i) {
    for (const Datagram& packet : encoder.frame(i == 0)) viewer.offer(publisher.receive(kStart, 0, packet));
    EXPECT_FALSE(viewer.offer(publisher.receive(kStart, 0, test::padding_packet(encoder.next(), 200))));
    encoder.skip_sequence();
  }
  EXPECT_EQ(viewer.heard.size(), 30U);
  expect_no_holes(viewer);
}

TEST(SubscribedTrack, a_newcomer_gets_the_frames_since_the_last_key_frame) {
  Publisher publisher(single());
  Vp8Encoder encoder({});
  Instant now = kStart;
  for (int i = 0; i < 20; ++i, now += kFrameTime) {
    for (const Datagram& packet : encoder.frame(i == 5)) publisher.receive(now, 0, packet);
  }
  Viewer viewer(publisher.track);
  viewer.track.set_target(kTop);
  OutgoingPacket scratch;
  auto ear = viewer.ear();
  EXPECT_TRUE(viewer.track.replay(now, scratch, ear));
  EXPECT_EQ(viewer.heard.size(), 15U * 3);
  EXPECT_EQ(viewer.track.awaited_key_frame(), std::nullopt);
  for (const Datagram& packet : encoder.frame()) EXPECT_TRUE(viewer.offer(publisher.receive(now, 0, packet)));
  expect_no_holes(viewer);
  expect_continuous_pictures(viewer);
}

TEST(SubscribedTrack, a_key_frame_whose_first_packet_came_late_is_a_beginning) {
  Publisher publisher(single());
  Viewer viewer(publisher.track);
  viewer.track.set_target(kTop);
  Vp8Encoder encoder({});
  for (const Datagram& packet : encoder.frame()) viewer.offer(publisher.receive(kStart, 0, packet));
  const std::vector<Datagram> key = encoder.frame(true);
  for (const size_t i : {1, 2, 0}) EXPECT_FALSE(viewer.offer(publisher.receive(kStart, 0, key[i])));
  OutgoingPacket scratch;
  auto ear = viewer.ear();
  EXPECT_TRUE(viewer.track.replay(kStart, scratch, ear));
  EXPECT_EQ(viewer.heard.size(), 3U);
  for (const Datagram& packet : encoder.frame()) EXPECT_TRUE(viewer.offer(publisher.receive(kStart, 0, packet)));
  expect_no_holes(viewer);
}

TEST(SubscribedTrack, a_key_frame_older_than_a_second_is_no_beginning) {
  Publisher publisher(single());
  Vp8Encoder encoder({});
  for (const Datagram& packet : encoder.frame(true)) publisher.receive(kStart, 0, packet);
  Viewer viewer(publisher.track);
  viewer.track.set_target(kTop);
  OutgoingPacket scratch;
  auto ear = viewer.ear();
  EXPECT_FALSE(viewer.track.replay(kStart + milliseconds(1001), scratch, ear));
  EXPECT_TRUE(viewer.heard.empty());
  EXPECT_EQ(viewer.track.awaited_key_frame(), 2);
}

TEST(SubscribedTrack, a_pause_ends_with_a_whole_frame_and_goes_on_with_a_key_frame) {
  Publisher publisher(single());
  Viewer viewer(publisher.track);
  viewer.track.set_target(kTop);
  Vp8Encoder encoder({});
  Instant now = kStart;
  const auto send = [&](bool is_key) {
    for (const Datagram& packet : encoder.frame(is_key)) viewer.offer(publisher.receive(now, 0, packet));
    now += kFrameTime;
  };
  send(true);
  const std::vector<Datagram> frame = encoder.frame();
  viewer.offer(publisher.receive(now, 0, frame[0]));
  viewer.track.set_target({});
  viewer.offer(publisher.receive(now, 0, frame[1]));
  viewer.offer(publisher.receive(now, 0, frame[2]));
  EXPECT_EQ(viewer.heard.size(), 6U);
  for (int i = 0; i < 5; ++i) send(false);
  viewer.track.set_target(kTop);
  send(false);
  EXPECT_EQ(viewer.heard.size(), 6U);
  send(true);
  EXPECT_EQ(viewer.heard.size(), 9U);
  expect_no_holes(viewer);
  expect_continuous_pictures(viewer);
  // The time of the pause passed on the subscriber's timeline, too.
  EXPECT_EQ(viewer.heard[6]->packet.timestamp - viewer.heard[5]->packet.timestamp, 7U * 3000);
}

TEST(SubscribedTrack, what_was_broken_off_goes_on_with_a_key_frame) {
  Publisher publisher(single());
  Viewer viewer(publisher.track);
  viewer.track.set_target(kTop);
  Vp8Encoder encoder({});
  for (const Datagram& packet : encoder.frame(true)) viewer.offer(publisher.receive(kStart, 0, packet));
  viewer.track.break_off();
  EXPECT_EQ(viewer.track.awaited_key_frame(), 2);
  for (const Datagram& packet : encoder.frame()) EXPECT_FALSE(viewer.offer(publisher.receive(kStart, 0, packet)));
  for (const Datagram& packet : encoder.frame(true)) EXPECT_TRUE(viewer.offer(publisher.receive(kStart, 0, packet)));
  expect_no_holes(viewer);
}

TEST(SubscribedTrack, a_publisher_that_begins_anew_goes_on_in_the_same_stream) {
  Publisher publisher(single());
  Viewer viewer(publisher.track);
  viewer.track.set_target(kTop);
  Vp8Encoder first({.ssrc = 1});
  Vp8Encoder second({.ssrc = 2, .sequence = 3, .timestamp = 9, .picture_id = 1});
  for (const Datagram& packet : first.frame(true)) viewer.offer(publisher.receive(kStart, 0, packet));
  for (const Datagram& packet : second.frame()) viewer.offer(publisher.receive(kStart + kFrameTime, 0, packet));
  EXPECT_EQ(viewer.heard.size(), 3U);
  EXPECT_EQ(viewer.track.awaited_key_frame(), 2);
  for (const Datagram& packet : second.frame(true)) viewer.offer(publisher.receive(kStart + kFrameTime, 0, packet));
  EXPECT_EQ(viewer.heard.size(), 6U);
  expect_no_holes(viewer);
  expect_continuous_pictures(viewer);
}

TEST(SubscribedTrack, strips_red_to_the_primary_frame_for_those_who_cannot_read_it) {
  Publisher publisher(audio());
  Viewer plain(publisher.track);
  SubscribedTrack::Options options = Viewer::options(publisher.track);
  options.red_payload_type = test::kRedType;
  Viewer redundant(options, 2);
  plain.track.set_target({.spatial = 0, .temporal = 0});
  redundant.track.set_target({.spatial = 0, .temporal = 0});
  // One redundant block of 3 bytes, 960 samples earlier (RFC 2198 §3).
  const Datagram payload{0x80 | 111, 0x0F, 0x00, 0x03, 111, 1, 2, 3, 0xFC, 9, 9};
  const MediaPacket* const packet =
      publisher.receive(kStart, 0, test::rtp({.payload_type = test::kRedType, .sequence = 5, .ssrc = 1}, payload));
  ASSERT_TRUE(plain.offer(packet));
  ASSERT_TRUE(redundant.offer(packet));
  EXPECT_EQ(plain.heard[0]->packet.payload_type, test::kOpusType);
  EXPECT_THAT(plain.heard[0]->packet.payload, ElementsAre(0xFC, 9, 9));
  EXPECT_EQ(redundant.heard[0]->packet.payload_type, test::kRedType);
  EXPECT_TRUE(std::ranges::equal(redundant.heard[0]->packet.payload, payload));
}

TEST(SubscribedTrack, audio_flows_at_once_and_keeps_its_marker) {
  Publisher publisher(audio());
  Viewer viewer(publisher.track);
  viewer.track.set_target({.spatial = 0, .temporal = 0});
  const Datagram payload{0xFC, 1, 2, 3};
  for (uint16_t i = 0; i < 5; ++i) {
    const rtc::RtpHeader header{.payload_type = test::kOpusType,
                                .marker = i == 0,
                                .sequence = static_cast<uint16_t>(65'534 + i),
                                .timestamp = i * 960U,
                                .ssrc = 1};
    EXPECT_TRUE(viewer.offer(publisher.receive(kStart, 0, test::rtp(header, payload))));
  }
  EXPECT_EQ(viewer.track.awaited_key_frame(), std::nullopt);
  expect_no_holes(viewer);
  EXPECT_TRUE(viewer.heard[0]->packet.marker);
  EXPECT_FALSE(viewer.heard[1]->packet.marker);
  EXPECT_EQ(viewer.heard[4]->packet.timestamp - viewer.heard[0]->packet.timestamp, 4U * 960);
}

}  // namespace
}  // namespace kith::sfu

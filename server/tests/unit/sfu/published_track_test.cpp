#include "sfu/published_track.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "media_source.hpp"
#include "sfu/publisher_sources.hpp"
#include "sfu/subscriber_extensions.hpp"

namespace kith::sfu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Datagram;
using test::Publisher;
using test::Viewer;
using test::Vp8Encoder;
using testing::ElementsAre;

const Instant kStart(std::chrono::hours(1));
constexpr rtc::Ssrc kOurs = 99;

TEST(PublishedTrack, loss_is_asked_for_recovered_and_forwarded) {
  // A publisher with 10 % loss and a round trip of 60 ms; what NACKs bring back comes on the RTX stream, with loss too.
  Publisher publisher({.kind = MediaKind::kVideo, .rids = {}});
  publisher.track.set_rtt(milliseconds(60));
  Viewer viewer(publisher.track);
  viewer.track.set_target({.spatial = 0, .temporal = 3});
  SeededRandom random(5);
  Vp8Encoder encoder({.ssrc = 1});
  std::map<uint16_t, Datagram> sent;
  std::deque<std::pair<Instant, Datagram>> on_the_way;
  uint16_t rtx_sequence = 0;
  size_t total = 0;
  std::vector<rtc::RtcpPacket> feedback;
  for (int ms = 0; ms < 20'000; ++ms) {
    const Instant now = kStart + milliseconds(ms);
    if (ms % 33 == 0 && ms < 19'000) {
      for (const Datagram& packet : encoder.frame(ms == 0)) {
        ++total;
        sent[rtc::load_u16(&packet[2])] = packet;
        if (ms == 0 || random.below(10) != 0) viewer.offer(publisher.receive(now, 0, packet));
      }
    }
    if (ms % 5 == 0) publisher.track.take_feedback(now, kOurs, feedback);
    for (const rtc::RtcpPacket& packet : feedback) {
      const auto* const nack = std::get_if<rtc::Nack>(&packet);
      ASSERT_NE(nack, nullptr);
      EXPECT_EQ(nack->media, 1U);
      for (const uint16_t lost : nack->lost) {
        if (random.below(10) == 0) continue;
        on_the_way.push_back({now + milliseconds(60), test::retransmission(sent.at(lost), 2, rtx_sequence++)});
      }
    }
    feedback.clear();
    for (; !on_the_way.empty() && on_the_way.front().first <= now; on_the_way.pop_front()) {
      viewer.offer(publisher.receive(now, 0, on_the_way.front().second));
    }
  }
  EXPECT_GT(publisher.track.encoding(0).stream()->counts().recovered, total / 20);
  std::set<uint16_t> numbers;
  for (const auto& heard : viewer.heard) numbers.insert(heard->packet.sequence);
  EXPECT_EQ(numbers.size(), total);
  EXPECT_EQ(viewer.heard.size(), total) << "every packet once";
}

TEST(PublishedTrack, a_key_frame_is_asked_for_where_it_is_wanted) {
  Publisher publisher({.kind = MediaKind::kVideo, .rids = {"q", "h"}});
  Vp8Encoder low({.ssrc = 1});
  Vp8Encoder high({.ssrc = 2});
  publisher.receive(kStart, 0, low.frame()[0]);
  publisher.receive(kStart, 1, high.frame()[0]);
  std::vector<rtc::RtcpPacket> feedback;
  for (int i = 0; i < 50; ++i) publisher.track.want_key_frame(kStart, 1);
  publisher.track.take_feedback(kStart, kOurs, feedback);
  EXPECT_THAT(feedback, ElementsAre(rtc::PictureLossIndication{.sender = kOurs, .media = 2}));
  feedback.clear();
  publisher.receive(kStart + milliseconds(100), 1, high.frame(true)[0]);
  publisher.track.take_feedback(kStart + seconds(2), kOurs, feedback);
  EXPECT_TRUE(std::ranges::none_of(feedback, [](const rtc::RtcpPacket& packet) {
    return std::holds_alternative<rtc::PictureLossIndication>(packet);
  })) << "it came";
}

TEST(PublishedTrack, a_muted_track_asks_for_nothing) {
  Publisher publisher({.kind = MediaKind::kVideo, .rids = {}});
  Vp8Encoder encoder({.ssrc = 1});
  const auto frame = encoder.frame();
  publisher.receive(kStart, 0, frame[0]);
  publisher.receive(kStart, 0, frame[2]);
  publisher.track.want_key_frame(kStart, 0);
  publisher.track.set_muted(true);
  std::vector<rtc::RtcpPacket> feedback;
  publisher.track.take_feedback(kStart + milliseconds(50), kOurs, feedback);
  EXPECT_TRUE(feedback.empty());
  EXPECT_EQ(publisher.track.next_timeout(), std::nullopt);
}

TEST(PublishedTrack, knows_which_layers_live_and_the_nearest_that_does) {
  Publisher publisher({.kind = MediaKind::kVideo, .rids = {"q", "h", "f"}});
  EXPECT_EQ(publisher.track.alive_layer_near(kStart, 2), -1);
  Vp8Encoder low({.ssrc = 1});
  Vp8Encoder middle({.ssrc = 2});
  publisher.receive(kStart, 0, low.frame()[0]);
  publisher.receive(kStart + milliseconds(800), 1, middle.frame()[0]);
  const Instant now = kStart + milliseconds(900);
  EXPECT_TRUE(publisher.track.is_alive(now, 0));
  EXPECT_FALSE(publisher.track.is_alive(now, 2));
  EXPECT_EQ(publisher.track.alive_layer_near(now, 2), 1);
  EXPECT_EQ(publisher.track.alive_layer_near(now, 0), 0);
  EXPECT_EQ(publisher.track.alive_layer_near(now + milliseconds(200), 0), 1) << "the next higher, if none lower lives";
}

TEST(PublishedTrack, a_slow_layer_is_not_a_dead_one) {
  // A shared screen at rest: a frame a second.
  Publisher publisher({.kind = MediaKind::kVideo, .rids = {}});
  Vp8Encoder encoder({.ssrc = 1});
  for (int i = 0; i < 3; ++i) publisher.receive(kStart + seconds(i), 0, encoder.frame()[0]);
  EXPECT_TRUE(publisher.track.is_alive(kStart + seconds(6), 0));
  EXPECT_FALSE(publisher.track.is_alive(kStart + seconds(6) + milliseconds(1), 0));
}

TEST(PublishedTrack, measures_what_each_layer_costs) {
  Publisher publisher({.kind = MediaKind::kVideo, .rids = {}});
  Vp8Encoder encoder({.ssrc = 1, .has_temporal_layers = true});
  for (int i = 0; i < 64; ++i) {
    for (const Datagram& packet : encoder.frame(i == 0)) publisher.receive(kStart + milliseconds(25) * i, 0, packet);
  }
  const Instant now = kStart + milliseconds(1600);
  const int64_t all = publisher.track.rate(now, {.spatial = 0, .temporal = 2}).bps;
  // 40 frames a second of 3 packets of 57 bytes.
  EXPECT_NEAR(static_cast<double>(all), 40.0 * 3 * 57 * 8, 2000);
  EXPECT_NEAR(static_cast<double>(publisher.track.rate(now, {.spatial = 0, .temporal = 1}).bps), all / 2.0, 2000);
  EXPECT_NEAR(static_cast<double>(publisher.track.rate(now, {.spatial = 0, .temporal = 0}).bps), all / 4.0, 2000);
  EXPECT_EQ(publisher.track.rate(now, {.spatial = 0, .temporal = 3}).bps, all) << "above the highest: all";
  EXPECT_EQ(publisher.track.rate(now, {}).bps, 0);
  EXPECT_EQ(publisher.track.temporal_layers(now, 0), 3);
}

TEST(PublishedTrack, hears_how_loud_it_is) {
  Publisher publisher({.kind = MediaKind::kAudio, .rids = {}});
  EXPECT_EQ(publisher.track.audio_level(), std::nullopt);
  const Datagram payload{0xFC, 1, 2};
  const MediaPacket* const packet = publisher.receive(kStart, 0,
                                                      test::rtp({.payload_type = test::kOpusType, .ssrc = 1}, payload,
                                                                {{rtc::RtpExtension::kAudioLevel, {0x80 | 30}}}));
  ASSERT_NE(packet, nullptr);
  ASSERT_TRUE(publisher.track.audio_level());
  EXPECT_EQ(publisher.track.audio_level()->dbov, 30);
  EXPECT_TRUE(publisher.track.audio_level()->has_voice);
}

TEST(PublishedTrack, drops_unknown_payload_types_and_oversized_packets) {
  Publisher publisher({.kind = MediaKind::kVideo, .rids = {}});
  EXPECT_EQ(publisher.receive(kStart, 0, test::rtp({.payload_type = 20, .ssrc = 1}, Datagram{1, 2, 3})), nullptr);
  EXPECT_EQ(publisher.receive(kStart, 0,
                              test::rtp({.payload_type = test::kVp8Type, .ssrc = 1},
                                        Datagram(PublishedEncoding::kPayloadMax + 1, 0x10))),
            nullptr);
  EXPECT_NE(publisher.receive(
                kStart, 0,
                test::rtp({.payload_type = test::kVp8Type, .ssrc = 1}, Datagram(PublishedEncoding::kPayloadMax, 0x10))),
            nullptr);
}

TEST(SubscriberExtensions, passes_what_subscribers_need_under_our_ids) {
  const Datagram capture_time{1, 2, 3, 4, 5, 6, 7, 8};
  const Datagram datagram = test::rtp({}, Datagram{1},
                                      {{rtc::RtpExtension::kMid, {'7'}},
                                       {rtc::RtpExtension::kAudioLevel, {0x85}},
                                       {rtc::RtpExtension::kAbsCaptureTime, capture_time}});
  std::array<uint8_t, kExtensionBlockMax> out{};
  const ExtensionBlock block =
      write_subscriber_extensions(*rtc::RtpPacket::parse(datagram), test::published_extensions(), false, out);
  ASSERT_GT(block.size, 0U);
  EXPECT_EQ(block.size % 4, 0U);
  EXPECT_EQ(rtc::load_u16(out.data()), 0xBEDE) << "nothing needs two-byte headers";
  rtc::RtpPacket read;
  read.extension_profile = 0xBEDE;
  read.extension_block = rtc::Bytes(out).first(block.size).subspan(4);
  const auto value_of = [&read](rtc::RtpExtension extension) {
    return read.find_extension(subscriber_extension_id(extension));
  };
  ASSERT_TRUE(value_of(rtc::RtpExtension::kTransportSequence));
  EXPECT_EQ(value_of(rtc::RtpExtension::kTransportSequence)->data(), out.data() + kTransportSequenceAtOneByte);
  EXPECT_THAT(*value_of(rtc::RtpExtension::kAudioLevel), ElementsAre(0x85));
  EXPECT_TRUE(std::ranges::equal(*value_of(rtc::RtpExtension::kAbsCaptureTime), capture_time));
  EXPECT_EQ(subscriber_extension_id(rtc::RtpExtension::kMid), 0) << "subscribers know tracks by SSRC";
}

TEST(SubscriberExtensions, ids_are_unlike_and_offered_in_order) {
  for (const MediaKind kind : {MediaKind::kAudio, MediaKind::kVideo}) {
    uint8_t before = 0;
    for (const rtc::RtpExtension extension : subscriber_extensions(kind)) {
      EXPECT_GT(subscriber_extension_id(extension), before);
      before = subscriber_extension_id(extension);
    }
    EXPECT_LE(before, 14);
  }
}

TEST(PublisherSources, finds_encodings_by_mid_and_rid_and_learns_their_ssrcs) {
  PublishedTrack camera({.kind = MediaKind::kVideo, .rids = {"q", "h"}});
  PublishedTrack microphone({.kind = MediaKind::kAudio, .rids = {}});
  PublisherSources sources;
  sources.bind_mid("1", &camera);
  sources.bind_mid("0", &microphone);
  const rtc::RtpExtensionMap ids = test::published_extensions();
  const auto find = [&](rtc::Ssrc ssrc, const std::vector<test::ExtensionValue>& values) {
    const Datagram datagram = test::rtp({.ssrc = ssrc}, Datagram{1}, values);
    return sources.find(*rtc::RtpPacket::parse(datagram), ids);
  };
  using rtc::RtpExtension;
  EXPECT_EQ(find(5, {}).track, nullptr) << "nothing says whose it is";
  EXPECT_EQ(find(5, {{RtpExtension::kMid, {'1'}}}).track, nullptr) << "which of the two encodings?";
  EXPECT_EQ(find(5, {{RtpExtension::kMid, {'9'}}}).track, nullptr);
  EXPECT_EQ(find(5, {{RtpExtension::kMid, {'1'}}, {RtpExtension::kRid, {'h'}}}).encoding, 1);
  EXPECT_EQ(find(5, {}).track, &camera) << "learned";
  EXPECT_EQ(find(6, {{RtpExtension::kMid, {'1'}}, {RtpExtension::kRepairedRid, {'h'}}}).encoding, 1);
  EXPECT_EQ(find(7, {{RtpExtension::kRid, {'q'}}}).track, &camera) << "the RID is enough if only one track has it";
  EXPECT_EQ(find(8, {{RtpExtension::kMid, {'0'}}}).track, &microphone);
  EXPECT_EQ(sources.find(8), &microphone);
  sources.declare(20, 21, &microphone);
  EXPECT_EQ(find(21, {}).track, &microphone);
  sources.remove(&camera);
  EXPECT_EQ(find(5, {}).track, nullptr);
  EXPECT_EQ(find(8, {}).track, &microphone);
}

TEST(PublisherSources, forged_ssrcs_push_out_only_silent_ones) {
  PublishedTrack microphone({.kind = MediaKind::kAudio, .rids = {}});
  PublisherSources sources;
  sources.bind_mid("0", &microphone);
  const rtc::RtpExtensionMap ids = test::published_extensions();
  const Datagram real = test::rtp({.ssrc = 1}, Datagram{1}, {{rtc::RtpExtension::kMid, {'0'}}});
  const Datagram again = test::rtp({.ssrc = 1}, Datagram{1});
  sources.find(*rtc::RtpPacket::parse(real), ids);
  for (rtc::Ssrc ssrc = 100; ssrc < 100 + 2 * PublisherSources::kSourcesMax; ++ssrc) {
    const Datagram forged = test::rtp({.ssrc = ssrc}, Datagram{1}, {{rtc::RtpExtension::kMid, {'0'}}});
    sources.find(*rtc::RtpPacket::parse(forged), ids);
    EXPECT_EQ(sources.find(*rtc::RtpPacket::parse(again), ids).track, &microphone);
  }
  EXPECT_EQ(sources.find(100), nullptr);
}

}  // namespace
}  // namespace kith::sfu

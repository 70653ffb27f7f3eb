#include "sfu/media_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/sfu/simulated_call.hpp"

namespace kith::sfu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::SimulatedCall;
using test::SimulatedClient;
using testing::ElementsAre;

constexpr uint8_t kOpus = 111;
constexpr uint8_t kVp8 = 96;

std::vector<ConnectivityChanged::State> states_of(const SimulatedCall& call, const SimulatedClient& client) {
  std::vector<ConnectivityChanged::State> states;
  for (const auto& change : call.all<ConnectivityChanged>()) {
    if (change.participant == client.id) states.push_back(change.state);
  }
  return states;
}

void speak(SimulatedCall& call, SimulatedClient& client, int packets, uint16_t first = 1, uint8_t level = 30) {
  for (int i = 0; i < packets; ++i) {
    const auto sequence = static_cast<uint16_t>(first + i);
    client.send_audio(sequence, sequence * 960U, "voice " + std::to_string(sequence), level);
    call.run(milliseconds(20));
  }
}

/// Sends frames of one packet each in all three encodings, 30 a second; a key frame first.
void film(SimulatedCall& call, SimulatedClient& client, int frames, uint16_t first = 1, bool has_key_frame = true) {
  for (int i = 0; i < frames; ++i) {
    const auto sequence = static_cast<uint16_t>(first + i);
    for (const char* rid : {"q", "h", "f"}) {
      client.send_video(rid, sequence, sequence * 3000U, i == 0 && has_key_frame, true, true,
                        std::string(rid) + std::to_string(sequence));
    }
    call.run(milliseconds(33));
  }
}

TEST(MediaEngine, who_joins_is_connected_within_a_few_round_trips) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  call.run(milliseconds(300));
  EXPECT_TRUE(anna.is_connected());
  EXPECT_THAT(states_of(call, anna), ElementsAre(ConnectivityChanged::State::kActive));
  EXPECT_EQ(anna.offers.size(), 1U);
}

TEST(MediaEngine, of_two_full_agents_the_one_that_offers_chooses_the_path) {
  SimulatedCall call;
  SimulatedClient& firefox = call.join({.is_full_ice = true});
  SimulatedClient& ben = call.join();
  firefox.publish_microphone();
  call.run(milliseconds(500));
  EXPECT_TRUE(firefox.is_connected());
  EXPECT_THAT(states_of(call, firefox), ElementsAre(ConnectivityChanged::State::kActive));
  speak(call, firefox, 20);
  EXPECT_GE(ben.of_type(kOpus).size(), 10U);
}

TEST(MediaEngine, a_voice_is_announced_offered_and_forwarded) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  SimulatedClient& ben = call.join();
  call.run(milliseconds(300));
  const TrackState track = anna.publish_microphone();
  call.run(milliseconds(300));
  speak(call, anna, 10);
  call.run(milliseconds(20));

  const auto published = call.all<TrackPublished>();
  ASSERT_EQ(published.size(), 1U);
  EXPECT_EQ(published[0].track.sid, track.sid);
  EXPECT_EQ(published[0].track.mid, "0");
  ASSERT_EQ(ben.offers.size(), 2U);
  EXPECT_NE(ben.offers[1].find("a=msid:PA_1|" + track.sid + " " + track.sid), std::string::npos);
  const auto heard = ben.of_type(kOpus);
  ASSERT_EQ(heard.size(), 10U);
  EXPECT_EQ(heard[0].payload, "voice 1");
  EXPECT_EQ(heard[9].payload, "voice 10");
  EXPECT_EQ(static_cast<uint16_t>(heard[9].sequence - heard[0].sequence), 9);
  EXPECT_TRUE(anna.received.empty()) << "nobody hears oneself";
}

TEST(MediaEngine, a_track_is_told_before_the_offer_that_carries_it) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  call.join();
  call.run(milliseconds(300));
  anna.publish_microphone();
  call.run(milliseconds(300));
  bool is_told = false;
  for (const Event& event : call.events) {
    if (std::holds_alternative<TrackPublished>(event)) is_told = true;
    const auto* offer = std::get_if<SubscriberOffer>(&event);
    const bool carries = offer != nullptr && offer->sdp.find("m=audio") != std::string::npos;
    if (carries) {
      EXPECT_TRUE(is_told);
    }
  }
  EXPECT_TRUE(is_told);
}

TEST(MediaEngine, who_joins_later_gets_what_there_is_in_the_first_offer) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  call.run(milliseconds(300));
  anna.publish_microphone();
  call.run(milliseconds(300));
  SimulatedClient& ben = call.join();
  call.run(milliseconds(300));
  ASSERT_EQ(ben.offers.size(), 1U);
  EXPECT_NE(ben.offers[0].find("m=audio"), std::string::npos);
  speak(call, anna, 3);
  EXPECT_EQ(ben.of_type(kOpus).size(), 3U);
}

TEST(MediaEngine, a_picture_is_announced_with_its_first_packet_and_begins_with_a_key_frame) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  SimulatedClient& ben = call.join();
  call.run(milliseconds(300));
  anna.publish_camera();
  call.run(milliseconds(300));
  EXPECT_TRUE(call.all<TrackPublished>().empty());
  film(call, anna, 30);
  EXPECT_EQ(call.all<TrackPublished>().size(), 1U);
  const auto seen = ben.of_type(kVp8);
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen[0].payload.substr(seen[0].payload.size() - 2), "f1") << "the best encoding, from its key frame on";
  for (size_t i = 1; i < seen.size(); ++i) {
    EXPECT_EQ(static_cast<uint16_t>(seen[i].sequence - seen[i - 1].sequence), 1);
    EXPECT_GT(static_cast<int32_t>(seen[i].timestamp - seen[i - 1].timestamp), 0);
  }
}

TEST(MediaEngine, what_is_held_back_leaves_at_the_pace_and_waits_for_nothing_else) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  SimulatedClient& ben = call.join();
  call.run(milliseconds(300));
  anna.publish_camera();
  call.run(milliseconds(300));
  film(call, anna, 30);
  ben.received.clear();
  constexpr size_t kPackets = 60;
  for (size_t i = 0; i < kPackets; ++i) {
    anna.send_video("f", static_cast<uint16_t>(31 + i), 31 * 3000U, true, i == 0, i + 1 == kPackets,
                    std::string(1000, 'k'));
  }
  call.run(seconds(1));
  const auto seen = ben.of_type(kVp8);
  ASSERT_EQ(seen.size(), kPackets);
  EXPECT_GT(seen.back().at - seen.front().at, milliseconds(20)) << "more than may leave at once";
  for (size_t i = 1; i < seen.size(); ++i) EXPECT_LE(seen[i].at - seen[i - 1].at, milliseconds(15)) << i;
}

TEST(MediaEngine, a_viewer_who_wants_less_is_switched_at_a_key_frame_that_is_asked_for) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  SimulatedClient& ben = call.join();
  call.run(milliseconds(300));
  const TrackState track = anna.publish_camera();
  call.run(milliseconds(300));
  film(call, anna, 30);
  anna.publisher_rtcp.clear();
  call.engine->set_track_settings(call.clock.now(), ben.id, track.sid, {.width = 320, .height = 180});
  call.run(milliseconds(30));
  const bool is_asked = std::ranges::any_of(anna.publisher_rtcp, [](const rtc::RtcpPacket& packet) {
    const auto* loss = std::get_if<rtc::PictureLossIndication>(&packet);
    return loss != nullptr && loss->media == 2010;
  });
  EXPECT_TRUE(is_asked) << "of the lowest encoding";
  ben.received.clear();
  film(call, anna, 10, 100);
  const auto seen = ben.of_type(kVp8);
  ASSERT_FALSE(seen.empty());
  for (size_t i = 1; i < seen.size(); ++i) EXPECT_EQ(static_cast<uint16_t>(seen[i].sequence - seen[i - 1].sequence), 1);
  EXPECT_EQ(seen.back().payload.substr(seen.back().payload.size() - 4), "q109");
}

TEST(MediaEngine, a_hidden_picture_costs_nothing_and_the_publisher_is_told_to_stop) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  SimulatedClient& ben = call.join();
  call.run(milliseconds(300));
  const TrackState track = anna.publish_camera();
  call.run(milliseconds(300));
  film(call, anna, 30);
  call.engine->set_track_settings(call.clock.now(), ben.id, track.sid, {.is_disabled = true});
  call.run(milliseconds(50));
  ben.received.clear();
  film(call, anna, 10, 100);
  EXPECT_TRUE(ben.of_type(kVp8).empty());
  call.run(seconds(6));
  const auto demand = call.all<QualityDemandChanged>();
  ASSERT_FALSE(demand.empty());
  EXPECT_TRUE(demand.back().enabled.empty());
}

TEST(MediaEngine, a_lost_packet_is_sent_again_to_who_asks) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  SimulatedClient& ben = call.join();
  call.run(milliseconds(300));
  anna.publish_camera();
  call.run(milliseconds(300));
  film(call, anna, 30);
  const auto seen = ben.of_type(kVp8);
  ASSERT_GE(seen.size(), 5U);
  const auto& lost = seen[seen.size() - 3];
  ben.send_subscriber_rtcp(rtc::Nack{.sender = 1, .media = lost.ssrc, .lost = {lost.sequence}});
  call.run(milliseconds(50));
  const auto repaired = ben.of_type(97);
  ASSERT_EQ(repaired.size(), 1U);
  EXPECT_EQ(rtc::load_u16(rtc::as_bytes(repaired[0].payload).data()), lost.sequence);
  EXPECT_EQ(repaired[0].payload.substr(2), lost.payload);
}

TEST(MediaEngine, packets_lost_on_the_way_in_are_asked_for) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  call.join();
  call.run(milliseconds(300));
  anna.publish_camera();
  call.run(milliseconds(300));
  film(call, anna, 3);
  anna.publisher_rtcp.clear();
  film(call, anna, 3, 6, false);
  const bool is_asked = std::ranges::any_of(anna.publisher_rtcp, [](const rtc::RtcpPacket& packet) {
    const auto* nack = std::get_if<rtc::Nack>(&packet);
    return nack != nullptr && nack->lost == std::vector<uint16_t>{4, 5};
  });
  EXPECT_TRUE(is_asked);
}

TEST(MediaEngine, publishers_are_told_of_arrivals_and_reports) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  call.run(milliseconds(300));
  anna.publish_camera();
  call.run(milliseconds(300));
  film(call, anna, 60);
  const auto has = [&]<typename T>() {
    return std::ranges::any_of(anna.publisher_rtcp,
                               [](const rtc::RtcpPacket& packet) { return std::holds_alternative<T>(packet); });
  };
  EXPECT_TRUE(has.operator()<rtc::TransportFeedback>());
  EXPECT_TRUE(has.operator()<rtc::ReceiverReport>());
}

TEST(MediaEngine, an_unpublished_track_ends_for_everybody_and_its_section_is_used_again) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  SimulatedClient& ben = call.join();
  call.run(milliseconds(300));
  const TrackState track = anna.publish_microphone();
  call.run(milliseconds(300));
  anna.stop_publishing();
  call.run(milliseconds(300));
  const auto ended = call.all<TrackUnpublished>();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].track, track.sid);
  ASSERT_EQ(ben.offers.size(), 3U);
  EXPECT_NE(ben.offers[2].find("a=inactive"), std::string::npos);
  EXPECT_TRUE(call.engine->tracks(anna.id).empty());
}

TEST(MediaEngine, who_leaves_takes_the_tracks_along) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  SimulatedClient& ben = call.join();
  call.run(milliseconds(300));
  anna.publish_microphone();
  call.run(milliseconds(300));
  rtc::Outbox outbox;
  call.engine->leave(call.clock.now(), anna.id, outbox);
  EXPECT_FALSE(outbox.empty()) << "the client is told by DTLS";
  call.run(milliseconds(300));
  EXPECT_NE(ben.offers.back().find("a=inactive"), std::string::npos);
}

TEST(MediaEngine, who_may_not_subscribe_or_publish_does_not) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  SimulatedClient& ben = call.join({.permissions = {.can_subscribe = false, .can_publish = false}});
  call.run(milliseconds(300));
  anna.publish_microphone();
  call.run(milliseconds(300));
  EXPECT_EQ(ben.offers.size(), 1U);
  const auto refused = call.engine->add_track(call.clock.now(), ben.id, {.cid = "x"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, Reason::kNotAllowed);
}

TEST(MediaEngine, a_publisher_chooses_who_may_have_its_tracks) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  SimulatedClient& ben = call.join();
  call.run(milliseconds(300));
  anna.publish_microphone();
  call.run(milliseconds(300));
  call.engine->set_subscription_permission(call.clock.now(), anna.id, {.all_participants = false});
  call.run(milliseconds(300));
  ben.received.clear();
  speak(call, anna, 3);
  EXPECT_TRUE(ben.received.empty());
  const auto told = call.all<SubscriptionAllowed>();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].subscriber, ben.id);
  EXPECT_FALSE(told[0].is_allowed);
}

TEST(MediaEngine, one_track_beyond_the_limit_is_refused) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  for (size_t i = 0; i < 20; ++i) {
    EXPECT_TRUE(call.engine->add_track(call.clock.now(), anna.id, {.cid = "track" + std::to_string(i)}));
  }
  const auto refused = call.engine->add_track(call.clock.now(), anna.id, {.cid = "one more"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, Reason::kTooMany);
}

TEST(MediaEngine, the_same_client_track_announced_again_replaces_the_first) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  const auto first = call.engine->add_track(call.clock.now(), anna.id, {.cid = "mic"});
  const auto second = call.engine->add_track(call.clock.now(), anna.id, {.cid = "mic"});
  ASSERT_TRUE(first && second);
  const auto tracks = call.engine->tracks(anna.id);
  ASSERT_EQ(tracks.size(), 1U);
  EXPECT_EQ(tracks[0].sid, second->sid);
}

TEST(MediaEngine, a_message_reaches_the_signalling_and_goes_out_again) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  SimulatedClient& ben = call.join();
  call.run(milliseconds(300));
  anna.publish_microphone();
  call.run(milliseconds(500));
  anna.send_message("_reliable", "hello");
  call.run(milliseconds(200));
  const auto messages = call.all<DataReceived>();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].message, "hello");
  EXPECT_EQ(messages[0].channel, DataChannel::kReliable);
  EXPECT_TRUE(call.engine->send_data(call.clock.now(), ben.id, DataChannel::kReliable, messages[0].message));
  call.run(milliseconds(200));
  EXPECT_THAT(ben.messages, ElementsAre("hello"));
}

TEST(MediaEngine, messages_for_who_is_still_connecting_wait) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  EXPECT_TRUE(call.engine->send_data(call.clock.now(), anna.id, DataChannel::kReliable, "early"));
  EXPECT_TRUE(call.engine->send_data(call.clock.now(), anna.id, DataChannel::kLossy, "lost"));
  call.run(milliseconds(600));
  EXPECT_THAT(anna.messages, ElementsAre("early"));
}

TEST(MediaEngine, a_client_that_vanishes_is_told_of_and_given_up) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  call.run(milliseconds(300));
  call.drops = [](bool to_engine) { return to_engine; };
  call.run(seconds(10));
  EXPECT_THAT(states_of(call, anna),
              ElementsAre(ConnectivityChanged::State::kActive, ConnectivityChanged::State::kDisconnected));
  call.run(seconds(8));
  EXPECT_EQ(states_of(call, anna).back(), ConnectivityChanged::State::kFailed);
}

TEST(MediaEngine, a_client_that_comes_back_in_time_goes_on) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  SimulatedClient& ben = call.join();
  call.run(milliseconds(300));
  anna.publish_microphone();
  call.run(milliseconds(300));
  call.drops = [](bool) { return true; };
  call.run(seconds(9));
  call.drops = [](bool) { return false; };
  call.run(seconds(4));
  EXPECT_EQ(states_of(call, ben).back(), ConnectivityChanged::State::kReconnected);
  ben.received.clear();
  speak(call, anna, 3);
  EXPECT_EQ(ben.of_type(kOpus).size(), 3U);
}

TEST(MediaEngine, after_an_ice_restart_media_goes_on_without_a_gap) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  SimulatedClient& ben = call.join();
  call.run(milliseconds(300));
  anna.publish_microphone();
  call.run(milliseconds(300));
  speak(call, anna, 5);
  call.engine->restart_ice(call.clock.now(), ben.id);
  speak(call, anna, 20, 6);
  call.run(milliseconds(20));
  EXPECT_EQ(ben.of_type(kOpus).size(), 25U);
  EXPECT_EQ(ben.offers.size(), 3U);
}

TEST(MediaEngine, a_client_that_never_answers_is_given_up) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  anna.answers = false;
  call.run(seconds(16));
  EXPECT_THAT(states_of(call, anna), ElementsAre(ConnectivityChanged::State::kFailed));
}

TEST(MediaEngine, strangers_and_garbage_change_nothing) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  call.run(milliseconds(300));
  rtc::Outbox outbox;
  for (int i = 0; i < 1000; ++i) {
    std::vector<uint8_t> garbage(call.random.below(200));
    for (uint8_t& byte : garbage) byte = static_cast<uint8_t>(call.random.next_u64());
    const rtc::Path path{.remote = rtc::Endpoint::v4(10, 9, 9, 9, static_cast<uint16_t>(i))};
    call.engine->handle_datagram(call.clock.now(), path, garbage, outbox);
  }
  EXPECT_TRUE(outbox.empty()) << "no stranger gets an answer";
  call.run(seconds(1));
  EXPECT_TRUE(anna.is_connected());
}

TEST(MediaEngine, who_speaks_is_told_and_who_falls_silent_too) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  call.join();
  call.run(milliseconds(300));
  anna.publish_microphone();
  call.run(milliseconds(300));
  speak(call, anna, 60, 1, 10);
  const auto loud = call.all<SpeakersChanged>();
  ASSERT_FALSE(loud.empty());
  ASSERT_EQ(loud.back().speakers.size(), 1U);
  EXPECT_EQ(loud.back().speakers[0].participant, anna.id);
  EXPECT_TRUE(loud.back().speakers[0].is_active);
  speak(call, anna, 150, 61, 127);
  const auto silent = call.all<SpeakersChanged>();
  ASSERT_FALSE(silent.back().speakers.empty());
  EXPECT_FALSE(silent.back().speakers[0].is_active);
}

TEST(MediaEngine, a_good_connection_is_called_excellent) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  call.join();
  call.run(milliseconds(300));
  anna.publish_microphone();
  call.run(milliseconds(300));
  speak(call, anna, 300);
  const auto told = call.all<QualityChanged>();
  ASSERT_FALSE(told.empty());
  for (const QualityChanged& change : told) EXPECT_EQ(change.quality, ConnectionQuality::kExcellent);
}

TEST(MediaEngine, an_ended_call_is_silent) {
  SimulatedCall call;
  SimulatedClient& anna = call.join();
  call.join();
  call.run(milliseconds(300));
  anna.publish_microphone();
  call.run(milliseconds(300));
  call.engine->take_events();
  rtc::Outbox outbox;
  call.engine->end_call(call.clock.now(), call.call, outbox);
  EXPECT_TRUE(call.engine->take_events().empty());
  EXPECT_EQ(call.engine->join(call.clock.now(), call.call, {}), ParticipantId::kNone);
}

}  // namespace
}  // namespace kith::sfu

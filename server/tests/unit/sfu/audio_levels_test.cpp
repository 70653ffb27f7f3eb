#include "sfu/audio_levels.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith::sfu {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Speaker = ActiveSpeakers::Speaker;

/// A microphone that sends a packet every 20 ms.
class Microphone {
 public:
  void send(Duration time, uint8_t dbov) {
    for (const Instant end = now_ + time; now_ < end; now_ += 20ms) meter_.handle_packet(now_, {.dbov = dbov});
  }
  void pause(Duration time) { now_ += time; }
  float level() { return meter_.level(now_); }

 private:
  AudioLevelMeter meter_;
  Instant now_{1000s};
};

TEST(AudioLevelMeter, speech_shows_within_600_milliseconds_whenever_it_begins) {
  for (Duration before = 0ms; before < 400ms; before += 20ms) {
    Microphone microphone;
    microphone.send(before + 2s, 127);
    EXPECT_EQ(microphone.level(), 0);
    microphone.send(600ms, 20);
    EXPECT_GT(microphone.level(), 0) << before / 1ms;
  }
}

TEST(AudioLevelMeter, silence_brings_it_down_within_two_seconds_with_packets_and_without) {
  for (const bool sends_silence : {true, false}) {
    Microphone microphone;
    microphone.send(3s, 5);
    EXPECT_GT(microphone.level(), 0.25F);
    sends_silence ? microphone.send(2s, 127) : microphone.pause(2s);
    EXPECT_EQ(microphone.level(), 0);
  }
}

TEST(AudioLevelMeter, a_pause_between_words_does_not_end_speech) {
  Microphone microphone;
  microphone.send(2s, 15);
  microphone.send(300ms, 127);
  EXPECT_GT(microphone.level(), 0);
}

TEST(AudioLevelMeter, noise_below_the_threshold_is_silence) {
  Microphone microphone;
  microphone.send(3s, 36);
  EXPECT_EQ(microphone.level(), 0);
  microphone.send(3s, 35);
  EXPECT_GT(microphone.level(), 0);
}

TEST(AudioLevelMeter, one_loud_packet_among_suppressed_silence_is_no_speech) {
  Microphone microphone;
  microphone.send(20ms, 127);
  for (int i = 0; i < 10; ++i) {
    microphone.pause(380ms);
    microphone.send(20ms, 5);
    EXPECT_EQ(microphone.level(), 0);
  }
}

TEST(AudioLevelMeter, louder_is_higher_and_levels_are_eighths) {
  float before = 0;
  for (const uint8_t dbov : {30, 10, 5, 0}) {
    Microphone microphone;
    microphone.send(4s, dbov);
    const float level = microphone.level();
    EXPECT_GT(level, before);
    EXPECT_LE(level, 1);
    EXPECT_EQ(level * 8, static_cast<float>(static_cast<int>(level * 8)));
    before = level;
  }
}

TEST(AudioLevelMeter, forgets_when_muted_and_survives_a_long_gap) {
  AudioLevelMeter meter;
  const Instant start{1000s};
  for (int i = 0; i < 100; ++i) meter.handle_packet(start + i * 20ms, {.dbov = 5});
  EXPECT_GT(meter.level(start + 2s), 0);
  EXPECT_EQ(meter.level(start + 24h), 0);
  meter.handle_packet(start + 24h, {.dbov = 5});
  meter.reset();
  EXPECT_EQ(meter.level(start + 25h), 0);
}

TEST(ActiveSpeakers, tells_all_that_speak_loudest_first_and_only_when_something_changes) {
  ActiveSpeakers speakers;
  EXPECT_THAT(speakers.update({{1, 0.0F}, {2, 0.0F}}), IsEmpty());
  EXPECT_THAT(speakers.update({{1, 0.25F}, {2, 0.5F}, {3, 0.0F}}), ElementsAre(Speaker{2, 0.5F}, Speaker{1, 0.25F}));
  EXPECT_THAT(speakers.update({{2, 0.5F}, {1, 0.25F}}), IsEmpty());
  EXPECT_THAT(speakers.update({{1, 0.75F}, {2, 0.5F}}), ElementsAre(Speaker{1, 0.75F}, Speaker{2, 0.5F}));
}

TEST(ActiveSpeakers, tells_once_with_level_0_of_those_that_stopped_or_left) {
  ActiveSpeakers speakers;
  speakers.update({{1, 0.5F}, {2, 0.25F}});
  EXPECT_THAT(speakers.update({{1, 0.5F}, {2, 0.0F}}), ElementsAre(Speaker{1, 0.5F}, Speaker{2, 0.0F}));
  EXPECT_THAT(speakers.update({}), ElementsAre(Speaker{1, 0.0F}));
  EXPECT_THAT(speakers.update({}), IsEmpty());
}

TEST(ActiveSpeakers, takes_the_loudest_of_a_participants_microphones) {
  ActiveSpeakers speakers;
  EXPECT_THAT(speakers.update({{1, 0.25F}, {2, 0.5F}, {1, 0.75F}}), ElementsAre(Speaker{1, 0.75F}, Speaker{2, 0.5F}));
  EXPECT_THAT(speakers.speaking(), ElementsAre(Speaker{1, 0.75F}, Speaker{2, 0.5F}));
}

}  // namespace
}  // namespace kith::sfu

#include "sfu/connection_quality.hpp"

#include <gtest/gtest.h>

namespace kith::sfu {
namespace {

using namespace std::chrono_literals;

constexpr QualitySample kPerfect{.kind = MediaKind::kAudio, .packets_expected = 250, .rtt = 20ms, .jitter = 2ms};

/// The mark after so many equal samples.
float mark_after(const QualitySample& sample, int count = 10) {
  TrackQuality track;
  for (int i = 0; i < count; ++i) track.handle_sample(sample);
  return track.mark();
}

QualitySample with_loss(MediaKind kind, uint32_t lost) {
  QualitySample sample = kPerfect;
  sample.kind = kind;
  sample.packets_lost = lost;
  return sample;
}

TEST(TrackQuality, a_clean_path_is_excellent) {
  EXPECT_EQ(quality_of(mark_after(kPerfect)), ConnectionQuality::kExcellent);
}

TEST(TrackQuality, loss_costs_video_more_than_audio) {
  EXPECT_EQ(quality_of(mark_after(with_loss(MediaKind::kAudio, 13))), ConnectionQuality::kExcellent) << "5 %";
  EXPECT_EQ(quality_of(mark_after(with_loss(MediaKind::kVideo, 13))), ConnectionQuality::kGood) << "5 %";
  EXPECT_EQ(quality_of(mark_after(with_loss(MediaKind::kAudio, 63))), ConnectionQuality::kPoor) << "25 %";
  EXPECT_EQ(quality_of(mark_after(with_loss(MediaKind::kAudio, 250))), ConnectionQuality::kPoor);
}

TEST(TrackQuality, a_long_way_costs_little_until_people_talk_over_each_other) {
  QualitySample sample = kPerfect;
  sample.rtt = 200ms;
  EXPECT_EQ(quality_of(mark_after(sample)), ConnectionQuality::kExcellent);
  sample.rtt = 800ms;
  EXPECT_EQ(quality_of(mark_after(sample)), ConnectionQuality::kGood);
}

TEST(TrackQuality, a_missing_layer_and_a_low_rate_cost_marks) {
  QualitySample sample = kPerfect;
  sample.layers_missing = 1;
  EXPECT_EQ(quality_of(mark_after(sample)), ConnectionQuality::kGood);
  sample.layers_missing = 2;
  EXPECT_EQ(quality_of(mark_after(sample)), ConnectionQuality::kPoor);
  sample = kPerfect;
  sample.rate = {250'000};
  sample.rate_expected = {1'000'000};
  EXPECT_EQ(quality_of(mark_after(sample)), ConnectionQuality::kGood);
  sample.rate = {2'000'000};
  EXPECT_EQ(quality_of(mark_after(sample)), ConnectionQuality::kExcellent) << "more than expected is no fault";
}

TEST(TrackQuality, muted_is_no_fault_and_silence_without_being_muted_is) {
  EXPECT_EQ(mark_after({.is_muted = true}), 100);
  EXPECT_LT(mark_after({.is_muted = false}), 1);
}

TEST(TrackQuality, falls_at_once_and_rises_over_several_samples) {
  TrackQuality track;
  track.handle_sample(with_loss(MediaKind::kVideo, 100));
  EXPECT_EQ(quality_of(track.mark()), ConnectionQuality::kPoor);
  track.handle_sample(kPerfect);
  EXPECT_NE(quality_of(track.mark()), ConnectionQuality::kExcellent);
  for (int i = 0; i < 4; ++i) track.handle_sample(kPerfect);
  EXPECT_EQ(quality_of(track.mark()), ConnectionQuality::kExcellent);
}

// ITU-T G.107 annex B: the table of R and MOS.
TEST(MeanOpinionScore, follows_the_e_model) {
  EXPECT_NEAR(mean_opinion_score(90), 4.34, 0.01);
  EXPECT_NEAR(mean_opinion_score(80), 4.03, 0.01);
  EXPECT_NEAR(mean_opinion_score(60), 3.10, 0.01);
  EXPECT_FLOAT_EQ(mean_opinion_score(100), 4.5);
  EXPECT_FLOAT_EQ(mean_opinion_score(0), 1);
  EXPECT_FLOAT_EQ(mean_opinion_score(-5), 1);
}

TEST(ParticipantQuality, is_announced_first_and_then_when_it_changes) {
  ParticipantQuality participant;
  EXPECT_EQ(participant.update(100, false)->quality, ConnectionQuality::kExcellent);
  EXPECT_FALSE(participant.update(90, false));
  EXPECT_EQ(participant.update(60, false)->quality, ConnectionQuality::kGood);
  EXPECT_EQ(participant.update(10, false)->quality, ConnectionQuality::kPoor);
  EXPECT_EQ(participant.update(10, true), (ParticipantQuality::Report{ConnectionQuality::kLost, 1.0F}));
  EXPECT_EQ(participant.current().quality, ConnectionQuality::kLost);
}

TEST(ParticipantQuality, is_lost_only_when_told_so) {
  ParticipantQuality participant;
  EXPECT_EQ(participant.update(0, false)->quality, ConnectionQuality::kPoor)
      << "a lost connection makes clients reconnect";
}

}  // namespace
}  // namespace kith::sfu

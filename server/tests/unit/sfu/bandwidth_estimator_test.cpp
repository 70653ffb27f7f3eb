#include "sfu/bandwidth_estimator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.hpp"

namespace kith::sfu {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1000s};

// The parts.

TEST(DelayDetector, a_steady_path_is_normal_and_a_growing_queue_is_overuse) {
  DelayDetector detector;
  for (int i = 0; i < 200; ++i) detector.handle_packet(kStart + i * 20ms, kStart + i * 20ms + 30ms);
  EXPECT_EQ(detector.usage(), DelayDetector::Usage::kNormal);
  int groups = 0;
  for (; groups < 100 && detector.usage() != DelayDetector::Usage::kOverusing; ++groups) {
    const Instant sent = kStart + 4s + groups * 20ms;
    detector.handle_packet(sent, sent + 30ms + groups * 3ms);
  }
  EXPECT_LT(groups, 25) << "half a second";
}

TEST(DelayDetector, an_emptying_queue_is_underuse_and_noise_is_nothing) {
  DelayDetector detector;
  for (int i = 0; i < 100; ++i) detector.handle_packet(kStart + i * 20ms, kStart + i * 20ms + 430ms - i * 4ms);
  EXPECT_EQ(detector.usage(), DelayDetector::Usage::kUnderusing);
  DelayDetector noisy;
  for (int i = 0; i < 2000; ++i) {
    noisy.handle_packet(kStart + i * 20ms, kStart + i * 20ms + 30ms + (i * 7919 % 5) * 1ms);
    EXPECT_NE(noisy.usage(), DelayDetector::Usage::kOverusing) << i;
  }
}

TEST(DelayDetector, sees_a_sudden_queue_before_its_trend_and_says_when_it_is_gone) {
  DelayDetector detector;
  for (int i = 0; i < 100; ++i) detector.handle_packet(kStart + i * 20ms, kStart + i * 20ms + 30ms);
  for (int i = 0; i < 6; ++i) {
    const Instant sent = kStart + 2s + i * 20ms;
    detector.handle_packet(sent, sent + 30ms + (i + 1) * 150ms);
  }
  EXPECT_EQ(detector.usage(), DelayDetector::Usage::kOverusing);
  EXPECT_TRUE(detector.is_queue_standing());
  for (int i = 0; i < 30; ++i) detector.handle_packet(kStart + 4s + i * 20ms, kStart + 4s + i * 20ms + 40ms);
  EXPECT_FALSE(detector.is_queue_standing());
}

TEST(DelayDetector, a_longer_way_is_no_queue_for_ever) {
  DelayDetector detector;
  for (int i = 0; i < 100; ++i) detector.handle_packet(kStart + i * 20ms, kStart + i * 20ms + 30ms);
  int packets = 0;
  const auto go_on = [&] {
    const Instant sent = kStart + 2s + packets++ * 20ms;
    detector.handle_packet(sent, sent + 530ms);
  };
  for (int i = 0; i < 50; ++i) go_on();
  EXPECT_TRUE(detector.is_queue_standing());
  for (int i = 0; i < 200; ++i) go_on();
  EXPECT_FALSE(detector.is_queue_standing()) << "the route has changed";
}

TEST(RateMeter, measures_rates_and_peaks_and_nothing_from_too_little) {
  RateMeter meter;
  EXPECT_FALSE(meter.rate());
  for (int i = 0; i < 100; ++i) meter.add(kStart + i * 10ms, 1250);
  EXPECT_NEAR(static_cast<double>(meter.rate()->bps), 1e6, 2e4);
  EXPECT_NEAR(static_cast<double>(meter.peak()->bps), 1e6, 2e4);
  for (int i = 0; i < 20; ++i) meter.add(kStart + 1s + i * 5ms, 2500);
  meter.add(kStart + 1101ms, 1);
  EXPECT_NEAR(static_cast<double>(meter.peak()->bps), 4e6, 1e5);
  EXPECT_LT(meter.rate()->bps, 2'000'000);
  meter.add(kStart + 10s, 1000);
  EXPECT_FALSE(meter.rate()) << "a long pause begins anew";
}

/// Feeds a loss control with one second of packets, of which every n-th is lost (0: none).
void feed(LossControl& control, Instant& now, int packets, int lost_every, DataRate estimate) {
  std::vector<PacketResult> results;
  for (int i = 0; i < packets; ++i) {
    PacketResult packet{.sent = now + i * 1'000'000us / packets, .size = 1000};
    if (lost_every == 0 || i % lost_every != 0) packet.arrived = packet.sent + 20ms;
    results.push_back(packet);
    if (results.size() < 25 && i + 1 < packets) continue;
    control.handle_results(packet.sent, results, 50ms, estimate, Instant{});
    results.clear();
  }
  now += 1s;
}

TEST(LossControl, no_loss_no_bound_and_heavy_loss_lowers_it) {
  LossControl control;
  Instant now = kStart;
  for (int i = 0; i < 5; ++i) feed(control, now, 200, 0, DataRate{1'600'000});
  EXPECT_FALSE(control.bound());
  for (int i = 0; i < 3; ++i) feed(control, now, 200, 2, DataRate{1'600'000});
  ASSERT_TRUE(control.bound());
  EXPECT_LT(*control.bound(), DataRate{1'000'000});
  EXPECT_NEAR(control.loss(), 0.5, 0.1);
}

TEST(LossControl, loss_that_stays_when_less_is_sent_is_the_paths_own) {
  LossControl control;
  Instant now = kStart;
  for (int i = 0; i < 2; ++i) feed(control, now, 200, 5, DataRate{1'600'000});
  const DataRate lowered = control.bound().value();
  for (int i = 0; i < 2; ++i) feed(control, now, 100, 5, lowered);
  EXPECT_GT(control.bound().value(), lowered) << "as before the fall";
  const DataRate restored = control.bound().value();
  for (int i = 0; i < 5; ++i) feed(control, now, 200, 5, restored);
  EXPECT_GE(control.bound().value(), restored);
}

TEST(LossControl, loss_that_goes_when_less_is_sent_was_congestion) {
  LossControl control;
  Instant now = kStart;
  for (int i = 0; i < 2; ++i) feed(control, now, 200, 4, DataRate{1'600'000});
  const DataRate lowered = control.bound().value();
  for (int i = 0; i < 2; ++i) feed(control, now, 130, 0, lowered);
  EXPECT_LT(control.bound().value().bps, lowered.bps * 12 / 10) << "rises by its 8 % a second";
}

TEST(LossControl, packets_sent_before_a_fall_do_not_count_again) {
  LossControl control;
  std::vector<PacketResult> results(100, {.sent = kStart, .size = 1000});
  results.back().sent = kStart + 1s;
  control.handle_results(kStart + 2s, results, 50ms, DataRate{1'000'000}, kStart + 1s);
  EXPECT_FALSE(control.bound());
}

/// What a probe of 20 packets finds if they arrive over `spread`.
std::optional<DataRate> probe(Duration spread, int lost_every = 0) {
  ProbeResults results;
  results.expect({.id = 1, .rate = DataRate{2'000'000}, .bytes = 20'000});
  for (int i = 0; i < 20; ++i) {
    PacketResult packet{.sent = kStart + i * 4ms, .size = 1000, .cluster = 1};
    if (lost_every == 0 || i % lost_every != 1) packet.arrived = kStart + 50ms + i * spread / 19;
    if (const auto found = results.handle_packet(packet)) return found;
  }
  return std::nullopt;
}

TEST(ProbeResults, finds_the_rate_sent_on_a_wide_path_and_the_rate_received_on_a_narrow_one) {
  EXPECT_NEAR(static_cast<double>(probe(76ms)->bps), 2e6, 1e4);
  EXPECT_NEAR(static_cast<double>(probe(152ms)->bps), 0.95e6, 2e4) << "a little less, to empty the queue";
  EXPECT_NEAR(static_cast<double>(probe(0ms)->bps), 2e6, 1e4) << "all at once is no faster than sent";
}

TEST(ProbeResults, forgives_chance_losses_and_finds_nothing_in_a_wreck) {
  EXPECT_NEAR(static_cast<double>(probe(76ms, 10)->bps), 2e6, 2e5);
  EXPECT_FALSE(probe(76ms, 2));
}

TEST(ProbeSchedule, probes_at_once_and_on_after_success_but_not_beyond_what_is_wanted) {
  ProbeSchedule schedule;
  EXPECT_FALSE(schedule.take(kStart)) << "nothing is wanted";
  schedule.set_wanted(DataRate{4'000'000});
  schedule.set_estimate(DataRate{1'000'000});
  EXPECT_LE(schedule.next_timeout().value(), kStart);
  const auto first = schedule.take(kStart);
  EXPECT_EQ(first->rate, DataRate{1'500'000});
  EXPECT_FALSE(schedule.take(kStart + 10ms)) << "one at a time";
  schedule.handle_result(kStart + 150ms, first->rate);
  schedule.set_estimate(first->rate);
  const auto second = schedule.take(kStart + 150ms);
  EXPECT_EQ(second->rate, DataRate{3'000'000});
  schedule.handle_result(kStart + 300ms, second->rate);
  schedule.set_estimate(second->rate);
  const auto third = schedule.take(kStart + 300ms);
  EXPECT_EQ(third->rate, DataRate{4'600'000});
  EXPECT_NE(third->id, second->id);
  schedule.handle_result(kStart + 450ms, third->rate);
  schedule.set_estimate(third->rate);
  EXPECT_EQ(schedule.next_timeout(), std::nullopt);
}

TEST(ProbeSchedule, waits_longer_after_each_failure_up_to_five_seconds) {
  ProbeSchedule schedule;
  schedule.set_wanted(DataRate{4'000'000});
  Instant now = kStart;
  std::vector<Duration> waits;
  for (int i = 0; i < 6; ++i) {
    const auto taken = schedule.take(now);
    ASSERT_TRUE(taken);
    schedule.handle_result(now, DataRate{500'000});
    waits.push_back(*schedule.next_timeout() - now);
    now = *schedule.next_timeout();
  }
  EXPECT_EQ(waits.front(), 2s);
  EXPECT_TRUE(std::ranges::is_sorted(waits));
  EXPECT_EQ(waits.back(), 5s);
}

TEST(ProbeSchedule, goes_on_soon_after_progress_that_was_no_success) {
  ProbeSchedule schedule;
  schedule.set_wanted(DataRate{4'000'000});
  EXPECT_EQ(schedule.take(kStart)->rate, DataRate{1'500'000});
  schedule.handle_result(kStart, DataRate{1'000'000});
  EXPECT_EQ(*schedule.next_timeout() - kStart, 2s) << "no more than the estimate";
  EXPECT_EQ(schedule.take(kStart + 2s)->rate, DataRate{2'000'000});
  schedule.handle_result(kStart + 2s, DataRate{1'200'000});
  EXPECT_EQ(*schedule.next_timeout() - kStart, 3s);
}

TEST(ProbeSchedule, a_fast_probe_lasts_longer) {
  ProbeSchedule schedule;
  schedule.set_wanted(DataRate{8'000'000});
  schedule.set_estimate(DataRate{400'000});
  EXPECT_EQ(schedule.take(kStart)->bytes, 600'000U * 30 / 8000);
  schedule.handle_result(kStart, DataRate{600'000});
  schedule.set_estimate(DataRate{1'000'000});
  EXPECT_EQ(schedule.take(kStart)->bytes, 1'200'000U * 60 / 8000);
}

TEST(ProbeSchedule, an_unanswered_probe_has_failed) {
  ProbeSchedule schedule;
  schedule.set_wanted(DataRate{4'000'000});
  EXPECT_TRUE(schedule.take(kStart));
  EXPECT_FALSE(schedule.take(kStart + 1499ms));
  EXPECT_FALSE(schedule.take(kStart + 1500ms)) << "and the next waits";
  EXPECT_TRUE(schedule.take(kStart + 3500ms));
}

// The whole.

TEST(BandwidthEstimator, starts_at_one_megabit_and_halves_for_each_second_without_feedback) {
  BandwidthEstimator estimator(kStart);
  EXPECT_EQ(estimator.estimate(), kEstimateStart);
  const uint16_t sequence = estimator.on_sent(kStart, 1000, 0);
  EXPECT_EQ(estimator.next_timeout(), std::nullopt) << "who never gave feedback may not know how";
  estimator.handle_feedback(kStart + 50ms, {.base_sequence = sequence, .deltas = {0}});
  estimator.on_sent(kStart + 1s, 1000, 0);
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(estimator.next_timeout(), kStart + 1s + i * 1s);
    estimator.handle_timeout(*estimator.next_timeout());
    EXPECT_EQ(estimator.estimate().bps, kEstimateStart.bps >> i);
  }
  for (int i = 0; i < 20; ++i) estimator.handle_timeout(*estimator.next_timeout());
  EXPECT_EQ(estimator.estimate(), kEstimateMin);
}

TEST(BandwidthEstimator, follows_receivers_that_only_know_remb_or_reports) {
  BandwidthEstimator remb(kStart);
  remb.handle_remb(DataRate{700'000});
  EXPECT_EQ(remb.estimate(), DataRate{700'000});
  remb.handle_remb(DataRate{10});
  EXPECT_EQ(remb.estimate(), kEstimateMin);
  remb.handle_remb(DataRate{INT64_MAX});
  EXPECT_EQ(remb.estimate(), kEstimateMax);

  BandwidthEstimator reports(kStart);
  for (int i = 0; i < 5; ++i) reports.handle_receiver_report(kStart + i * 1s, 64);
  EXPECT_LT(reports.estimate(), DataRate{800'000});
  const DataRate lowered = reports.estimate();
  for (int i = 5; i < 30; ++i) reports.handle_receiver_report(kStart + i * 1s, 0);
  EXPECT_GT(reports.estimate(), lowered);
}

TEST(BandwidthEstimator, feedback_about_single_packets_outweighs_remb) {
  BandwidthEstimator estimator(kStart);
  const uint16_t sequence = estimator.on_sent(kStart, 1000, 0);
  estimator.handle_feedback(kStart + 50ms, {.base_sequence = sequence, .deltas = {0}});
  estimator.handle_remb(DataRate{100'000});
  EXPECT_EQ(estimator.estimate(), kEstimateStart);
  EXPECT_EQ(estimator.rtt(), 50ms);
}

TEST(BandwidthEstimator, stays_within_its_bounds_whatever_a_peer_claims) {
  SeededRandom random(11);
  BandwidthEstimator estimator(kStart);
  estimator.set_wanted(DataRate{INT64_MAX / 4});
  for (int i = 0; i < 5'000; ++i) {
    const Instant now = kStart + i * 5ms;
    const auto cluster = estimator.take_probe(now);
    EXPECT_LE(cluster ? cluster->rate : DataRate{}, kEstimateMax);
    for (int packet = 0; packet < 5; ++packet) estimator.on_sent(now, random.below(70'000), static_cast<uint8_t>(i));
    rtc::TransportFeedback feedback{.base_sequence = static_cast<uint16_t>(random.next_u64()),
                                    .reference_time = static_cast<int32_t>(random.below(1 << 24)) - (1 << 23)};
    if (i % 2 == 0) feedback.base_sequence = static_cast<uint16_t>(5 * i);
    for (uint64_t n = random.below(50); n > 0; --n) {
      const auto delta = static_cast<int16_t>(random.next_u64());
      feedback.deltas.push_back(random.below(3) == 0 ? std::nullopt : std::optional(delta));
    }
    estimator.handle_feedback(now, feedback);
    estimator.handle_timeout(now);
    EXPECT_GE(estimator.estimate(), kEstimateMin);
    EXPECT_LE(estimator.estimate(), kEstimateMax);
  }
}

}  // namespace
}  // namespace kith::sfu

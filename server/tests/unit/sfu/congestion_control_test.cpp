#include "sfu/congestion_control.hpp"

#include <gtest/gtest.h>

#include "sim/call_over_path.hpp"

namespace kith::sfu {
namespace {

using namespace std::chrono_literals;
using sim::CallOverPath;

constexpr int64_t kFast = 5'000'000;
constexpr int64_t kSlow = 300'000;
constexpr int8_t kTop = 2;

/// Every claim about a path holds whatever is random on it.
template <typename Claim>
void for_each_seed(const CallOverPath::Options& options, Claim claim) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    CallOverPath::Options seeded = options;
    seeded.seed = seed;
    CallOverPath call(seeded);
    claim(call);
  }
}

/// How long until `reached` says yes; more than `most` if it does not.
template <typename Reached>
Duration time_until(CallOverPath& call, Duration most, Reached reached) {
  const Duration begin = call.now();
  while (!reached() && call.now() - begin <= most) call.run(20ms);
  return call.now() - begin;
}

TEST(CongestionControl, video_reaches_its_top_layer_within_three_seconds_on_a_fast_path) {
  for_each_seed({.path = {.rate_bps = kFast}}, [](CallOverPath& call) {
    EXPECT_LE(time_until(call, 10s, [&] { return call.layer_granted() == kTop; }), 3s);
    call.take_audio();
    call.run(20s);
    EXPECT_EQ(call.layer_granted(), kTop);
    EXPECT_LE(call.take_audio().delay_max, 80ms);
  });
}

// The claims of the calls' benchmark: a bottleneck of 300 kbit/s comes and goes.
TEST(CongestionControl, video_steps_down_within_two_seconds_of_a_bottleneck_and_back_within_ten_of_relief) {
  for (const size_t queue_bytes : {15'000U, 64'000U, 200'000U}) {
    SCOPED_TRACE("queue " + std::to_string(queue_bytes));
    const sim::PathOptions path{.rate_bps = kFast, .queue_bytes = queue_bytes, .jitter = 5ms};
    for_each_seed({.path = path}, [](CallOverPath& call) {
      call.run(12s);
      EXPECT_EQ(call.layer_granted(), kTop);
      call.set_rate(kSlow);
      EXPECT_LE(time_until(call, 10s, [&] { return call.layer_granted() <= 0; }), 2s);
      call.run(20s);
      call.set_rate(kFast);
      EXPECT_LE(time_until(call, 20s, [&] { return call.layer_granted() == kTop; }), 10s);
      call.run(10s);
      EXPECT_EQ(call.layer_granted(), kTop);
    });
  }
}

TEST(CongestionControl, audio_is_clean_and_video_flows_behind_a_bottleneck) {
  const sim::PathOptions path{.rate_bps = kFast, .queue_bytes = 30'000, .jitter = 5ms};
  for_each_seed({.path = path}, [](CallOverPath& call) {
    call.run(12s);
    call.set_rate(kSlow);
    call.run(4s);
    call.take_audio();
    const size_t begin = call.moments().size();
    call.run(20s);
    const auto audio = call.take_audio();
    EXPECT_LE(audio.lost(), 0.005);
    EXPECT_LE(audio.delay_max, 200ms);
    size_t with_video = 0;
    for (size_t i = begin; i < call.moments().size(); ++i) with_video += call.moments()[i].layer_granted == 0 ? 1 : 0;
    EXPECT_GE(with_video * 10, (call.moments().size() - begin) * 7) << "seven tenths of the time at least";
  });
}

TEST(CongestionControl, estimate_recovers_though_no_video_is_sent) {
  const sim::PathOptions path{.rate_bps = kSlow, .queue_bytes = 30'000};
  for_each_seed({.path = path, .sends_video = false}, [](CallOverPath& call) {
    call.run(20s);
    EXPECT_LE(call.estimate(), DataRate{1'000'000});
    call.set_rate(kFast);
    EXPECT_LE(time_until(call, 20s, [&] { return call.estimate() >= DataRate{1'900'000}; }), 10s);
  });
}

TEST(CongestionControl, estimate_of_a_standing_bottleneck_stays_near_it) {
  const sim::PathOptions path{.rate_bps = 800'000, .queue_bytes = 30'000, .jitter = 3ms};
  for_each_seed({.path = path}, [](CallOverPath& call) {
    call.run(10s);
    const size_t begin = call.moments().size();
    call.run(30s);
    int64_t sum = 0;
    for (size_t i = begin; i < call.moments().size(); ++i) sum += call.moments()[i].estimate_bps;
    const int64_t mean = sum / static_cast<int64_t>(call.moments().size() - begin);
    EXPECT_GE(mean, 480'000);
    EXPECT_LE(mean, 1'000'000);
  });
}

TEST(CongestionControl, random_loss_does_not_take_the_video_away) {
  for_each_seed({.path = {.rate_bps = kFast, .loss = 0.05}}, [](CallOverPath& call) {
    call.run(30s);
    EXPECT_EQ(call.layer_granted(), kTop);
  });
  for_each_seed({.path = {.rate_bps = kFast, .loss = 0.20}}, [](CallOverPath& call) {
    call.run(40s);
    EXPECT_GE(call.layer_granted(), 1) << "a fifth lost at any rate is no reason to send less";
  });
}

TEST(CongestionControl, a_path_that_drops_without_queueing_is_not_overrun) {
  const sim::PathOptions path{.rate_bps = 800'000, .queue_bytes = 4'000};
  for_each_seed({.path = path}, [](CallOverPath& call) {
    call.run(15s);
    call.take_audio();
    call.run(20s);
    EXPECT_LE(call.take_audio().lost(), 0.05);
  });
}

TEST(CongestionControl, jitter_alone_does_not_take_the_video_away) {
  for_each_seed({.path = {.rate_bps = kFast, .jitter = 30ms}}, [](CallOverPath& call) {
    call.run(30s);
    EXPECT_GE(call.layer_granted(), 1);
  });
}

}  // namespace
}  // namespace kith::sfu

#include "sfu/allocator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith::sfu {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Instant kStart{1000s};
constexpr DataRate kAudio{50'000};
constexpr Layer kNothing{};
constexpr Layer kLow{0, 0};
constexpr Layer kMedium{1, 0};
constexpr Layer kHigh{2, 0};

/// A simulcast camera of three layers without temporal ones: 150, 450 and 1,700 kbit/s.
VideoDemand camera(Layer wanted = kHigh) {
  VideoDemand demand{.wanted = wanted, .may_pause = true};
  for (size_t spatial = 0; spatial < 3; ++spatial)
    demand.rates[spatial][0] = {std::array{150'000, 450'000, 1'700'000}[spatial]};
  return demand;
}

VideoDemand screen() {
  VideoDemand demand = camera(kMedium);
  demand.is_screen_share = true;
  demand.rates[0][0] = {600'000};
  demand.rates[1][0] = {1'500'000};
  return demand;
}

/// The demands of a subscriber over time.
class Allocation {
 public:
  explicit Allocation(std::vector<VideoDemand> demands) : demands_(std::move(demands)) {}

  std::vector<Layer> give(int64_t estimate_bps) {
    allocator_.allocate(now_, DataRate{estimate_bps}, kAudio, demands_);
    std::vector<Layer> targets;
    for (VideoDemand& demand : demands_) {
      demand.is_new = demand.is_new && demand.target.is_none();
      targets.push_back(demand.target);
    }
    return targets;
  }
  /// As it is after the estimate has stood for a while.
  std::vector<Layer> settle(int64_t estimate_bps) {
    std::vector<Layer> targets;
    for (int i = 0; i < 30; ++i, now_ += 200ms) targets = give(estimate_bps);
    return targets;
  }
  std::vector<VideoDemand>& demands() { return demands_; }
  void wait(Duration time) { now_ += time; }
  DataRate wanted() { return allocator_.wanted(); }

 private:
  Allocator allocator_;
  std::vector<VideoDemand> demands_;
  Instant now_ = kStart;
};

TEST(Allocator, a_new_video_gets_at_once_the_best_layer_that_fits) {
  EXPECT_THAT(Allocation({camera()}).give(5'000'000), ElementsAre(kHigh));
  EXPECT_THAT(Allocation({camera()}).give(1'000'000), ElementsAre(kMedium));
  EXPECT_THAT(Allocation({camera()}).give(210'000), ElementsAre(kLow));
  EXPECT_THAT(Allocation({camera()}).give(190'000), ElementsAre(kNothing));
}

TEST(Allocator, audio_is_paid_before_any_video) {
  EXPECT_THAT(Allocation({camera()}).give(200'000), ElementsAre(kLow)) << "50 + 150 kbit/s";
  EXPECT_THAT(Allocation({camera()}).give(199'999), ElementsAre(kNothing));
}

TEST(Allocator, a_viewer_never_gets_more_than_is_wanted) {
  EXPECT_THAT(Allocation({camera(kLow)}).settle(50'000'000), ElementsAre(kLow));
  EXPECT_THAT(Allocation({camera(kNothing)}).settle(50'000'000), ElementsAre(kNothing)) << "hidden";
}

TEST(Allocator, steps_down_at_once) {
  Allocation call({camera()});
  EXPECT_THAT(call.settle(5'000'000), ElementsAre(kHigh));
  EXPECT_THAT(call.give(600'000), ElementsAre(kMedium));
  EXPECT_THAT(call.give(300'000), ElementsAre(kLow));
  EXPECT_THAT(call.give(100'000), ElementsAre(kNothing));
}

TEST(Allocator, steps_up_only_after_a_second_with_headroom) {
  Allocation call({camera()});
  EXPECT_THAT(call.settle(300'000), ElementsAre(kLow));
  EXPECT_THAT(call.settle(560'000), ElementsAre(kLow)) << "450 × 1.15 + 50 kbit/s are more";
  EXPECT_THAT(call.give(570'000), ElementsAre(kLow));
  call.wait(900ms);
  EXPECT_THAT(call.give(570'000), ElementsAre(kLow));
  call.wait(100ms);
  EXPECT_THAT(call.give(570'000), ElementsAre(kMedium));
}

TEST(Allocator, a_dip_of_the_estimate_begins_the_second_anew) {
  Allocation call({camera()});
  call.settle(300'000);
  call.give(570'000);
  call.wait(900ms);
  call.give(400'000);
  call.wait(200ms);
  EXPECT_THAT(call.give(570'000), ElementsAre(kLow));
  call.wait(1s);
  EXPECT_THAT(call.give(570'000), ElementsAre(kMedium));
}

TEST(Allocator, pauses_only_where_the_client_understands_it) {
  VideoDemand owed = camera();
  owed.may_pause = false;
  EXPECT_THAT(Allocation({owed, camera()}).settle(100'000), ElementsAre(kLow, kNothing));
}

TEST(Allocator, cameras_rise_together) {
  const std::vector cameras(4, camera());
  EXPECT_THAT(Allocation(cameras).settle(700'000 + 50'000), ElementsAre(kLow, kLow, kLow, kLow));
  EXPECT_THAT(Allocation(cameras).give(50'000 + 2 * 450'000 + 2 * 150'000), ElementsAre(kMedium, kMedium, kLow, kLow));
  EXPECT_THAT(Allocation(cameras).give(50'000 + 4 * 450'000 + 1'000'000),
              ElementsAre(kMedium, kMedium, kMedium, kMedium))
      << "none is high while another is low";
}

TEST(Allocator, a_higher_priority_rises_first) {
  VideoDemand speaker = camera();
  speaker.priority = 10;
  EXPECT_THAT(Allocation({camera(), speaker, camera()}).give(50'000 + 1'700'000 + 300'000),
              ElementsAre(kLow, kHigh, kLow));
}

// Milestone M9 of the call specification: four cameras and a screen at 3 Mbit/s.
TEST(Allocator, a_screen_keeps_its_top_layer_while_cameras_fall) {
  Allocation call({camera(), camera(), camera(), camera(), screen()});
  EXPECT_THAT(call.settle(20'000'000), ElementsAre(kHigh, kHigh, kHigh, kHigh, kMedium));
  EXPECT_THAT(call.settle(2'200'000), ElementsAre(kLow, kLow, kLow, kLow, kMedium));
  EXPECT_THAT(call.settle(1'700'000), ElementsAre(kLow, kNothing, kNothing, kNothing, kMedium));
}

TEST(Allocator, a_new_camera_finds_room_when_others_stand_high) {
  Allocation call({camera(), camera()});
  call.demands()[1].wanted = kNothing;
  EXPECT_THAT(call.settle(2'200'000), ElementsAre(kHigh, kNothing));
  call.demands()[1].wanted = kHigh;
  call.demands()[1].is_new = true;
  EXPECT_THAT(call.give(2'200'000), ElementsAre(kHigh, kMedium)) << "fits beside";
  EXPECT_THAT(call.settle(1'100'000), ElementsAre(kMedium, kMedium));
}

TEST(Allocator, uses_temporal_layers_below_a_sharper_picture_and_for_screens_above) {
  VideoDemand video{.wanted = {1, 2}, .may_pause = true};
  video.rates[0] = {DataRate{80'000}, DataRate{110'000}, DataRate{150'000}, DataRate{}};
  video.rates[1] = {DataRate{240'000}, DataRate{330'000}, DataRate{450'000}, DataRate{}};
  EXPECT_THAT(Allocation({video}).give(50'000 + 120'000), ElementsAre(Layer{0, 1}));
  EXPECT_THAT(Allocation({video}).give(50'000 + 250'000), ElementsAre(Layer{0, 2}))
      << "a quarter of the frames is no gain";
  EXPECT_THAT(Allocation({video}).give(50'000 + 340'000), ElementsAre(Layer{1, 1}));
  video.is_screen_share = true;
  EXPECT_THAT(Allocation({video}).give(50'000 + 250'000), ElementsAre(Layer{1, 0})) << "text must be sharp";
}

TEST(Allocator, takes_the_next_layer_that_is_alive) {
  VideoDemand video = camera(kMedium);
  video.rates[1][0] = {};
  EXPECT_THAT(Allocation({video}).settle(5'000'000), ElementsAre(kLow));
  video.rates[0][0] = {};
  EXPECT_THAT(Allocation({video}).settle(5'000'000), ElementsAre(kHigh)) << "nothing below is there";
  video.rates[2][0] = {};
  EXPECT_THAT(Allocation({video}).settle(100'000), ElementsAre(kLow)) << "whatever begins may pass";
}

TEST(Allocator, skips_a_layer_that_costs_more_than_a_better_one) {
  VideoDemand video = camera();
  video.rates[0][0] = {500'000};
  EXPECT_THAT(Allocation({video}).give(520'000), ElementsAre(kMedium));
}

TEST(Allocator, says_what_everything_would_take_so_that_probes_know_where_to_stop) {
  Allocation call({camera(), camera(kLow), camera(kNothing)});
  call.give(100'000);
  EXPECT_EQ(call.wanted(), DataRate{50'000 + (1'700'000 + 150'000) * 115 / 100});
  EXPECT_THAT(call.settle(call.wanted().bps + 1), ElementsAre(kHigh, kLow, kNothing)) << "that much is enough";
}

}  // namespace
}  // namespace kith::sfu

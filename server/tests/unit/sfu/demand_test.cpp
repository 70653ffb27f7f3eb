#include "sfu/demand.hpp"

#include <gtest/gtest.h>

namespace kith::sfu {
namespace {

TrackState camera() {
  return {.kind = MediaKind::kVideo,
          .source = TrackSource::kCamera,
          .layers = {{.quality = VideoQuality::kLow, .width = 320, .height = 180},
                     {.quality = VideoQuality::kMedium, .width = 640, .height = 360, .spatial = 1},
                     {.quality = VideoQuality::kHigh, .width = 1280, .height = 720, .spatial = 2}}};
}
TrackState screen() {
  return {.kind = MediaKind::kVideo,
          .source = TrackSource::kScreenShare,
          .layers = {{.quality = VideoQuality::kLow, .width = 960, .height = 540},
                     {.quality = VideoQuality::kMedium, .width = 1920, .height = 1080, .spatial = 1}}};
}

TEST(Demand, a_viewer_that_has_not_spoken_starts_low_if_its_size_will_follow) {
  EXPECT_EQ(demanded_layer(camera(), std::nullopt, true).spatial, 0);
  EXPECT_EQ(demanded_layer(camera(), std::nullopt, false).spatial, 2);
  EXPECT_EQ(demanded_layer(screen(), std::nullopt, true).spatial, 1) << "text must be sharp from the start";
}

TEST(Demand, a_size_asks_for_the_smallest_layer_that_fills_it) {
  EXPECT_EQ(demanded_layer(camera(), TrackSettings{.width = 320, .height = 180}, true).spatial, 0);
  EXPECT_EQ(demanded_layer(camera(), TrackSettings{.width = 321, .height = 180}, true).spatial, 1);
  EXPECT_EQ(demanded_layer(camera(), TrackSettings{.width = 4000, .height = 2000}, true).spatial, 2);
  EXPECT_EQ(demanded_layer(camera(), TrackSettings{.width = 180, .height = 320}, true).spatial, 0) << "upright";
}

TEST(Demand, a_quality_asks_for_its_layer_or_the_best_below) {
  EXPECT_EQ(demanded_layer(camera(), TrackSettings{.quality = VideoQuality::kMedium}, false).spatial, 1);
  EXPECT_EQ(demanded_layer(screen(), TrackSettings{.quality = VideoQuality::kHigh}, false).spatial, 1);
  EXPECT_TRUE(demanded_layer(camera(), TrackSettings{.quality = VideoQuality::kOff}, false).is_none());
}

TEST(Demand, a_hidden_picture_asks_for_nothing) {
  EXPECT_TRUE(demanded_layer(camera(), TrackSettings{.is_disabled = true, .width = 320}, true).is_none());
}

TEST(Demand, a_frame_rate_caps_the_temporal_layers) {
  EXPECT_EQ(demanded_layer(camera(), TrackSettings{.fps = 7}, false).temporal, 0);
  EXPECT_EQ(demanded_layer(camera(), TrackSettings{.fps = 15}, false).temporal, 1);
  EXPECT_EQ(demanded_layer(camera(), TrackSettings{.fps = 30}, false).temporal, 3);
}

TEST(Demand, a_single_encoding_is_its_own_best_layer) {
  const TrackState plain{.kind = MediaKind::kVideo};
  EXPECT_EQ(demanded_layer(plain, TrackSettings{.quality = VideoQuality::kLow}, false).spatial, 0);
  EXPECT_EQ(quality_of(plain, 0), VideoQuality::kHigh);
}

TEST(Demand, layers_have_the_quality_the_publisher_gave_them) {
  EXPECT_EQ(quality_of(screen(), 1), VideoQuality::kMedium);
  EXPECT_EQ(quality_of(camera(), -1), VideoQuality::kOff);
}

}  // namespace
}  // namespace kith::sfu

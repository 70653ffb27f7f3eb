#include "sfu/quality_demand.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith::sfu {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
constexpr Instant kStart{seconds(100)};

TEST(QualityDemand, less_demand_is_told_only_when_it_lasts) {
  QualityDemand demand;
  demand.update(kStart, VideoQuality::kLow);
  EXPECT_EQ(demand.take_change(kStart + seconds(4)), std::nullopt);
  EXPECT_EQ(demand.next_timeout(), kStart + seconds(5));
  EXPECT_EQ(demand.take_change(kStart + seconds(5)), VideoQuality::kLow);
  EXPECT_EQ(demand.take_change(kStart + seconds(6)), std::nullopt) << "told once";
}

TEST(QualityDemand, more_demand_is_told_at_once) {
  QualityDemand demand;
  demand.update(kStart, VideoQuality::kOff);
  demand.take_change(kStart + seconds(5));
  demand.update(kStart + seconds(6), VideoQuality::kMedium);
  EXPECT_EQ(demand.take_change(kStart + seconds(6)), VideoQuality::kMedium);
}

TEST(QualityDemand, a_viewer_who_comes_back_in_time_changes_nothing) {
  QualityDemand demand;
  demand.update(kStart, VideoQuality::kOff);
  demand.update(kStart + seconds(2), VideoQuality::kHigh);
  EXPECT_EQ(demand.next_timeout(), std::nullopt);
  EXPECT_EQ(demand.take_change(kStart + seconds(9)), std::nullopt);
}

TEST(QualityDemand, what_is_told_is_the_demand_of_then) {
  QualityDemand demand;
  demand.update(kStart, VideoQuality::kOff);
  demand.update(kStart + seconds(3), VideoQuality::kLow);
  EXPECT_EQ(demand.take_change(kStart + seconds(5)), VideoQuality::kLow);
}

TEST(QualityDemand, lower_layers_stay_on_with_a_higher_one) {
  EXPECT_THAT(qualities_up_to(VideoQuality::kMedium), ElementsAre(VideoQuality::kLow, VideoQuality::kMedium));
  EXPECT_THAT(qualities_up_to(VideoQuality::kOff), IsEmpty());
}

}  // namespace
}  // namespace kith::sfu

#include "api/rate_limit.hpp"

#include <gtest/gtest.h>

namespace kith::api {
namespace {

TEST(RateLimit, a_burst_of_twice_the_rate_passes_and_not_one_more) {
  RateLimit limit;
  const Instant now{std::chrono::seconds(1)};
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(limit.take(now, 10)) << i;
  EXPECT_FALSE(limit.take(now, 10));
  EXPECT_LE(limit.wait_ms(10), 101u);
  EXPECT_TRUE(limit.take(now + std::chrono::milliseconds(101), 10));
  EXPECT_FALSE(limit.take(now + std::chrono::milliseconds(101), 10));
}

TEST(RateLimit, refills_to_the_burst_and_no_further) {
  RateLimit limit;
  Instant now{std::chrono::seconds(1)};
  EXPECT_TRUE(limit.take(now, 5));
  now += std::chrono::hours(1);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(limit.take(now, 5)) << i;
  EXPECT_FALSE(limit.take(now, 5));
}

}  // namespace
}  // namespace kith::api

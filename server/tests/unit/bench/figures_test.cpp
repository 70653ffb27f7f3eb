#include "bench/figures.hpp"

#include <gtest/gtest.h>

namespace kith::bench {
namespace {

TEST(Latencies, tells_percentiles_by_nearest_rank) {
  Latencies latencies;
  EXPECT_EQ(latencies.percentile_us(0.5), 0);
  for (int i = 100; i >= 1; --i) latencies.add(std::chrono::microseconds(i));
  EXPECT_EQ(latencies.percentile_us(0.5), 50);
  EXPECT_EQ(latencies.percentile_us(0.99), 99);
  EXPECT_EQ(latencies.percentile_us(1), 100);
}

TEST(Figures, are_one_line_of_json) {
  Figures figures;
  figures.put("rate", 1234.5);
  figures.put("nothing", 0.0 / 1.0);
  EXPECT_EQ(figures.json(), "{\"rate\": 1234.5, \"nothing\": 0}\n");
}

}  // namespace
}  // namespace kith::bench

#include "rtc/replay_window.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/random.hpp"

namespace kith::rtc {
namespace {

TEST(ReplayWindow, anything_is_new_before_the_first) {
  const ReplayWindow window;
  EXPECT_TRUE(window.is_new(0));
  EXPECT_TRUE(window.is_new(uint64_t{1} << 47));
}

TEST(ReplayWindow, oldest_place_counts_and_the_one_before_it_does_not) {
  ReplayWindow window;
  window.accept(5000);
  EXPECT_FALSE(window.is_new(5000));
  EXPECT_TRUE(window.is_new(5001 - ReplayWindow::kSize));
  EXPECT_FALSE(window.is_new(5000 - ReplayWindow::kSize));
}

TEST(ReplayWindow, it_agrees_with_a_set_of_all_that_was_seen) {
  SeededRandom random(7);
  ReplayWindow window;
  std::set<uint64_t> seen;
  uint64_t newest = 100'000;
  for (int i = 0; i < 100'000; ++i) {
    if (random.below(500) == 0) newest += random.below(3 * ReplayWindow::kSize);
    const uint64_t index = newest + random.below(3) - random.below(ReplayWindow::kSize + 100);
    const bool is_recent = window.is_empty() || index + ReplayWindow::kSize > window.highest();
    ASSERT_EQ(window.is_new(index), is_recent && !seen.contains(index)) << i;
    if (!window.is_new(index)) continue;
    window.accept(index);
    seen.insert(index);
    newest = std::max(newest, index);
  }
}

}  // namespace
}  // namespace kith::rtc

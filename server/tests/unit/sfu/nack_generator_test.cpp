#include "sfu/nack_generator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace kith::sfu {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

const Instant kStart(std::chrono::hours(1));
constexpr Duration kRtt = milliseconds(80);

std::vector<uint16_t> due(NackGenerator& nacks, Duration after, Duration rtt = kRtt) {
  std::vector<uint16_t> lost;
  nacks.take_due(kStart + after, rtt, lost);
  return lost;
}

TEST(NackGenerator, waits_for_reordered_packets_before_asking) {
  NackGenerator nacks;
  nacks.handle_gap(kStart, 5, 8);
  EXPECT_EQ(nacks.next_timeout(kRtt), kStart + milliseconds(10));
  EXPECT_THAT(due(nacks, milliseconds(9)), IsEmpty());
  EXPECT_TRUE(nacks.handle_arrival(6));
  EXPECT_FALSE(nacks.handle_arrival(6));
  EXPECT_THAT(due(nacks, milliseconds(10)), ElementsAre(5, 7));
}

TEST(NackGenerator, lost_packet_is_asked_for_again_after_a_round_trip) {
  NackGenerator nacks;
  nacks.handle_gap(kStart, 5, 6);
  EXPECT_THAT(due(nacks, milliseconds(10)), ElementsAre(5));
  EXPECT_THAT(due(nacks, milliseconds(89)), IsEmpty());
  EXPECT_THAT(due(nacks, milliseconds(90)), ElementsAre(5));
}

TEST(NackGenerator, on_a_short_way_it_still_waits_twenty_milliseconds) {
  NackGenerator nacks;
  nacks.handle_gap(kStart, 5, 6);
  EXPECT_THAT(due(nacks, milliseconds(10), milliseconds(1)), ElementsAre(5));
  EXPECT_THAT(due(nacks, milliseconds(29), milliseconds(1)), IsEmpty());
  EXPECT_THAT(due(nacks, milliseconds(30), milliseconds(1)), ElementsAre(5));
}

TEST(NackGenerator, gives_up_after_ten_tries) {
  NackGenerator nacks;
  nacks.handle_gap(kStart, 5, 6);
  int asked = 0;
  for (int i = 0; i < 100; ++i) asked += due(nacks, milliseconds(100) * i).empty() ? 0 : 1;
  EXPECT_EQ(asked, 10);
  EXPECT_TRUE(nacks.empty());
  EXPECT_EQ(nacks.given_up(), 1U);
  EXPECT_EQ(nacks.next_timeout(kRtt), std::nullopt);
}

TEST(NackGenerator, nothing_before_a_key_frame_is_asked_for) {
  NackGenerator nacks;
  nacks.handle_gap(kStart, 5, 10);
  nacks.forget_before(8);
  EXPECT_THAT(due(nacks, milliseconds(10)), ElementsAre(8, 9));
}

TEST(NackGenerator, a_hole_is_not_repaired_beyond_its_bound) {
  NackGenerator nacks;
  nacks.handle_gap(kStart, 0, 400);
  nacks.handle_gap(kStart, 500, 3000);
  const std::vector<uint16_t> lost = due(nacks, milliseconds(10));
  EXPECT_EQ(lost.size(), NackGenerator::kMissingMax);
  EXPECT_EQ(lost.front(), 3000 - NackGenerator::kMissingMax);
  EXPECT_EQ(nacks.given_up(), 2900 - NackGenerator::kMissingMax);
}

}  // namespace
}  // namespace kith::sfu

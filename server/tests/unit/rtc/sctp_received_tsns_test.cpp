#include "rtc/sctp_received_tsns.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace kith::rtc {
namespace {

using Arrival = SctpReceivedTsns::Arrival;
using Blocks = std::vector<std::pair<int, int>>;

constexpr uint32_t kFirst = 0xFFFFFFF0;  // the numbers on the wire wrap soon
const Tsn kStart = first_tsn(kFirst);

struct Sack {
  uint32_t cumulative = 0;
  uint32_t receive_window = 0;
  Blocks blocks;
  std::vector<uint32_t> duplicates;
  bool operator==(const Sack&) const = default;
};

Sack sack_of(SctpReceivedTsns& tsns) {
  Sack sack;
  const auto read = [&](Bytes bytes) {
    const auto parsed = SctpSack::parse(SctpItemReader(parse_sctp_packet(bytes)->chunks).next()->value);
    sack.cumulative = parsed->cumulative_tsn;
    sack.receive_window = parsed->receive_window;
    for (size_t i = 0; i < parsed->block_count(); ++i) {
      sack.blocks.emplace_back(parsed->block(i).first, parsed->block(i).last);
    }
    for (size_t i = 0; i < parsed->duplicates.size(); i += 4) {
      sack.duplicates.push_back(load_u32(parsed->duplicates.data() + i));
    }
  };
  SctpPacker packer(1, read);
  tsns.write_sack(1000, packer);
  packer.finish();
  return sack;
}

void insert(SctpReceivedTsns& tsns, std::initializer_list<int> offsets) {
  for (const int offset : offsets) {
    const Tsn tsn = kStart + static_cast<Tsn>(offset);
    ASSERT_EQ(tsns.check(tsn), Arrival::kNew) << offset;
    tsns.insert(tsn);
  }
}

TEST(SctpReceivedTsns, numbers_in_order_move_the_cumulative_one_across_the_wrap) {
  SctpReceivedTsns tsns(kFirst);
  EXPECT_EQ(sack_of(tsns), (Sack{kFirst - 1, 1000, {}, {}}));
  for (int i = 0; i < 40; ++i) insert(tsns, {i});
  EXPECT_EQ(sack_of(tsns), (Sack{kFirst + 39, 1000, {}, {}}));
  EXPECT_EQ(extend_tsn(kFirst + 39, kStart), kStart + 39);
}

TEST(SctpReceivedTsns, holes_are_reported_and_filled) {
  SctpReceivedTsns tsns(kFirst);
  insert(tsns, {0, 2, 3, 7, 5});
  // RFC 9260 §3.3.4: blocks count from the cumulative number.
  EXPECT_EQ(sack_of(tsns).blocks, (Blocks{{2, 3}, {5, 5}, {7, 7}}));
  insert(tsns, {6});
  EXPECT_EQ(sack_of(tsns).blocks, (Blocks{{2, 3}, {5, 7}}));
  insert(tsns, {1});
  EXPECT_EQ(sack_of(tsns), (Sack{kFirst + 3, 1000, {{2, 4}}, {}}));
  insert(tsns, {4});
  EXPECT_EQ(sack_of(tsns), (Sack{kFirst + 7, 1000, {}, {}}));
  EXPECT_FALSE(tsns.has_gaps());
}

TEST(SctpReceivedTsns, what_came_twice_is_reported_once) {
  SctpReceivedTsns tsns(kFirst);
  insert(tsns, {0, 2});
  EXPECT_EQ(tsns.check(kStart), Arrival::kDuplicate);
  EXPECT_EQ(tsns.check(kStart + 2), Arrival::kDuplicate);
  EXPECT_EQ(sack_of(tsns).duplicates, (std::vector<uint32_t>{kFirst, kFirst + 2}));
  EXPECT_EQ(sack_of(tsns).duplicates, std::vector<uint32_t>{});
}

TEST(SctpReceivedTsns, number_one_beyond_the_window_is_refused) {
  SctpReceivedTsns tsns(kFirst);
  EXPECT_EQ(tsns.check(kStart - 1 + SctpReceivedTsns::kWindow), Arrival::kNew);
  EXPECT_EQ(tsns.check(kStart + SctpReceivedTsns::kWindow), Arrival::kRefused);
}

TEST(SctpReceivedTsns, one_hole_more_than_allowed_is_refused_but_holes_may_be_filled) {
  SctpReceivedTsns tsns(kFirst);
  const auto last = static_cast<int>(2 * SctpReceivedTsns::kRangesMax);
  for (int i = 1; i < last; i += 2) insert(tsns, {i});
  EXPECT_EQ(tsns.check(kStart + static_cast<Tsn>(last) + 1), Arrival::kRefused);
  EXPECT_EQ(tsns.check(kStart + 4), Arrival::kNew);
  EXPECT_EQ(tsns.check(kStart), Arrival::kNew);
  // A SACK says what fits into its packet.
  EXPECT_GT(sack_of(tsns).blocks.size(), 250U);
}

TEST(SctpReceivedTsns, skipping_joins_what_had_arrived_beyond) {
  SctpReceivedTsns tsns(kFirst);
  insert(tsns, {0, 3, 4, 8});
  tsns.skip_to(kStart + 2);
  EXPECT_EQ(sack_of(tsns), (Sack{kFirst + 4, 1000, {{4, 4}}, {}}));
  tsns.skip_to(kStart + 1);
  EXPECT_EQ(tsns.cumulative(), kStart + 4);
  tsns.skip_to(kStart + 20);
  EXPECT_EQ(sack_of(tsns), (Sack{kFirst + 20, 1000, {}, {}}));
}

}  // namespace
}  // namespace kith::rtc

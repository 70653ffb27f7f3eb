#include "rtc/sctp_reassembly.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace kith::rtc {
namespace {

constexpr size_t kMessageMax = 1000;
constexpr Tsn kStart = 1000;

/// One fragment as it is sent, `tsn` from 0.
struct Fragment {
  Tsn tsn = 0;
  std::string bytes;
  bool begins = false;
  bool ends = false;
  uint16_t stream = 0;
  uint16_t sequence = 0;
  bool is_unordered = false;
};

class SctpReassemblyTest : public ::testing::Test {
 protected:
  /// Hands a fragment over and keeps account of what has arrived.
  bool insert(const Fragment& fragment) {
    arrived_.push_back(fragment.tsn);
    Tsn cumulative = kStart - 1;
    while (cumulative < skipped_ || std::ranges::find(arrived_, cumulative + 1 - kStart) != arrived_.end())
      ++cumulative;
    const SctpData data{.stream = fragment.stream,
                        .sequence = fragment.sequence,
                        .protocol = 51,
                        .is_unordered = fragment.is_unordered,
                        .begins = fragment.begins,
                        .ends = fragment.ends,
                        .payload = as_bytes(fragment.bytes)};
    return reassembly_.insert(kStart + fragment.tsn, cumulative, data, out_);
  }
  void skip_to(Tsn tsn) {
    skipped_ = kStart + tsn;
    reassembly_.skip_to(skipped_);
  }
  std::vector<std::string> take() {
    std::vector<std::string> texts;
    for (const auto& message : out_) texts.push_back(message.bytes);
    out_.clear();
    return texts;
  }

  SctpReassembly reassembly_{kMessageMax};
  std::vector<SctpInboundMessage> out_;
  std::vector<Tsn> arrived_;
  Tsn skipped_ = 0;
};

using Texts = std::vector<std::string>;

TEST(SctpReassembly, every_order_of_arrival_gives_the_same_messages) {
  const std::vector<Fragment> fragments{
      {.tsn = 0, .bytes = "a", .begins = true},
      {.tsn = 1, .bytes = "b"},
      {.tsn = 2, .bytes = "c", .ends = true},
      {.tsn = 3, .bytes = "second", .begins = true, .ends = true, .sequence = 1},
      {.tsn = 4, .bytes = "x", .begins = true, .sequence = 2},
      {.tsn = 5, .bytes = "y", .ends = true, .sequence = 2},
  };
  std::vector<size_t> order{0, 1, 2, 3, 4, 5};
  do {
    SctpReassembly reassembly(kMessageMax);
    std::vector<SctpInboundMessage> out;
    std::vector<bool> arrived(order.size());
    for (const size_t index : order) {
      const Fragment& fragment = fragments[index];
      arrived[index] = true;
      const auto first_missing = std::ranges::find(arrived, false) - arrived.begin();
      const SctpData data{.sequence = fragment.sequence,
                          .protocol = 51,
                          .begins = fragment.begins,
                          .ends = fragment.ends,
                          .payload = as_bytes(fragment.bytes)};
      ASSERT_TRUE(reassembly.insert(kStart + fragment.tsn, kStart + static_cast<Tsn>(first_missing) - 1, data, out));
    }
    const std::vector<SctpInboundMessage> expected{{0, 51, "abc"}, {0, 51, "second"}, {0, 51, "xy"}};
    ASSERT_EQ(out, expected);
    ASSERT_EQ(reassembly.held(), 0U);
  } while (std::ranges::next_permutation(order).found);
}

TEST_F(SctpReassemblyTest, streams_do_not_wait_for_each_other_and_unordered_messages_for_nobody) {
  insert({.tsn = 1, .bytes = "late in 0", .begins = true, .ends = true, .stream = 0, .sequence = 1});
  insert({.tsn = 2, .bytes = "first in 1", .begins = true, .ends = true, .stream = 1, .sequence = 0});
  insert({.tsn = 3, .bytes = "free", .begins = true, .ends = true, .stream = 0, .is_unordered = true});
  EXPECT_EQ(take(), (Texts{"first in 1", "free"}));
  insert({.tsn = 0, .bytes = "first in 0", .begins = true, .ends = true, .stream = 0, .sequence = 0});
  EXPECT_EQ(take(), (Texts{"first in 0", "late in 0"}));
}

TEST_F(SctpReassemblyTest, sequence_numbers_wrap) {
  for (uint32_t i = 0; i < 70'000; ++i) {
    const SctpData data{.sequence = static_cast<uint16_t>(i), .begins = true, .ends = true, .payload = as_bytes("x")};
    ASSERT_TRUE(reassembly_.insert(kStart + i, kStart + i, data, out_));
  }
  EXPECT_EQ(out_.size(), 70'000U);
}

TEST_F(SctpReassemblyTest, message_one_byte_too_long_is_refused) {
  EXPECT_TRUE(insert({.tsn = 0, .bytes = std::string(kMessageMax - 1, 'x'), .begins = true}));
  EXPECT_TRUE(insert({.tsn = 1, .bytes = "x", .ends = true}));
  EXPECT_EQ(take().front().size(), kMessageMax);
  EXPECT_TRUE(insert({.tsn = 2, .bytes = std::string(kMessageMax, 'x'), .begins = true, .sequence = 1}));
  EXPECT_FALSE(insert({.tsn = 3, .bytes = "x", .sequence = 1}));
}

TEST_F(SctpReassemblyTest, fragments_that_contradict_their_neighbours_are_refused) {
  insert({.tsn = 0, .bytes = "a", .begins = true});
  EXPECT_FALSE(insert({.tsn = 1, .bytes = "another begins", .begins = true, .sequence = 1}));
  EXPECT_FALSE(insert({.tsn = 1, .bytes = "of another stream", .stream = 1}));
  EXPECT_FALSE(insert({.tsn = 1, .bytes = "of another message", .sequence = 1}));
  EXPECT_FALSE(insert({.tsn = 1, .bytes = "unordered", .is_unordered = true}));
  EXPECT_TRUE(insert({.tsn = 1, .bytes = "b"}));
}

TEST_F(SctpReassemblyTest, what_was_skipped_is_forgotten_and_its_rest_is_not_kept) {
  insert({.tsn = 0, .bytes = "a", .begins = true});
  insert({.tsn = 3, .bytes = "d", .ends = true});
  EXPECT_GT(reassembly_.held(), 0U);
  skip_to(1);
  insert({.tsn = 2, .bytes = "c"});
  EXPECT_EQ(reassembly_.held(), 0U);
  reassembly_.skip_sequence(0, 0, out_);
  insert({.tsn = 4, .bytes = "next", .begins = true, .ends = true, .sequence = 1});
  EXPECT_EQ(take(), Texts{"next"});
}

TEST_F(SctpReassemblyTest, messages_that_waited_for_a_skipped_one_are_delivered) {
  insert({.tsn = 1, .bytes = "1", .begins = true, .ends = true, .sequence = 1});
  insert({.tsn = 3, .bytes = "3", .begins = true, .ends = true, .sequence = 3});
  insert({.tsn = 4, .bytes = "4", .begins = true, .ends = true, .sequence = 4});
  EXPECT_EQ(take(), Texts{});
  skip_to(2);
  reassembly_.skip_sequence(0, 2, out_);
  EXPECT_EQ(take(), (Texts{"1", "3", "4"}));
  reassembly_.skip_sequence(0, 1, out_);
  insert({.tsn = 5, .bytes = "5", .begins = true, .ends = true, .sequence = 5});
  EXPECT_EQ(take(), Texts{"5"});
  EXPECT_EQ(reassembly_.held(), 0U);
}

TEST_F(SctpReassemblyTest, stream_that_was_reset_begins_at_zero_again) {
  insert({.tsn = 0, .bytes = "old", .begins = true, .ends = true, .sequence = 0});
  reassembly_.reset(0);
  insert({.tsn = 1, .bytes = "new", .begins = true, .ends = true, .sequence = 0});
  EXPECT_EQ(take(), (Texts{"old", "new"}));
}

TEST_F(SctpReassemblyTest, tiny_fragments_in_reverse_cost_what_they_cost_in_order) {
  constexpr Tsn kFragments = 200'000;
  SctpReassembly reassembly(kFragments);
  for (Tsn tsn = kFragments - 1; tsn > 0; --tsn) {
    const SctpData data{.ends = tsn == kFragments - 1, .payload = as_bytes("x")};
    ASSERT_TRUE(reassembly.insert(kStart + tsn, kStart - 1, data, out_));
  }
  const SctpData first{.begins = true, .payload = as_bytes("x")};
  ASSERT_TRUE(reassembly.insert(kStart, kStart + kFragments - 1, first, out_));
  EXPECT_EQ(out_.front().bytes.size(), kFragments);
}

}  // namespace
}  // namespace kith::rtc

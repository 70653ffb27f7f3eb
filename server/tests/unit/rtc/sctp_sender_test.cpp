#include "rtc/sctp_sender.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace kith::rtc {
namespace {

using std::chrono::milliseconds;

constexpr uint32_t kFirst = 100;
constexpr uint32_t kPlenty = 10'000'000;
using Tsns = std::vector<uint32_t>;
using Blocks = std::vector<SctpSack::Block>;

class SctpSenderTest : public ::testing::Test {
 protected:
  void start(uint32_t receive_window = kPlenty) { sender_.start(receive_window, true); }
  void push(size_t size, SctpOutboundMessage like = {}) {
    like.bytes = std::string(size, 'x');
    sender_.push(std::move(like));
  }
  /// What leaves now: TSNs of DATA; FORWARD TSN goes to `forwards_`.
  Tsns flush() {
    Tsns tsns;
    const auto read = [&](Bytes bytes) {
      SctpItemReader chunks(parse_sctp_packet(bytes)->chunks);
      while (const auto chunk = chunks.next()) {
        if (chunk->chunk_type() == SctpChunkType::kForwardTsn) {
          forwards_.push_back(SctpForwardTsn::parse(chunk->value)->cumulative_tsn);
        } else {
          tsns.push_back(SctpData::parse(*chunk)->tsn);
        }
      }
    };
    SctpPacker packer(1, read);
    sender_.flush(now_, packer, SctpSender::Extent::kAll);
    packer.finish();
    return tsns;
  }
  bool sack(uint32_t cumulative, const Blocks& blocks = {}, uint32_t receive_window = kPlenty) {
    std::vector<uint8_t> bytes(4 * blocks.size());
    for (size_t i = 0; i < blocks.size(); ++i) {
      store_u16(bytes.data() + 4 * i, blocks[i].first);
      store_u16(bytes.data() + 4 * i + 2, blocks[i].last);
    }
    return sender_.handle_sack(
        now_, {.cumulative_tsn = cumulative, .receive_window = receive_window, .blocks = bytes, .duplicates = {}});
  }

  Instant now_{std::chrono::seconds(10)};
  SctpRoundTrip round_trip_;
  SctpSender sender_{kFirst, round_trip_};
  Tsns forwards_;
};

TEST_F(SctpSenderTest, nothing_leaves_before_the_peer_is_known) {
  push(10);
  EXPECT_EQ(flush(), Tsns{});
  start();
  EXPECT_EQ(flush(), Tsns{kFirst});
}

TEST_F(SctpSenderTest, window_doubles_per_round_trip_and_halves_at_a_loss) {
  start();
  push(200 * SctpData::kPayloadMax);
  size_t in_round = flush().size();
  EXPECT_EQ(in_round, SctpCongestion::kInitial / SctpCongestion::kPacket);
  uint32_t acknowledged = kFirst - 1;
  for (int round = 0; round < 3; ++round) {
    size_t next_round = 0;
    for (size_t i = 0; i < in_round; ++i) {
      ASSERT_TRUE(sack(++acknowledged));
      next_round += flush().size();
    }
    EXPECT_GE(next_round, 2 * in_round - 2);
    in_round = next_round;
  }
  // One is missing, later ones arrive: three hints, then it goes out once more.
  Tsns sent;
  for (uint16_t i = 2; i <= 4; ++i) {
    ASSERT_TRUE(sack(acknowledged, {{2, i}}));
    sent = flush();
  }
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(sent.front(), acknowledged + 1);
  size_t more = 0;
  for (uint16_t i = 5; i <= in_round / 2 - 2; ++i) {
    ASSERT_TRUE(sack(acknowledged, {{2, i}}));
    more += flush().size();
  }
  EXPECT_EQ(more, 0U);
}

TEST_F(SctpSenderTest, repetition_that_is_lost_too_is_noticed_by_what_was_sent_after_it) {
  start();
  push(1);
  push(1);
  push(1);
  push(1);
  ASSERT_EQ(flush(), (Tsns{100, 101, 102, 103}));
  for (uint16_t last = 2; last <= 4; ++last) ASSERT_TRUE(sack(99, {{2, last}}));
  EXPECT_EQ(flush(), Tsns{100});
  // Repeated SACKs about older chunks say nothing about the repetition.
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(sack(99, {{2, 4}}));
  EXPECT_EQ(flush(), Tsns{});
  for (uint16_t last = 5; last <= 7; ++last) {
    push(1);
    ASSERT_EQ(flush(), Tsns{99U + last});
    ASSERT_TRUE(sack(99, {{2, last}}));
  }
  EXPECT_EQ(flush(), Tsns{100});
}

TEST_F(SctpSenderTest, silence_repeats_with_growing_pauses_and_one_packet_at_a_time) {
  start();
  push(5 * SctpData::kPayloadMax);
  ASSERT_EQ(flush().size(), 5U);
  Duration previous{};
  for (int i = 0; i < 6; ++i) {
    const Instant due = sender_.next_timeout().value();
    EXPECT_GE(due - now_, previous);
    previous = due - now_;
    now_ = due;
    EXPECT_TRUE(sender_.handle_timeout(now_));
    EXPECT_EQ(flush(), Tsns{kFirst});
  }
  EXPECT_EQ(previous, SctpRoundTrip::kMax);
}

TEST_F(SctpSenderTest, acknowledgement_that_is_taken_back_puts_the_chunk_under_way_again) {
  start();
  for (int i = 0; i < 3; ++i) push(1);
  flush();
  ASSERT_TRUE(sack(99, {{2, 3}}));
  ASSERT_TRUE(sack(100));
  now_ = sender_.next_timeout().value();
  ASSERT_TRUE(sender_.handle_timeout(now_));
  EXPECT_EQ(flush(), (Tsns{101, 102}));
}

TEST_F(SctpSenderTest, acknowledgement_of_what_was_never_sent_is_refused) {
  start();
  push(1);
  flush();
  EXPECT_FALSE(sack(101));
  EXPECT_TRUE(sack(100));
  EXPECT_TRUE(sack(99));
  EXPECT_FALSE(sack(101));
  EXPECT_EQ(sender_.held(), 0U);
}

TEST_F(SctpSenderTest, blocks_out_of_order_or_beyond_what_was_sent_cover_nothing) {
  start();
  for (int i = 0; i < 5; ++i) push(1);
  flush();
  EXPECT_TRUE(sack(99, {{0, 0}, {4, 2}, {5, 65'535}, {2, 3}, {9, 12}}));
  EXPECT_TRUE(sack(103));
  now_ = sender_.next_timeout().value();
  EXPECT_TRUE(sender_.handle_timeout(now_));
}

TEST_F(SctpSenderTest, receiver_without_room_gets_one_chunk_at_a_time) {
  start(0);
  push(10);
  push(10);
  ASSERT_EQ(flush(), Tsns{100});
  EXPECT_EQ(flush(), Tsns{});
  now_ = sender_.next_timeout().value();
  ASSERT_TRUE(sender_.handle_timeout(now_));
  EXPECT_EQ(flush(), Tsns{100});
  ASSERT_TRUE(sack(100, {}, 0));
  EXPECT_EQ(flush(), Tsns{101});
  push(10);
  EXPECT_EQ(flush(), Tsns{});
  ASSERT_TRUE(sack(100, {}, 1000));
  EXPECT_EQ(flush(), Tsns{102});
}

TEST_F(SctpSenderTest, message_out_of_attempts_is_skipped_as_a_whole) {
  start();
  push(3 * SctpData::kPayloadMax, {.max_retransmits = 1});
  push(1);
  ASSERT_EQ(flush(), (Tsns{100, 101, 102, 103}));
  for (uint16_t last = 2; last <= 4; ++last) ASSERT_TRUE(sack(99, {{2, last}}));
  EXPECT_EQ(flush(), Tsns{100});
  EXPECT_EQ(forwards_, Tsns{});
  now_ = sender_.next_timeout().value();
  ASSERT_TRUE(sender_.handle_timeout(now_));
  EXPECT_EQ(flush(), Tsns{});
  EXPECT_EQ(forwards_, Tsns{102});
  ASSERT_TRUE(sack(103));
  EXPECT_EQ(sender_.held(), 0U);
  EXPECT_FALSE(sender_.next_timeout());
}

TEST_F(SctpSenderTest, skip_that_is_lost_is_told_again) {
  start();
  push(1, {.max_retransmits = 0});
  flush();
  for (int i = 0; i < 3; ++i) {
    now_ = sender_.next_timeout().value();
    ASSERT_TRUE(sender_.handle_timeout(now_));
    EXPECT_EQ(flush(), Tsns{});
  }
  EXPECT_EQ(forwards_, (Tsns{100, 100, 100}));
  ASSERT_TRUE(sack(100));
  EXPECT_FALSE(sender_.next_timeout());
}

TEST_F(SctpSenderTest, message_that_expired_while_it_waited_is_never_sent) {
  start();
  push(1, {.expires_at = now_ + milliseconds(50)});
  now_ += milliseconds(50);
  EXPECT_EQ(flush(), Tsns{});
  EXPECT_EQ(sender_.held(), 0U);
}

TEST_F(SctpSenderTest, peer_without_forward_tsn_gets_everything) {
  sender_.start(kPlenty, false);
  push(1, {.max_retransmits = 0});
  ASSERT_EQ(flush(), Tsns{100});
  now_ = sender_.next_timeout().value();
  ASSERT_TRUE(sender_.handle_timeout(now_));
  EXPECT_EQ(flush(), Tsns{100});
}

TEST_F(SctpSenderTest, round_trip_is_measured_and_bounds_the_pause) {
  start();
  push(1);
  flush();
  now_ += milliseconds(300);
  ASSERT_TRUE(sack(100));
  EXPECT_EQ(round_trip_.smoothed(), milliseconds(300));
  EXPECT_EQ(round_trip_.timeout(), milliseconds(900));  // RFC 9260 §6.3.1: SRTT + 4 * SRTT / 2
}

}  // namespace
}  // namespace kith::rtc

#include "rtc/sctp_association.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <string>
#include <vector>

#include "rtc/sctp_checksum.hpp"

namespace kith::rtc {
namespace {

using Chunks = std::vector<SctpChunkType>;

constexpr uint32_t kTag = 0xABCD1234;
constexpr uint32_t kPeerTsn = 500;

/// A peer written by hand against the association under test, which may say what no real one would.
class SctpAssociationTest : public ::testing::Test {
 protected:
  /// What the association sends now, as chunks; the bytes of each stay valid until the next call.
  Chunks flush() {
    Chunks types;
    packets_.clear();
    seen_.clear();
    association_.flush(now_, [&](Bytes packet) { packets_.emplace_back(packet.begin(), packet.end()); });
    for (const auto& bytes : packets_) {
      const auto packet = parse_sctp_packet(bytes);
      tags_.push_back(packet->verification_tag);
      SctpItemReader chunks(packet->chunks);
      while (const auto chunk = chunks.next()) {
        seen_.push_back(*chunk);
        types.push_back(chunk->chunk_type());
      }
    }
    return types;
  }
  void handle(uint32_t tag, FunctionRef<void(SctpPacker&)> write) {
    const auto deliver = [&](Bytes packet) { association_.handle_packet(now_, packet); };
    SctpPacker packer(tag, deliver);
    write(packer);
    packer.finish();
    association_.take_events(events_);
  }
  void handle(FunctionRef<void(SctpPacker&)> write) { handle(association_tag_, write); }
  void handle_empty(SctpChunkType type) {
    handle([&](SctpPacker& packer) { packer.add(type, 0, 0); });
  }
  static SctpInit init() {
    return {.tag = kTag,
            .receive_window = 100'000,
            .outbound_streams = 10,
            .inbound_streams = 10,
            .initial_tsn = kPeerTsn,
            .knows_forward_tsn = true,
            .knows_reconfig = true};
  }
  void handle_init(const SctpInit& init) {
    handle(0, [&](SctpPacker& packer) { init.write(SctpChunkType::kInit, packer); });
  }
  /// We begin: INIT, and our COOKIE ECHO for its INIT ACK.
  void establish() {
    handle_init(init());
    ASSERT_EQ(flush(), Chunks{SctpChunkType::kInitAck});
    const auto answer = SctpInit::parse(seen_[0].value);
    ASSERT_TRUE(answer);
    association_tag_ = answer->tag;
    own_tsn_ = answer->initial_tsn;
    cookie_.assign(answer->cookie.begin(), answer->cookie.end());
    echo_cookie();
    ASSERT_EQ(flush(), Chunks{SctpChunkType::kCookieAck});
  }
  void echo_cookie() {
    handle([&](SctpPacker& packer) {
      std::ranges::copy(cookie_, packer.add(SctpChunkType::kCookieEcho, 0, cookie_.size()).begin());
    });
  }
  void handle_data(uint32_t tsn_offset, std::string_view payload, SctpData data = {.begins = true, .ends = true}) {
    data.tsn = kPeerTsn + tsn_offset;
    data.payload = as_bytes(payload);
    handle([&](SctpPacker& packer) { data.write(packer); });
  }
  /// RE-CONFIG with an Outgoing SSN Reset Request.
  void handle_reset_request(uint32_t request, uint32_t last_tsn, std::vector<uint16_t> streams) {
    handle([&](SctpPacker& packer) {
      const size_t size = 16 + 2 * streams.size();
      ByteWriter out(packer.add(SctpChunkType::kReconfig, 0, size));
      out.u16(static_cast<uint16_t>(SctpReconfigKind::kOutgoingReset));
      out.u16(static_cast<uint16_t>(size));
      out.u32(request);
      out.u32(0);
      out.u32(last_tsn);
      for (const uint16_t stream : streams) out.u16(stream);
    });
  }
  std::optional<SctpReconfigResponse> reset_answer() {
    flush();
    for (const SctpItem& chunk : seen_) {
      if (chunk.chunk_type() == SctpChunkType::kReconfig) return SctpReconfigResponse::parse(chunk.value.subspan(4));
    }
    return std::nullopt;
  }
  std::vector<std::string> messages() {
    std::vector<std::string> texts;
    for (const SctpEvent& event : events_) {
      if (const auto* message = std::get_if<SctpInboundMessage>(&event)) texts.push_back(message->bytes);
    }
    return texts;
  }
  [[nodiscard]] bool was_aborted(SctpLoss cause) {
    if (events_.empty() || !std::holds_alternative<SctpLoss>(events_.back())) return false;
    return std::get<SctpLoss>(events_.back()) == cause && flush() == Chunks{SctpChunkType::kAbort};
  }

  Instant now_{std::chrono::seconds(10)};
  SeededRandom random_{3};
  SctpAssociation association_{random_};
  std::deque<std::vector<uint8_t>> packets_;
  std::vector<SctpItem> seen_;
  std::vector<uint32_t> tags_;
  std::vector<SctpEvent> events_;
  std::vector<uint8_t> cookie_;
  uint32_t association_tag_ = 0;
  uint32_t own_tsn_ = 0;
};

using Texts = std::vector<std::string>;

TEST_F(SctpAssociationTest, init_lists_exactly_the_extensions_data_channels_need) {
  association_.connect();
  ASSERT_EQ(flush(), Chunks{SctpChunkType::kInit});
  EXPECT_EQ(tags_.back(), 0U);
  SctpItemReader parameters(seen_[0].value.subspan(16));
  const auto forward_tsn = parameters.next();
  EXPECT_EQ(forward_tsn->kind, 0xC000);
  const auto extensions = parameters.next();
  EXPECT_EQ(extensions->kind, 0x8008);
  EXPECT_TRUE(std::ranges::equal(extensions->value, std::vector<uint8_t>{130, 192}));
  // No zero checksum (0x8001), no I-DATA (64): nothing else.
  EXPECT_FALSE(parameters.next());
}

TEST_F(SctpAssociationTest, data_travels_with_the_cookie) {
  association_.connect();
  flush();
  association_tag_ = SctpInit::parse(seen_[0].value)->tag;
  association_.push({.bytes = "early", .stream = 1});
  const std::string cookie = "opaque";
  SctpInit answer = init();
  answer.cookie = as_bytes(cookie);
  handle([&](SctpPacker& packer) { answer.write(SctpChunkType::kInitAck, packer); });
  EXPECT_EQ(flush(), (Chunks{SctpChunkType::kCookieEcho, SctpChunkType::kData}));
  EXPECT_EQ(as_text(seen_[0].value), cookie);
  EXPECT_EQ(packets_.size(), 1U);
  EXPECT_EQ(tags_.back(), kTag);
}

TEST_F(SctpAssociationTest, answer_without_a_cookie_ends_the_handshake) {
  association_.connect();
  flush();
  association_tag_ = SctpInit::parse(seen_[0].value)->tag;
  handle([&](SctpPacker& packer) { init().write(SctpChunkType::kInitAck, packer); });
  EXPECT_TRUE(was_aborted(SctpLoss::kProtocolViolation));
}

TEST_F(SctpAssociationTest, handshake_that_is_repeated_is_answered_again) {
  establish();
  handle_init(init());
  EXPECT_EQ(flush(), Chunks{SctpChunkType::kInitAck});
  echo_cookie();
  EXPECT_EQ(flush(), Chunks{SctpChunkType::kCookieAck});
  handle_data(0, "still there");
  EXPECT_EQ(messages(), Texts{"still there"});
}

TEST_F(SctpAssociationTest, foreign_cookie_establishes_nothing) {
  handle_init(init());
  flush();
  association_tag_ = SctpInit::parse(seen_[0].value)->tag;
  cookie_.assign(16, 0);
  echo_cookie();
  EXPECT_EQ(flush(), Chunks{});
}

TEST_F(SctpAssociationTest, peer_that_begins_anew_ends_the_association) {
  establish();
  SctpInit other = init();
  other.tag = kTag + 1;
  handle_init(other);
  EXPECT_TRUE(was_aborted(SctpLoss::kClosedByPeer));
}

TEST_F(SctpAssociationTest, init_with_zero_tag_or_no_streams_is_dropped) {
  for (const int fault : {0, 1, 2}) {
    SctpInit bad = init();
    if (fault == 0) bad.tag = 0;
    if (fault == 1) bad.outbound_streams = 0;
    if (fault == 2) bad.inbound_streams = 0;
    handle_init(bad);
    EXPECT_EQ(flush(), Chunks{}) << fault;
  }
}

TEST_F(SctpAssociationTest, packet_with_a_wrong_tag_changes_nothing) {
  establish();
  handle(association_tag_ + 1, [](SctpPacker& packer) { packer.add(SctpChunkType::kAbort, 0, 0); });
  handle(0, [](SctpPacker& packer) { packer.add(SctpChunkType::kAbort, 0, 0); });
  handle(kTag, [](SctpPacker& packer) { packer.add(SctpChunkType::kAbort, 0, 0); });
  EXPECT_FALSE(association_.is_lost());
  // With the T bit the peer reflects its own tag (RFC 9260 §8.5.1).
  handle(kTag, [](SctpPacker& packer) { packer.add(SctpChunkType::kAbort, 1, 0); });
  EXPECT_TRUE(association_.is_lost());
}

TEST_F(SctpAssociationTest, second_packet_or_a_short_wait_brings_the_acknowledgement) {
  establish();
  handle_data(0, "a");
  EXPECT_EQ(flush(), Chunks{});
  handle_data(1, "b", {.sequence = 1, .begins = true, .ends = true});
  EXPECT_EQ(flush(), Chunks{SctpChunkType::kSack});
  handle_data(2, "c", {.sequence = 2, .begins = true, .ends = true});
  EXPECT_EQ(flush(), Chunks{});
  EXPECT_EQ(association_.next_timeout(), now_ + SctpReceiver::kAckDelay);
  now_ += SctpReceiver::kAckDelay;
  association_.handle_timeout(now_);
  EXPECT_EQ(flush(), Chunks{SctpChunkType::kSack});
  EXPECT_EQ(SctpSack::parse(seen_[0].value)->cumulative_tsn, kPeerTsn + 2);
}

TEST_F(SctpAssociationTest, acknowledgement_rides_with_data_and_a_hole_is_reported_at_once) {
  establish();
  handle_data(0, "a");
  association_.push({.bytes = "answer", .stream = 1});
  EXPECT_EQ(flush(), (Chunks{SctpChunkType::kSack, SctpChunkType::kData}));
  EXPECT_EQ(packets_.size(), 1U);
  handle_data(2, "c", {.sequence = 2, .begins = true, .ends = true});
  EXPECT_EQ(flush(), Chunks{SctpChunkType::kSack});
  EXPECT_EQ(SctpSack::parse(seen_[0].value)->block_count(), 1U);
}

TEST_F(SctpAssociationTest, message_one_byte_too_long_aborts) {
  establish();
  const std::string part(1024, 'x');
  static_assert(SctpAssociation::kMessageMax % 1024 == 0);
  const uint32_t parts = SctpAssociation::kMessageMax / 1024;
  for (uint32_t i = 0; i < parts; ++i) handle_data(i, part, {.begins = i == 0, .ends = i == parts - 1});
  ASSERT_EQ(messages().size(), 1U);
  for (uint32_t i = 0; i < parts; ++i) handle_data(parts + i, part, {.sequence = 1, .begins = i == 0});
  EXPECT_FALSE(association_.is_lost());
  handle_data(2 * parts, "x", {.sequence = 1, .ends = true});
  EXPECT_TRUE(was_aborted(SctpLoss::kProtocolViolation));
}

TEST_F(SctpAssociationTest, receive_buffer_is_bounded_and_says_so) {
  establish();
  const std::string part(1024, 'x');
  uint32_t window = SctpReceiver::kBufferMax;
  // The first is missing, so all others wait.
  for (uint32_t i = 1; i < 3000; ++i) {
    handle_data(i, part, {.sequence = static_cast<uint16_t>(i), .begins = true, .ends = true});
    flush();
    const auto sack = SctpSack::parse(seen_.back().value);
    ASSERT_LE(sack->receive_window, window);
    window = sack->receive_window;
    ASSERT_LT(sack->block(0).last, 1200);
  }
  EXPECT_EQ(window, 0U);
  EXPECT_FALSE(association_.is_lost());
  handle_data(0, part);
  EXPECT_GT(messages().size(), 800U);
  handle_data(2999, part, {.sequence = 2999, .begins = true, .ends = true});
  flush();
  EXPECT_GT(SctpSack::parse(seen_.back().value)->receive_window, SctpReceiver::kBufferMax / 2);
}

TEST_F(SctpAssociationTest, peer_that_fills_the_buffer_in_order_is_aborted) {
  establish();
  const std::string part(1024, 'x');
  // Every stream waits for its message 0, which never comes.
  for (uint32_t i = 0; i < 5000 && !association_.is_lost(); ++i) {
    handle_data(i, part,
                {.stream = static_cast<uint16_t>(i % 1000),
                 .sequence = static_cast<uint16_t>(1 + i / 1000),
                 .begins = true,
                 .ends = true});
  }
  EXPECT_TRUE(was_aborted(SctpLoss::kProtocolViolation));
}

TEST_F(SctpAssociationTest, stream_that_does_not_exist_is_acknowledged_and_dropped) {
  establish();
  handle_data(0, "no such", {.stream = SctpAssociation::kStreams, .begins = true, .ends = true});
  handle_data(1, "last", {.stream = SctpAssociation::kStreams - 1, .begins = true, .ends = true});
  EXPECT_EQ(messages(), Texts{"last"});
  EXPECT_EQ(flush(), Chunks{SctpChunkType::kSack});
  EXPECT_EQ(SctpSack::parse(seen_[0].value)->cumulative_tsn, kPeerTsn + 1);
}

TEST_F(SctpAssociationTest, empty_data_and_acknowledgement_of_the_future_abort) {
  establish();
  handle([](SctpPacker& packer) { packer.add(SctpChunkType::kData, 3, SctpData::kHeaderSize); });
  EXPECT_TRUE(was_aborted(SctpLoss::kProtocolViolation));
}

TEST_F(SctpAssociationTest, acknowledgement_of_what_was_never_sent_aborts) {
  establish();
  handle([&](SctpPacker& packer) {
    ByteWriter out(packer.add(SctpChunkType::kSack, 0, 12));
    out.u32(own_tsn_);
    out.u32(1000);
    out.u32(0);
  });
  EXPECT_TRUE(was_aborted(SctpLoss::kProtocolViolation));
}

TEST_F(SctpAssociationTest, unknown_chunks_are_passed_over) {
  establish();
  handle([&](SctpPacker& packer) {
    packer.add(static_cast<SctpChunkType>(64), 0, 8);
    packer.add(static_cast<SctpChunkType>(0xEE), 0, 8);
    SctpData{.tsn = kPeerTsn, .begins = true, .ends = true, .payload = as_bytes("after")}.write(packer);
  });
  EXPECT_EQ(messages(), Texts{"after"});
}

TEST_F(SctpAssociationTest, heartbeats_are_answered_with_their_own_words_and_not_without_end) {
  establish();
  handle([&](SctpPacker& packer) {
    for (uint8_t i = 0; i < 100; ++i) packer.add(SctpChunkType::kHeartbeat, 0, 8)[0] = i;
  });
  const Chunks answers = flush();
  EXPECT_EQ(answers, Chunks(4, SctpChunkType::kHeartbeatAck));
  EXPECT_EQ(seen_[3].value[0], 3);
}

TEST_F(SctpAssociationTest, silence_is_broken_by_a_heartbeat) {
  establish();
  now_ = association_.next_timeout().value();
  association_.handle_timeout(now_);
  ASSERT_EQ(flush(), Chunks{SctpChunkType::kHeartbeat});
  const std::vector<uint8_t> info(seen_[0].value.begin(), seen_[0].value.end());
  EXPECT_LE(association_.next_timeout().value() - now_, SctpRoundTrip::kInitial);
  handle([&](SctpPacker& packer) {
    std::ranges::copy(info, packer.add(SctpChunkType::kHeartbeatAck, 0, info.size()).begin());
  });
  EXPECT_EQ(association_.next_timeout(), now_ + SctpAssociation::kHeartbeatEvery);
}

TEST_F(SctpAssociationTest, shutdown_is_acknowledged_and_is_the_end) {
  establish();
  handle([&](SctpPacker& packer) { store_u32(packer.add(SctpChunkType::kShutdown, 0, 4).data(), own_tsn_ - 1); });
  EXPECT_EQ(flush(), Chunks{SctpChunkType::kShutdownAck});
  EXPECT_TRUE(association_.is_lost());
  EXPECT_EQ(std::get<SctpLoss>(events_.back()), SctpLoss::kClosedByPeer);
}

TEST_F(SctpAssociationTest, reset_waits_for_the_streams_data_and_is_answered_the_same_when_repeated) {
  establish();
  handle_reset_request(kPeerTsn, kPeerTsn + 1, {3});
  EXPECT_EQ(reset_answer()->result, SctpReconfigResult::kInProgress);
  handle_data(0, "a", {.stream = 3, .begins = true, .ends = true});
  handle_data(1, "b", {.stream = 3, .sequence = 1, .begins = true, .ends = true});
  // libwebrtc asks again under a new number, usrsctp under the old one.
  handle_reset_request(kPeerTsn, kPeerTsn + 1, {3});
  EXPECT_EQ(reset_answer()->result, SctpReconfigResult::kPerformed);
  EXPECT_EQ(std::get<SctpPeerReset>(events_.back()).stream, 3);
  const size_t before = events_.size();
  handle_reset_request(kPeerTsn, kPeerTsn + 1, {3});
  EXPECT_EQ(reset_answer()->result, SctpReconfigResult::kPerformed);
  EXPECT_EQ(events_.size(), before);
  handle_data(2, "again from 0", {.stream = 3, .begins = true, .ends = true});
  EXPECT_EQ(messages().back(), "again from 0");
  handle_reset_request(kPeerTsn + 5, kPeerTsn, {3});
  EXPECT_EQ(reset_answer()->result, SctpReconfigResult::kBadSequence);
  handle_reset_request(kPeerTsn + 1, kPeerTsn, {4, SctpAssociation::kStreams, 0xFFFF});
  EXPECT_EQ(reset_answer()->result, SctpReconfigResult::kPerformed);
}

TEST_F(SctpAssociationTest, every_lost_packet_of_the_handshake_is_made_good) {
  for (size_t lost = 0; lost < 6; ++lost) {
    SctpAssociation left(random_);
    SctpAssociation right(random_);
    left.connect();
    right.connect();
    left.push({.bytes = "from left"});
    right.push({.bytes = "from right"});
    size_t sent = 0;
    std::vector<SctpEvent> left_events;
    std::vector<SctpEvent> right_events;
    for (int step = 0; step < 50; ++step) {
      left.flush(now_, [&](Bytes packet) {
        if (sent++ != lost) right.handle_packet(now_, packet);
      });
      right.flush(now_, [&](Bytes packet) {
        if (sent++ != lost) left.handle_packet(now_, packet);
      });
      now_ += std::chrono::milliseconds(100);
      left.handle_timeout(now_);
      right.handle_timeout(now_);
    }
    left.take_events(left_events);
    right.take_events(right_events);
    ASSERT_EQ(left_events.size(), 1U) << lost;
    ASSERT_EQ(right_events.size(), 1U) << lost;
    EXPECT_EQ(std::get<SctpInboundMessage>(left_events[0]).bytes, "from right");
    EXPECT_EQ(std::get<SctpInboundMessage>(right_events[0]).bytes, "from left");
  }
}

}  // namespace
}  // namespace kith::rtc

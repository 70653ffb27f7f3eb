#include "rtc/rtcp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith::rtc {
namespace {

using Buffer = std::vector<uint8_t>;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<RtcpPacket> parse(const Buffer& bytes) {
  std::vector<RtcpPacket> packets;
  EXPECT_TRUE(parse_rtcp(bytes, packets));
  return packets;
}

bool is_refused(const Buffer& bytes) {
  std::vector<RtcpPacket> packets;
  return !parse_rtcp(bytes, packets);
}

Buffer serialize(const RtcpPacket& packet, size_t size_max = 20'000) {
  Buffer out(size_max);
  ByteWriter writer(out);
  EXPECT_TRUE(serialize_rtcp(packet, writer));
  out.resize(writer.size());
  return out;
}

const SenderReport kSenderReport = {
    .sender = 0x11223344,
    .ntp = 0x0102030405060708,
    .rtp_timestamp = 90'000,
    .packet_count = 10,
    .octet_count = 12'000,
    .blocks = {{.ssrc = 5,
                .fraction_lost = 64,
                .cumulative_lost = -3,
                .highest_sequence = 0x00020001,
                .jitter = 7,
                .last_sender_report = 0xAABBCCDD,
                .delay_since = 65'536}},
};

TEST(Rtcp, every_kind_is_read_back_as_it_was_written) {
  const std::vector<RtcpPacket> kinds = {
      kSenderReport,
      ReceiverReport{.sender = 1, .blocks = kSenderReport.blocks},
      ReceiverReport{.sender = 1},
      SourceDescription{.ssrc = 1, .cname = "PA_1"},
      SourceDescription{.ssrc = 2, .cname = ""},
      SourceDescription{.ssrc = 3, .cname = std::string(255, 'c')},
      Bye{.ssrcs = {1, 2, 3}},
      Nack{.sender = 1, .media = 2, .lost = {65534, 65535, 3, 14, 15, 900}},
      PictureLossIndication{.sender = 1, .media = 2},
      FullIntraRequest{.sender = 1, .media = 2, .sequence = 200},
      ReceiverEstimatedMaxBitrate{.sender = 1, .bits_per_second = 262'143, .ssrcs = {7, 8}},
      TransportFeedback{.sender = 1,
                        .media = 2,
                        .base_sequence = 65'530,
                        .reference_time = -2,
                        .feedback_count = 255,
                        .deltas = {0, 255, 256, -1, std::nullopt, std::nullopt, 4, -32768, 32767}},
      ReceiverReferenceTime{.sender = 1, .ntp = 0xF0F1F2F3F4F5F6F7},
      DelaySinceLastReference{.sender = 1, .blocks = {{.ssrc = 2, .last_reference = 3, .delay_since = 4}, {}}},
  };
  Buffer compound(20'000);
  ByteWriter writer(compound);
  for (const RtcpPacket& packet : kinds) {
    EXPECT_THAT(parse(serialize(packet)), ElementsAre(packet)) << "kind " << packet.index();
    EXPECT_EQ(serialize(packet).size() % 4, 0U);
    ASSERT_TRUE(serialize_rtcp(packet, writer));
  }
  compound.resize(writer.size());
  EXPECT_EQ(parse(compound), kinds);
}

// RFC 3550 §6.4.1, field by field.
TEST(Rtcp, reads_a_sender_report_as_the_rfc_draws_it) {
  const Buffer bytes = {0x81, 200,  0, 12, 0x11, 0x22, 0x33, 0x44, 1,    2,    3,    4,    5, 6, 7,  8,    0,    1,
                        0x5F, 0x90, 0, 0,  0,    10,   0,    0,    0x2E, 0xE0, 0,    0,    0, 5, 64, 0xFF, 0xFF, 0xFD,
                        0,    2,    0, 1,  0,    0,    0,    7,    0xAA, 0xBB, 0xCC, 0xDD, 0, 1, 0,  0};
  EXPECT_THAT(parse(bytes), ElementsAre(RtcpPacket(kSenderReport)));
  EXPECT_EQ(serialize(kSenderReport), bytes);
}

TEST(Rtcp, clamps_losses_to_24_bits) {
  ReceiverReport report{.sender = 1, .blocks = {{.cumulative_lost = 0x7FFFFFFF}, {.cumulative_lost = -0x7FFFFFFF}}};
  const auto read = std::get<ReceiverReport>(parse(serialize(report)).at(0));
  EXPECT_EQ(read.blocks[0].cumulative_lost, 0x7FFFFF);
  EXPECT_EQ(read.blocks[1].cumulative_lost, -0x800000);
}

TEST(Rtcp, keeps_of_a_source_description_the_cname_of_each_chunk) {
  const Buffer bytes = {0x82, 202, 0, 8,                                                    // two chunks
                        0,    0,   0, 1, 2, 3, 'N', 'a', 'm', 1,   2,   'a', 'b', 0, 0, 0,  // NAME, then CNAME
                        0,    0,   0, 2, 6, 6, 't', 'o', 'o', 'l', 'x', 'y', 0,   0, 0, 0};
  EXPECT_THAT(parse(bytes), ElementsAre(RtcpPacket(SourceDescription{.ssrc = 1, .cname = "ab"})));
}

TEST(Rtcp, reads_a_goodbye_with_a_reason) {
  const Buffer bytes = {0x81, 203, 0, 3, 0, 0, 0, 9, 4, 'g', 'o', 'n', 'e', 0, 0, 0};
  EXPECT_THAT(parse(bytes), ElementsAre(RtcpPacket(Bye{.ssrcs = {9}})));
}

// RFC 4585 §6.2.1: the mask's least significant bit is the packet after the one named.
TEST(Rtcp, spells_out_the_mask_of_a_nack) {
  const Buffer bytes = {0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 0xFE, 0x80, 0x03};
  const Nack nack{.sender = 1, .media = 2, .lost = {65534, 65535, 0, 14}};
  EXPECT_THAT(parse(bytes), ElementsAre(RtcpPacket(nack)));
  EXPECT_EQ(serialize(nack), bytes);
}

TEST(Rtcp, packs_seventeen_losses_in_a_row_into_one_nack_item) {
  Nack nack{.sender = 1, .media = 2};
  for (uint16_t i = 0; i < 17; ++i) nack.lost.push_back(static_cast<uint16_t>(65530 + i));
  EXPECT_EQ(serialize(nack).size(), 16U);
  nack.lost.push_back(11);
  EXPECT_EQ(serialize(nack).size(), 20U);
}

// draft-alvestrand-rmcat-remb-03 §2.2: 6 bits of exponent, 18 of mantissa.
TEST(Rtcp, reads_an_estimate_of_mantissa_and_exponent) {
  const Buffer bytes = {0x8F, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 1, 0x07, 0xD0, 0x90, 0, 0, 0, 9};
  EXPECT_THAT(
      parse(bytes),
      ElementsAre(RtcpPacket(ReceiverEstimatedMaxBitrate{.sender = 1, .bits_per_second = 500'000, .ssrcs = {9}})));
}

TEST(Rtcp, rounds_a_large_estimate_down_to_18_bits) {
  const ReceiverEstimatedMaxBitrate estimate{.sender = 1, .bits_per_second = 50'000'001};
  const auto read = std::get<ReceiverEstimatedMaxBitrate>(parse(serialize(estimate)).at(0));
  EXPECT_EQ(read.bits_per_second, 50'000'001U >> 8 << 8);
}

TEST(Rtcp, refuses_an_estimate_beyond_64_bits) {
  EXPECT_TRUE(is_refused({0x8F, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 0, 0xFF, 0xFF, 0xFF}));
}

// transport-wide-cc-01 §3.1: one run, one vector of one-bit and one of two-bit symbols, negative delta.
TEST(Rtcp, reads_all_chunks_of_transport_feedback) {
  const Buffer bytes = {0x8F, 205,  0,    8, 0, 0, 0,    1,    0, 0, 0, 2, 0xFF, 0xFF, 0, 19,  // 19 packets from 65535
                        0xFF, 0xFF, 0xFF, 3,                                                   // −64 ms
                        0x20, 0x03,                                                            // 3 × small delta
                        0x90, 0x01,  // one bit: no, yes, 11 × no, yes → 14 statuses
                        0xD8, 0x00,  // two bits: small, large, then the count is reached
                        1,    2,    3,    4, 5, 6, 0xFF, 0xFE, 0, 0};
  const auto feedback = std::get<TransportFeedback>(parse(bytes).at(0));
  EXPECT_EQ(feedback.base_sequence, 65535);
  EXPECT_EQ(feedback.reference_time, -1);
  EXPECT_EQ(feedback.feedback_count, 3);
  std::vector<std::optional<int16_t>> expected = {1, 2, 3, std::nullopt, 4};
  expected.resize(16);
  expected.insert(expected.end(), {5, 6, -2});
  EXPECT_EQ(feedback.deltas, expected);
}

TEST(Rtcp, describes_a_long_loss_with_one_chunk) {
  TransportFeedback feedback{.deltas = {0}};
  feedback.deltas.resize(4000);
  feedback.deltas.emplace_back(9);
  const Buffer bytes = serialize(feedback);
  EXPECT_LE(bytes.size(), 20U + 3 * 2 + 2 + 4);
  EXPECT_THAT(parse(bytes), ElementsAre(RtcpPacket(feedback)));
}

TEST(Rtcp, refuses_more_sequence_numbers_than_the_limit) {
  TransportFeedback feedback;
  feedback.deltas.resize(kRtcpSequencesMax);
  Buffer bytes = serialize(feedback);
  EXPECT_EQ(parse(bytes).size(), 1U);
  const Buffer nack = serialize(Nack{.lost = {1}});
  bytes.insert(bytes.end(), nack.begin(), nack.end());
  EXPECT_TRUE(is_refused(bytes)) << "the limit is the datagram's";
  feedback.deltas.emplace_back();
  Buffer out(20'000);
  ByteWriter writer(out);
  EXPECT_FALSE(serialize_rtcp(feedback, writer));
}

// RFC 3611 §4.4, §4.5; a block of another type stands before them.
TEST(Rtcp, reads_round_trip_blocks_among_others) {
  const Buffer bytes = {0x80, 207, 0, 11, 0, 0, 0, 1, 7, 0, 0, 1, 9, 9, 9, 9,        // type 7 is skipped
                        4,    0,   0, 2,  0, 0, 0, 5, 0, 0, 0, 6,                    // receiver reference time
                        5,    0,   0, 3,  0, 0, 0, 7, 0, 0, 0, 8, 0, 0, 0, 9, 6, 0,  // delay since last
                        0,    0};
  EXPECT_THAT(parse(bytes),
              ElementsAre(RtcpPacket(ReceiverReferenceTime{.sender = 1, .ntp = 0x0000000500000006}),
                          RtcpPacket(DelaySinceLastReference{
                              .sender = 1, .blocks = {{.ssrc = 7, .last_reference = 8, .delay_since = 9}}})));
}

TEST(Rtcp, skips_kinds_it_does_not_know) {
  EXPECT_THAT(parse({0x80, 204, 0, 2, 0, 0, 0, 1, 'n', 'a', 'm', 'e'}), IsEmpty());
  EXPECT_THAT(parse({0x8E, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}), IsEmpty());
  EXPECT_THAT(parse({0x82, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}), IsEmpty());
  EXPECT_THAT(parse({0x8F, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 'L', 'I', 'K', 'E'}), IsEmpty());
}

TEST(Rtcp, ignores_padding_at_the_end_of_a_packet) {
  const Buffer bytes = {0xA1, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 4};
  EXPECT_THAT(parse(bytes), ElementsAre(RtcpPacket(PictureLossIndication{.sender = 1, .media = 2})));
}

TEST(Rtcp, refuses_what_is_cut_or_contradicts_itself) {
  const std::pair<const char*, Buffer> cases[] = {
      {"cut header", {0x80, 201, 0}},
      {"version 1", {0x40, 201, 0, 1, 0, 0, 0, 1}},
      {"shorter than its length", {0x80, 201, 0, 2, 0, 0, 0, 1}},
      {"report without its block", {0x81, 201, 0, 1, 0, 0, 0, 1}},
      {"sender report of eight bytes", {0x80, 200, 0, 1, 0, 0, 0, 1}},
      {"goodbye counting too many", {0x82, 203, 0, 1, 0, 0, 0, 1}},
      {"item over the end", {0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, 'a', 'b'}},
      {"chunk without an end", {0x81, 202, 0, 2, 0, 0, 0, 1, 1, 2, 'a', 'b'}},
      {"nack of half an item", {0xA1, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 2}},
      {"picture loss without media", {0x81, 206, 0, 1, 0, 0, 0, 1}},
      {"intra request of half an entry", {0x84, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9}},
      {"feedback without chunks", {0x8F, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0}},
      {"feedback without deltas", {0x8F, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0x40, 0x03, 0, 0}},
      {"feedback of the reserved run",
       {0x8F, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0x60, 1, 0, 0}},
      {"feedback of the reserved symbol",
       {0x8F, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0xF0, 0, 0, 0}},
      {"report block over the end", {0x80, 207, 0, 2, 0, 0, 0, 1, 4, 0, 0, 2}},
      {"reference time of one word", {0x80, 207, 0, 3, 0, 0, 0, 1, 4, 0, 0, 1, 0, 0, 0, 0}},
      {"delay of two words", {0x80, 207, 0, 4, 0, 0, 0, 1, 5, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"padding of none", {0xA0, 201, 0, 1, 0, 0, 0, 0}},
      {"more padding than packet", {0xA0, 201, 0, 1, 0, 0, 0, 8}},
  };
  for (const auto& [name, bytes] : cases) EXPECT_TRUE(is_refused(bytes)) << name;
}

TEST(Rtcp, keeps_what_came_before_a_fault) {
  Buffer bytes = serialize(PictureLossIndication{.sender = 1, .media = 2});
  bytes.push_back(0x80);
  std::vector<RtcpPacket> packets;
  EXPECT_FALSE(parse_rtcp(bytes, packets));
  EXPECT_EQ(packets.size(), 1U);
}

TEST(Rtcp, writes_nothing_if_a_packet_does_not_fit) {
  Buffer out(20);
  ByteWriter writer(out);
  EXPECT_TRUE(serialize_rtcp(ReceiverReport{.sender = 1}, writer));
  EXPECT_FALSE(serialize_rtcp(kSenderReport, writer));
  EXPECT_EQ(writer.size(), 8U);
  EXPECT_TRUE(serialize_rtcp(PictureLossIndication{}, writer)) << "a shorter one still fits";
  EXPECT_FALSE(serialize_rtcp(Bye{}, writer));
}

TEST(Rtcp, refuses_lists_the_header_cannot_count) {
  Buffer out(20'000);
  ByteWriter writer(out);
  EXPECT_TRUE(serialize_rtcp(ReceiverReport{.blocks = std::vector<ReportBlock>(31)}, writer));
  EXPECT_FALSE(serialize_rtcp(ReceiverReport{.blocks = std::vector<ReportBlock>(32)}, writer));
  EXPECT_FALSE(serialize_rtcp(Bye{.ssrcs = std::vector<Ssrc>(32)}, writer));
  EXPECT_FALSE(serialize_rtcp(ReceiverEstimatedMaxBitrate{.ssrcs = std::vector<Ssrc>(256)}, writer));
  EXPECT_FALSE(serialize_rtcp(SourceDescription{.cname = std::string(256, 'x')}, writer));
}

// RFC 5761 §4: RTCP types stand where RTP payload types 64 to 95 with the marker would.
TEST(Rtcp, is_told_from_rtp_by_its_second_byte) {
  EXPECT_TRUE(is_rtcp(serialize(ReceiverReport{})));
  EXPECT_FALSE(is_rtcp(Buffer{0x80, 111, 0, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(is_rtcp(Buffer{0x80, 0x80 | 96, 0, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(is_rtcp(Buffer{0x80, 200, 0, 1}));
}

TEST(Ntp, counts_seconds_since_1900_with_a_binary_fraction) {
  EXPECT_EQ(ntp_of(UnixMillis{0}), uint64_t{2'208'988'800} << 32);
  EXPECT_EQ(ntp_of(UnixMillis{1500}), uint64_t{2'208'988'801} << 32 | 0x80000000U);
  EXPECT_EQ(ntp_middle(0x0123456789ABCDEF), 0x456789ABU);
}

}  // namespace
}  // namespace kith::rtc

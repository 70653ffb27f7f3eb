#include "sfu/receive_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace kith::sfu {
namespace {

using Arrival = ReceiveStream::Arrival;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

const Instant kStart(std::chrono::hours(1));
constexpr std::array<uint8_t, 10> kPayload{};

rtc::RtpPacket packet(uint16_t sequence, uint32_t timestamp = 0) {
  rtc::RtpPacket made;
  made.sequence = sequence;
  made.timestamp = timestamp;
  made.payload = kPayload;
  return made;
}

struct Stream : ReceiveStream {
  Stream() : ReceiveStream({.ssrc = 7}) {}
  Placed receive(uint16_t sequence, Instant now = kStart) { return handle_packet(now, packet(sequence), 100); }
  std::vector<uint16_t> nacks(Instant now) {
    std::vector<uint16_t> lost;
    take_nacks(now, lost);
    return lost;
  }
};

TEST(ReceiveStream, counts_on_where_sequence_numbers_wrap) {
  Stream stream;
  EXPECT_EQ(stream.receive(65'534).sequence, 65'534);
  EXPECT_EQ(stream.receive(65'535).sequence, 65'535);
  EXPECT_EQ(stream.receive(0).sequence, 65'536);
  EXPECT_EQ(stream.take_report(kStart).highest_sequence, 0x1'0000U);
}

TEST(ReceiveStream, tells_late_packets_from_duplicates) {
  Stream stream;
  stream.receive(10);
  stream.receive(13);
  EXPECT_EQ(stream.receive(11).arrival, Arrival::kLate);
  EXPECT_EQ(stream.receive(11).arrival, Arrival::kDuplicate);
  EXPECT_EQ(stream.receive(13).arrival, Arrival::kDuplicate);
  EXPECT_EQ(stream.receive(9).arrival, Arrival::kLate) << "from before the first one that came";
}

TEST(ReceiveStream, too_old_to_tell_is_a_duplicate) {
  Stream stream;
  stream.receive(100);
  stream.receive(2000);
  EXPECT_EQ(stream.receive(900).arrival, Arrival::kDuplicate);
  EXPECT_EQ(stream.receive(1500).arrival, Arrival::kLate);
}

TEST(ReceiveStream, one_packet_from_afar_is_dropped_two_in_a_row_begin_anew) {
  Stream stream;
  stream.receive(100);
  EXPECT_EQ(stream.receive(30'000).arrival, Arrival::kSuspect);
  EXPECT_EQ(stream.receive(101).arrival, Arrival::kNext) << "a stray packet changes nothing";
  EXPECT_EQ(stream.receive(30'000).arrival, Arrival::kSuspect);
  const ReceiveStream::Placed restarted = stream.receive(30'001);
  EXPECT_EQ(restarted.arrival, Arrival::kRestart);
  EXPECT_GT(restarted.sequence, 101);
  EXPECT_EQ(stream.receive(30'002).sequence, restarted.sequence + 1);
  EXPECT_THAT(stream.nacks(kStart + milliseconds(50)), IsEmpty());
}

TEST(ReceiveStream, reports_loss_of_the_interval_and_since_the_beginning) {
  // RFC 3550 A.3: of 8 expected 2 are lost, 64/256; then of 4 expected none.
  Stream stream;
  for (const uint16_t sequence : {1, 2, 3, 5, 6, 8}) stream.receive(sequence);
  rtc::ReportBlock report = stream.take_report(kStart);
  EXPECT_EQ(report.ssrc, 7U);
  EXPECT_EQ(report.fraction_lost, 64);
  EXPECT_EQ(report.cumulative_lost, 2);
  for (const uint16_t sequence : {9, 10, 11, 12}) stream.receive(sequence);
  report = stream.take_report(kStart);
  EXPECT_EQ(report.fraction_lost, 0);
  EXPECT_EQ(report.cumulative_lost, 2);
  EXPECT_EQ(report.highest_sequence, 12U);
}

TEST(ReceiveStream, what_was_recovered_still_counts_as_lost_on_the_way) {
  Stream stream;
  stream.receive(1);
  stream.receive(3);
  EXPECT_EQ(stream.handle_recovered(kStart, 2).arrival, Arrival::kLate);
  EXPECT_EQ(stream.take_report(kStart).cumulative_lost, 1);
  EXPECT_EQ(stream.counts().recovered, 1U);
  EXPECT_EQ(stream.handle_recovered(kStart, 2).arrival, Arrival::kDuplicate);
  EXPECT_EQ(stream.handle_recovered(kStart, 2000).arrival, Arrival::kDuplicate) << "far ahead of its stream";
}

TEST(ReceiveStream, measures_jitter_as_rfc_3550_says) {
  ReceiveStream stream({.ssrc = 1, .rate_hz = 90'000});
  // Even spacing gives none; one packet 10 ms late changes it by 900/16.
  stream.handle_packet(kStart, packet(1, 0), 100);
  stream.handle_packet(kStart + milliseconds(20), packet(2, 1800), 100);
  EXPECT_EQ(stream.counts().jitter, 0U);
  stream.handle_packet(kStart + milliseconds(50), packet(3, 3600), 100);
  EXPECT_EQ(stream.counts().jitter, 56U);
}

TEST(ReceiveStream, says_when_the_last_sender_report_came) {
  Stream stream;
  stream.receive(1);
  stream.handle_sender_report(kStart, {.sender = 7, .ntp = 0x1111'2222'3333'4444, .rtp_timestamp = 5});
  const rtc::ReportBlock report = stream.take_report(kStart + milliseconds(1500));
  EXPECT_EQ(report.last_sender_report, 0x2222'3333U);
  EXPECT_EQ(report.delay_since, 98'304U);
}

TEST(ReceiveStream, a_pause_is_no_loss_to_repair) {
  Stream stream;
  stream.receive(1);
  stream.receive(3);
  stream.set_paused(true);
  EXPECT_THAT(stream.nacks(kStart + milliseconds(50)), IsEmpty());
  stream.receive(10);
  EXPECT_THAT(stream.nacks(kStart + milliseconds(100)), IsEmpty());
  stream.set_paused(false);
  stream.receive(12);
  EXPECT_THAT(stream.nacks(kStart + milliseconds(100)), ElementsAre(11));
}

TEST(ReceiveStream, a_stream_that_repairs_itself_asks_for_nothing) {
  ReceiveStream stream({.ssrc = 1, .wants_retransmission = false});
  stream.handle_packet(kStart, packet(1), 100);
  stream.handle_packet(kStart, packet(5), 100);
  std::vector<uint16_t> lost;
  stream.take_nacks(kStart + milliseconds(50), lost);
  EXPECT_THAT(lost, IsEmpty());
  EXPECT_EQ(stream.next_timeout(), std::nullopt);
}

}  // namespace
}  // namespace kith::sfu

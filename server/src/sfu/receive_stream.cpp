#include "sfu/receive_stream.hpp"

#include <algorithm>
#include <cmath>

namespace kith::sfu {

namespace {

constexpr int64_t kCumulativeLostMax = (1 << 23) - 1;

int64_t in_rtp_units(Instant now, uint32_t rate_hz) {
  constexpr int64_t kSecond = 1'000'000'000;
  const int64_t nanoseconds = now.time_since_epoch().count();
  return nanoseconds / kSecond * rate_hz + nanoseconds % kSecond * rate_hz / kSecond;
}

}  // namespace

ReceiveStream::ReceiveStream(const Options& options) : options_(options), clock_(options.rate_hz) {}

ReceiveStream::Placed ReceiveStream::handle_packet(Instant now, const rtc::RtpPacket& packet, size_t size) {
  const Placed placed = place(now, packet.sequence);
  if (placed.arrival == Arrival::kSuspect) return placed;
  last_packet_at_ = now;
  rate_.add(now, size);
  bytes_ += size;
  ++packets_;
  if (placed.arrival == Arrival::kDuplicate) {
    ++duplicates_;
    return placed;
  }
  if (placed.arrival == Arrival::kRestart) clock_.reset();
  if (!packet.payload.empty()) measure_jitter(now, packet.timestamp, placed.arrival == Arrival::kRestart);
  return placed;
}

ReceiveStream::Placed ReceiveStream::handle_recovered(Instant now, uint16_t sequence) {
  // A retransmission may run ahead of its stream by a little, never start it or start it anew.
  if (!has_packets_) return {.arrival = Arrival::kDuplicate, .sequence = 0};
  const int16_t distance = rtc::sequence_distance(wire_newest(), sequence);
  if (distance > kAheadMax || distance <= -static_cast<int>(kWindow))
    return {.arrival = Arrival::kDuplicate, .sequence = 0};
  const Placed placed = place(now, sequence);
  if (placed.arrival != Arrival::kDuplicate) ++recovered_;
  return placed;
}

ReceiveStream::Placed ReceiveStream::place(Instant now, uint16_t sequence) {
  if (!has_packets_) return start_at(sequence, sequence);
  const int distance = rtc::sequence_distance(wire_newest(), sequence);
  const bool is_far = distance > kJumpMax || distance < -kJumpMax;
  if (is_far) {
    if (suspect_next_ == sequence) {
      // RFC 3550 A.1: two in a row, the other side has begun anew. Room is left for packets before this one.
      return start_at(sequence, newest_ + static_cast<int64_t>(kWindow));
    }
    suspect_next_ = static_cast<uint16_t>(sequence + 1);
    return {.arrival = Arrival::kSuspect, .sequence = 0};
  }
  suspect_next_.reset();
  const int64_t position = newest_ + distance;
  if (distance > 0) {
    for (int64_t skipped = newest_ + 1; skipped < position; ++skipped) seen_.reset(slot(skipped));
    seen_.set(slot(position));
    if (distance > 1 && options_.wants_retransmission && !is_paused_) nacks_.handle_gap(now, newest_ + 1, position);
    newest_ = position;
    return {.arrival = Arrival::kNext, .sequence = position};
  }
  if (distance <= -static_cast<int>(kWindow) || seen_.test(slot(position))) {
    return {.arrival = Arrival::kDuplicate, .sequence = position};
  }
  seen_.set(slot(position));
  base_ = std::min(base_, position);
  nacks_.handle_arrival(position);
  return {.arrival = Arrival::kLate, .sequence = position};
}

ReceiveStream::Placed ReceiveStream::start_at(uint16_t sequence, int64_t position) {
  const bool is_restart = has_packets_;
  if (is_restart) expected_before_ += newest_ - base_ + 1;
  has_packets_ = true;
  suspect_next_.reset();
  nacks_.clear();
  seen_.reset();
  seen_.set(slot(position));
  newest_ = base_ = position;
  wire_offset_ = position - sequence;
  return {.arrival = is_restart ? Arrival::kRestart : Arrival::kNext, .sequence = position};
}

void ReceiveStream::measure_jitter(Instant now, uint32_t timestamp, bool is_first) {
  const auto transit = static_cast<uint32_t>(in_rtp_units(now, options_.rate_hz)) - timestamp;
  if (transit_ && !is_first) {
    const auto change = static_cast<int32_t>(transit - *transit_);
    jitter_ += (std::abs(static_cast<double>(change)) - jitter_) / 16;
  }
  transit_ = transit;
}

void ReceiveStream::handle_sender_report(Instant now, const rtc::SenderReport& report) {
  clock_.handle_report(report.ntp, report.rtp_timestamp);
  last_report_ntp_ = rtc::ntp_middle(report.ntp);
  last_report_at_ = now;
}

void ReceiveStream::set_paused(bool is_paused) {
  is_paused_ = is_paused;
  if (is_paused) nacks_.clear();
}

rtc::ReportBlock ReceiveStream::take_report(Instant now) {
  rtc::ReportBlock block;
  block.ssrc = options_.ssrc;
  const int64_t all = expected();
  const int64_t expected_now = all - expected_reported_;
  const auto received_now = static_cast<int64_t>(packets_ - received_reported_);
  expected_reported_ = all;
  received_reported_ = packets_;
  if (const int64_t lost = expected_now - received_now; expected_now > 0 && lost > 0) {
    block.fraction_lost = static_cast<uint8_t>(std::min<int64_t>(255, lost * 256 / expected_now));
  }
  const int64_t lost_ever = all - static_cast<int64_t>(packets_);
  block.cumulative_lost = static_cast<int32_t>(std::clamp(lost_ever, -kCumulativeLostMax - 1, kCumulativeLostMax));
  block.highest_sequence = static_cast<uint32_t>(newest_ - wire_offset_);
  block.jitter = static_cast<uint32_t>(jitter_);
  if (last_report_at_) {
    block.last_sender_report = last_report_ntp_;
    block.delay_since = static_cast<uint32_t>((now - *last_report_at_).count() * 65'536 / 1'000'000'000);
  }
  return block;
}

ReceiveStream::Counts ReceiveStream::counts() const {
  return {.packets = packets_,
          .bytes = bytes_,
          .recovered = recovered_,
          .duplicates = duplicates_,
          .lost = expected() - static_cast<int64_t>(packets_ - duplicates_),
          .given_up = nacks_.given_up(),
          .jitter = static_cast<uint32_t>(jitter_)};
}

}  // namespace kith::sfu

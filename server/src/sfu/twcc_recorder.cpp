#include "sfu/twcc_recorder.hpp"

#include <algorithm>

namespace kith::sfu {

namespace {

constexpr Duration kTick = std::chrono::microseconds(250);
constexpr int64_t kTicksPerReference = 256;  ///< the reference time counts 64 ms
/// A report waits this long after its first packet, so that a publisher hears ten times a second …
constexpr Duration kReportAfter = std::chrono::milliseconds(100);
/// … and twenty times if much comes: fresher news where a queue grows fast.
constexpr Duration kReportBusyAfter = std::chrono::milliseconds(50);
constexpr size_t kBusyPackets = 16;
/// Packets received in one report: with two-byte deltas and the losses of a whole window it fits 1,200 bytes.
constexpr size_t kReceivedMax = 400;

/// The reference time's 24 bits, signed as the wire has it.
int32_t wire_reference(int64_t reference) { return static_cast<int32_t>(static_cast<uint32_t>(reference) << 8) >> 8; }

}  // namespace

void TwccRecorder::handle_packet(Instant now, uint16_t transport_sequence, rtc::Ssrc media) {
  if (arrivals_.empty()) {
    arrivals_.assign(kWindow, kNone);
    first_ = begin_ = end_ = transport_sequence;
  }
  const auto newest = static_cast<uint16_t>(end_ - 1);
  const int64_t sequence = end_ - 1 + rtc::sequence_distance(newest, transport_sequence);
  if (sequence < first_) return;  // older than anything remembered: counts as lost
  if (sequence >= end_) advance_to(sequence + 1);
  int64_t& arrival = arrival_of(sequence);
  if (arrival != kNone) return;  // a duplicate
  arrival = now.time_since_epoch() / kTick;
  media_ = media;
  begin_ = std::min(begin_, sequence);
  ++waiting_;
  const Instant due = now + (waiting_ == 1 ? kReportAfter : kReportBusyAfter);
  if (waiting_ == 1) due_ = due;
  if (waiting_ == kBusyPackets) due_ = std::min(*due_, due);
}

/// Makes room for numbers below `end`; what falls out of the window is forgotten.
void TwccRecorder::advance_to(int64_t end) {
  for (int64_t sequence = std::max(end_, end - kWindow); sequence < end; ++sequence) arrival_of(sequence) = kNone;
  end_ = end;
  first_ = std::max(first_, end - kWindow);
  begin_ = std::max(begin_, first_);
}

std::optional<rtc::TransportFeedback> TwccRecorder::take_feedback(Instant now, rtc::Ssrc sender) {
  if (!due_ || now < *due_) return std::nullopt;
  rtc::TransportFeedback feedback{.sender = sender,
                                  .media = media_,
                                  .base_sequence = static_cast<uint16_t>(begin_),
                                  .feedback_count = feedback_count_++};
  std::optional<int64_t> previous;
  size_t received = 0;
  for (; begin_ < end_ && received < kReceivedMax; ++begin_) {
    const int64_t arrival = arrival_of(begin_);
    if (arrival == kNone) {
      feedback.deltas.emplace_back();
      continue;
    }
    if (!previous) {
      const int64_t reference = arrival / kTicksPerReference;
      feedback.reference_time = wire_reference(reference);
      previous = reference * kTicksPerReference;
    }
    const int64_t delta = arrival - *previous;
    if (delta != static_cast<int16_t>(delta)) break;  // more than eight seconds: the next report has its own reference
    feedback.deltas.emplace_back(static_cast<int16_t>(delta));
    previous = arrival;
    ++received;
  }
  if (begin_ == end_) {
    due_.reset();
    waiting_ = 0;
  }
  return feedback;
}

}  // namespace kith::sfu

#include "sfu/send_history.hpp"

#include <utility>

namespace kith::sfu {

namespace {

constexpr Duration kReferenceUnit = std::chrono::milliseconds(64);
constexpr Duration kDeltaUnit = std::chrono::microseconds(250);

/// The way from one 24-bit reference time to another, the shorter way round.
int32_t reference_distance(int32_t from, int32_t to) {
  return static_cast<int32_t>(static_cast<uint32_t>(to - from) << 8) >> 8;
}

}  // namespace

uint16_t SendHistory::on_sent(Instant now, uint16_t size, uint8_t cluster) {
  if (entries_.empty()) entries_.resize(kEntriesMin);
  const Entry& oldest = entry_of(next_);
  const bool is_awaited = oldest.state == State::kInFlight && now - oldest.sent < kAwaited;
  if (is_awaited && entries_.size() < kEntriesMax) grow();
  entry_of(next_) = {.sent = now, .sequence = next_, .size = size, .cluster = cluster, .state = State::kInFlight};
  newest_sent_ = now;
  return static_cast<uint16_t>(next_++);
}

void SendHistory::grow() {
  std::vector<Entry> old(entries_.size() * 2);
  old.swap(entries_);
  for (const Entry& entry : old) {
    if (entry.state != State::kNone) entry_of(entry.sequence) = entry;
  }
}

void SendHistory::handle_feedback(const rtc::TransportFeedback& feedback, std::vector<PacketResult>& results) {
  if (entries_.empty()) return;
  if (newest_reference_) reference_ += reference_distance(*newest_reference_, feedback.reference_time);
  newest_reference_ = feedback.reference_time;
  // An origin far from the clock's beginning leaves room for references that go backwards.
  Instant arrived = Instant(std::chrono::hours(24 * 365)) + reference_ * kReferenceUnit;
  const uint32_t newest = next_ - 1;
  auto sequence =
      static_cast<uint32_t>(newest + rtc::sequence_distance(static_cast<uint16_t>(newest), feedback.base_sequence));
  for (const auto& delta : feedback.deltas) {
    if (delta) arrived += *delta * kDeltaUnit;
    Entry& entry = entry_of(sequence);
    const bool is_known = entry.sequence == sequence && entry.state != State::kNone;
    ++sequence;
    if (!is_known || entry.state == State::kArrived || (!delta && entry.state == State::kLost)) continue;
    const State before = std::exchange(entry.state, delta ? State::kArrived : State::kLost);
    results.push_back({.sent = entry.sent,
                       .arrived = delta ? std::optional(arrived) : std::nullopt,
                       .size = entry.size,
                       .cluster = entry.cluster,
                       .was_lost = before == State::kLost});
  }
}

}  // namespace kith::sfu

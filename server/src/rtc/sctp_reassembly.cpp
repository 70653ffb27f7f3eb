#include "rtc/sctp_reassembly.hpp"

#include <algorithm>
#include <iterator>

namespace kith::rtc {

/// Of two runs whose TSNs touch: one message ends where the next begins, or both are parts of one.
bool SctpReassembly::may_follow(const Run& left, const Run& right) {
  if (left.ends || right.begins) return left.ends && right.begins;
  return left.stream == right.stream && left.is_unordered == right.is_unordered &&
         (left.is_unordered || left.sequence == right.sequence);
}

void SctpReassembly::append(Run& left, Run&& right) {
  left.last = right.last;
  left.ends = right.ends;
  left.size += right.size;
  left.held += right.held;
  // Fragments mostly come in order and singly: their bytes then grow one string.
  if (right.parts.size() == 1 && left.parts.size() == 1 && right.parts.front().size() <= SctpData::kPayloadMax * 2) {
    left.parts.front() += right.parts.front();
  } else {
    left.parts.splice(left.parts.end(), right.parts);
  }
}

SctpReassembly::Runs::iterator SctpReassembly::drop(Runs::iterator at) {
  held_ -= at->second.held;
  return runs_.erase(at);
}

bool SctpReassembly::insert(Tsn tsn, Tsn cumulative, const SctpData& data, std::vector<SctpInboundMessage>& out) {
  Run run{.last = tsn,
          .stream = data.stream,
          .sequence = data.sequence,
          .protocol = data.protocol,
          .is_unordered = data.is_unordered,
          .begins = data.begins,
          .ends = data.ends,
          .size = data.payload.size(),
          .held = data.payload.size() + kChunkOverhead};
  run.parts.emplace_back(as_text(data.payload));
  const auto right = runs_.upper_bound(tsn);
  const auto left = right == runs_.begin() ? runs_.end() : std::prev(right);
  const bool touches_left = left != runs_.end() && left->second.last == tsn - 1;
  const bool touches_right = right != runs_.end() && right->first == tsn + 1;
  if (touches_left && !may_follow(left->second, run)) return false;
  if (touches_right && !may_follow(run, right->second)) return false;
  if (!data.begins && !touches_left && cumulative >= tsn - 1) {
    // Its beginning was skipped, so the rest is of no use.
    if (touches_right && !data.ends) drop(right);
    return true;
  }
  held_ += run.held;
  if (touches_right && !run.ends) {
    append(run, std::move(right->second));
    runs_.erase(right);
  }
  Run* whole = &run;
  if (touches_left && !run.begins) {
    append(left->second, std::move(run));
    whole = &left->second;
  }
  if (whole->size > message_size_max_) return false;
  if (whole->begins && whole->ends) {
    complete(std::move(*whole), out);
    if (whole != &run) runs_.erase(left);
  } else if (whole == &run) {
    runs_.emplace(tsn, std::move(run));
  }
  return true;
}

void SctpReassembly::complete(Run&& run, std::vector<SctpInboundMessage>& out) {
  held_ -= run.held;
  SctpInboundMessage message{.stream = run.stream, .protocol = run.protocol, .bytes = std::move(run.parts.front())};
  message.bytes.reserve(run.size);
  for (auto part = std::next(run.parts.begin()); part != run.parts.end(); ++part) message.bytes += *part;
  if (run.is_unordered) {
    out.push_back(std::move(message));
    return;
  }
  uint64_t& next = next_sequence(run.stream);
  const auto ahead = static_cast<int16_t>(run.sequence - static_cast<uint16_t>(next));
  if (ahead == 0) {
    out.push_back(std::move(message));
    ++next;
    deliver_waiting(run.stream, out);
  } else if (ahead > 0) {
    const size_t held = message.bytes.size() + kChunkOverhead;
    const auto key = std::pair(run.stream, next + static_cast<uint64_t>(ahead));
    if (waiting_.emplace(key, std::move(message)).second) held_ += held;
  }
}

void SctpReassembly::deliver_waiting(uint16_t stream, std::vector<SctpInboundMessage>& out) {
  uint64_t& next = next_sequence(stream);
  auto at = waiting_.lower_bound({stream, 0});
  while (at != waiting_.end() && at->first.first == stream && at->first.second <= next) {
    next = std::max(next, at->first.second + 1);
    held_ -= at->second.bytes.size() + kChunkOverhead;
    out.push_back(std::move(at->second));
    at = waiting_.erase(at);
  }
}

void SctpReassembly::skip_to(Tsn tsn) {
  auto at = runs_.begin();
  while (at != runs_.end() && at->first <= tsn) at = drop(at);
  if (at != runs_.end() && at->first == tsn + 1 && !at->second.begins) drop(at);
}

void SctpReassembly::skip_sequence(uint16_t stream, uint16_t sequence, std::vector<SctpInboundMessage>& out) {
  uint64_t& next = next_sequence(stream);
  const auto ahead = static_cast<int16_t>(sequence - static_cast<uint16_t>(next));
  if (ahead < 0) return;
  // What is whole and was skipped by mistake is still delivered, in order.
  next += static_cast<uint64_t>(ahead) + 1;
  deliver_waiting(stream, out);
}

void SctpReassembly::reset(uint16_t stream) {
  uint64_t& next = next_sequence(stream);
  next = (next | 0xFFFF) + 1;
  auto at = waiting_.lower_bound({stream, 0});
  while (at != waiting_.end() && at->first.first == stream) {
    held_ -= at->second.bytes.size() + kChunkOverhead;
    at = waiting_.erase(at);
  }
}

void SctpReassembly::reset_all() {
  for (size_t stream = 0; stream < next_.size(); ++stream) reset(static_cast<uint16_t>(stream));
}

uint64_t& SctpReassembly::next_sequence(uint16_t stream) {
  if (next_.size() <= stream) next_.resize(size_t{stream} + 1, kSequenceBase);
  return next_[stream];
}

}  // namespace kith::rtc

#include "rtc/sctp_received_tsns.hpp"

#include <algorithm>

namespace kith::rtc {
namespace {

constexpr size_t kSackFixedSize = 12;

}  // namespace

SctpReceivedTsns::Arrival SctpReceivedTsns::check(Tsn tsn) {
  const auto at = std::ranges::lower_bound(ranges_, tsn, {}, &Range::last);
  if (tsn <= cumulative_ || (at != ranges_.end() && at->first <= tsn)) {
    if (duplicate_count_ < duplicates_.size()) duplicates_[duplicate_count_++] = static_cast<uint32_t>(tsn);
    return Arrival::kDuplicate;
  }
  if (tsn > cumulative_ + kWindow) return Arrival::kRefused;
  const bool touches = tsn == cumulative_ + 1 || (at != ranges_.end() && at->first == tsn + 1) ||
                       (at != ranges_.begin() && (at - 1)->last == tsn - 1);
  return touches || ranges_.size() < kRangesMax ? Arrival::kNew : Arrival::kRefused;
}

void SctpReceivedTsns::insert(Tsn tsn) {
  if (tsn == cumulative_ + 1) {
    cumulative_ = tsn;
    return join_cumulative();
  }
  const auto at = std::ranges::lower_bound(ranges_, tsn, {}, &Range::last);
  const bool joins_next = at != ranges_.end() && at->first == tsn + 1;
  const bool joins_previous = at != ranges_.begin() && (at - 1)->last == tsn - 1;
  if (joins_next && joins_previous) {
    (at - 1)->last = at->last;
    ranges_.erase(at);
  } else if (joins_next) {
    at->first = tsn;
  } else if (joins_previous) {
    (at - 1)->last = tsn;
  } else {
    ranges_.insert(at, {.first = tsn, .last = tsn});
  }
}

void SctpReceivedTsns::skip_to(Tsn tsn) {
  if (tsn <= cumulative_) return;
  cumulative_ = tsn;
  join_cumulative();
}

void SctpReceivedTsns::join_cumulative() {
  auto at = ranges_.begin();
  for (; at != ranges_.end() && at->first <= cumulative_ + 1; ++at) cumulative_ = std::max(cumulative_, at->last);
  ranges_.erase(ranges_.begin(), at);
}

void SctpReceivedTsns::write_sack(uint32_t receive_window, SctpPacker& packer) {
  const size_t blocks_max = (kSctpChunkValueMax - kSackFixedSize) / 4 - duplicate_count_;
  const size_t block_count = std::min(ranges_.size(), blocks_max);
  ByteWriter out(packer.add(SctpChunkType::kSack, 0, kSackFixedSize + 4 * (block_count + duplicate_count_)));
  out.u32(static_cast<uint32_t>(cumulative_));
  out.u32(receive_window);
  out.u16(static_cast<uint16_t>(block_count));
  out.u16(static_cast<uint16_t>(duplicate_count_));
  for (size_t index = 0; index < block_count; ++index) {
    out.u16(static_cast<uint16_t>(ranges_[index].first - cumulative_));
    out.u16(static_cast<uint16_t>(ranges_[index].last - cumulative_));
  }
  for (size_t index = 0; index < duplicate_count_; ++index) out.u32(duplicates_[index]);
  duplicate_count_ = 0;
}

}  // namespace kith::rtc

#include "net/datagram_groups.hpp"

#include <algorithm>
#include <bit>

namespace kith::net {

void DatagramGroups::prepare(size_t datagrams) {
  groups_.clear();
  last_.clear();
  if (next_.size() < datagrams) next_.resize(datagrams);
  const size_t wanted = std::bit_ceil(2 * datagrams + 1);
  if (slots_.size() < wanted) slots_.resize(wanted);
  // Slots of earlier rounds count as empty, so nothing is cleared; when the number starts over, everything is.
  if (++round_ == 0) {
    std::ranges::fill(slots_, Slot{});
    round_ = 1;
  }
}

DatagramGroups::Slot& DatagramGroups::slot_of(const rtc::Path& path) {
  size_t at = std::hash<rtc::Path>()(path);
  while (true) {
    Slot& slot = slots_[at & (slots_.size() - 1)];
    if (slot.round != round_ || groups_[slot.group].path == path) return slot;
    ++at;
  }
}

bool DatagramGroups::may_join(const Group& group, uint32_t size) const {
  const bool has_short_end = group.bytes != group.count * group.segment_bytes;
  return !has_short_end && size > 0 && size <= group.segment_bytes && group.count < kSegmentsMax &&
         group.bytes + size <= kBytesMax;
}

void DatagramGroups::gather(const rtc::Outbox& outbox, Joining joining) {
  const auto& datagrams = outbox.datagrams();
  prepare(datagrams.size());
  for (uint32_t i = 0; i < datagrams.size(); ++i) {
    const auto& [path, offset, size] = datagrams[i];
    if (path.is_tcp()) continue;
    next_[i] = kNone;
    if (joining == Joining::kSegments) {
      Slot& slot = slot_of(path);
      if (slot.round == round_ && may_join(groups_[slot.group], size)) {
        Group& group = groups_[slot.group];
        next_[last_[slot.group]] = i;
        last_[slot.group] = i;
        ++group.count;
        group.bytes += size;
        continue;
      }
      slot = {.round = round_, .group = static_cast<uint32_t>(groups_.size())};
    }
    groups_.push_back({.path = path, .first = i, .count = 1, .segment_bytes = size, .bytes = size});
    last_.push_back(i);
  }
}

}  // namespace kith::net

#include "sfu/sequence_map.hpp"

#include <algorithm>
#include <cassert>

namespace kith::sfu {

void SequenceMap::begin(uint16_t source, uint8_t encoding, int64_t in, const RewriteOffsets& offsets) {
  if (count_ == ranges_.size()) {
    if (count_ < kRangesMax) {
      std::ranges::rotate(ranges_, ranges_.begin() + static_cast<std::ptrdiff_t>(begin_));
      begin_ = 0;
      ranges_.resize(std::max(kRangesMin, count_ * 2));
    } else {
      begin_ = index(1);
      --count_;
    }
  }
  ranges_[index(count_++)] = {.first_in = in,
                              .last_in = in,
                              .first_out = next_out_++,
                              .source = source,
                              .encoding = encoding,
                              .offsets = offsets};
}

void SequenceMap::extend(int64_t in) {
  assert(count_ > 0);
  Range& range = ranges_[index(count_ - 1)];
  next_out_ += in - range.last_in;
  range.last_in = in;
}

const SequenceMap::Range* SequenceMap::find_in(uint16_t source, int64_t in) const {
  for (size_t i = count_; i-- > 0;) {
    const Range& range = ranges_[index(i)];
    if (range.source == source && range.first_in <= in) return in <= range.last_in ? &range : nullptr;
  }
  return nullptr;
}

const SequenceMap::Range* SequenceMap::find_out(int64_t out) const {
  if (out >= next_out_) return nullptr;
  for (size_t i = count_; i-- > 0;) {
    const Range& range = ranges_[index(i)];
    if (range.first_out <= out) return &range;
  }
  return nullptr;
}

}  // namespace kith::sfu

#include "sfu/rate_window.hpp"

#include <algorithm>

namespace kith::sfu {

void RateWindow::advance(Instant now) {
  const int64_t number = now.time_since_epoch() / kBucket;
  if (newest_ < 0 || number - newest_ > static_cast<int64_t>(kBuckets)) {
    if (newest_ < 0) first_ = number;
    buckets_.fill(0);
    newest_ = number;
    return;
  }
  for (; newest_ < number; ++newest_) buckets_[static_cast<size_t>(newest_ + 1) % kBuckets] = 0;
}

DataRate RateWindow::rate(Instant now) const {
  if (newest_ < 0) return {};
  const int64_t current = now.time_since_epoch() / kBucket;
  const int64_t full = std::min<int64_t>(current - first_, kBuckets - 1);
  // Before the first bucket is full, as if it were.
  const int64_t from = full == 0 ? current : current - full;
  const int64_t to = full == 0 ? current : current - 1;
  int64_t bytes = 0;
  for (int64_t number = from; number <= to; ++number) {
    const bool is_kept = number <= newest_ && newest_ - number < static_cast<int64_t>(kBuckets);
    if (is_kept) bytes += buckets_[static_cast<size_t>(number) % kBuckets];
  }
  return {.bps = bytes * 8 * 10 / std::max<int64_t>(full, 1)};
}

}  // namespace kith::sfu

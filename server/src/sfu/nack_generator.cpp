#include "sfu/nack_generator.hpp"

#include <algorithm>

#include "base/deadline.hpp"

namespace kith::sfu {

void NackGenerator::handle_gap(Instant now, int64_t from, int64_t to) {
  const int64_t kept_from = std::max(from, to - static_cast<int64_t>(kMissingMax));
  given_up_ += static_cast<uint64_t>(kept_from - from);
  const size_t count = static_cast<size_t>(to - kept_from);
  if (missing_.size() + count > kMissingMax) {
    const size_t surplus = missing_.size() + count - kMissingMax;
    missing_.erase(missing_.begin(), missing_.begin() + static_cast<std::ptrdiff_t>(surplus));
    given_up_ += surplus;
  }
  for (int64_t sequence = kept_from; sequence < to; ++sequence) {
    missing_.push_back({.sequence = sequence, .asked_at = now, .tries = 0});
  }
}

bool NackGenerator::handle_arrival(int64_t sequence) {
  const auto found = std::ranges::lower_bound(missing_, sequence, {}, &Missing::sequence);
  if (found == missing_.end() || found->sequence != sequence) return false;
  missing_.erase(found);
  return true;
}

void NackGenerator::forget_before(int64_t sequence) {
  const auto first_kept = std::ranges::lower_bound(missing_, sequence, {}, &Missing::sequence);
  missing_.erase(missing_.begin(), first_kept);
}

Instant NackGenerator::due_at(const Missing& missing, Duration rtt) {
  return missing.asked_at + (missing.tries == 0 ? kReorderDelay : std::max(rtt, kRetryMin));
}

void NackGenerator::take_due(Instant now, Duration rtt, std::vector<uint16_t>& lost) {
  given_up_ += std::erase_if(missing_, [now, rtt](const Missing& missing) {
    return missing.tries >= kTriesMax && due_at(missing, rtt) <= now;
  });
  for (Missing& missing : missing_) {
    if (due_at(missing, rtt) > now) continue;
    lost.push_back(static_cast<uint16_t>(missing.sequence));
    missing.asked_at = now;
    ++missing.tries;
  }
}

std::optional<Instant> NackGenerator::next_timeout(Duration rtt) const {
  std::optional<Instant> next;
  for (const Missing& missing : missing_) next = earlier(next, due_at(missing, rtt));
  return next;
}

}  // namespace kith::sfu

#include "sfu/sender_clock.hpp"

#include <algorithm>

namespace kith::sfu {

namespace {

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

/// value · factor / divisor, rounded, without overflow of the product, for divisors up to 2^31.
int64_t scale(int64_t value, int64_t factor, int64_t divisor) {
  const int64_t half = value < 0 ? -divisor / 2 : divisor / 2;
  return value / divisor * factor + (value % divisor * factor + half) / divisor;
}

}  // namespace

int64_t nanoseconds_of_ntp(uint64_t ntp) {
  const auto seconds = static_cast<int64_t>(ntp >> 32);
  const uint64_t fraction = (ntp & 0xFFFF'FFFF) * kNanosecondsPerSecond >> 32;
  return seconds * kNanosecondsPerSecond + static_cast<int64_t>(fraction);
}

uint64_t ntp_of_nanoseconds(int64_t nanoseconds) {
  const auto seconds = static_cast<uint64_t>(nanoseconds / kNanosecondsPerSecond);
  const auto rest = static_cast<uint64_t>(nanoseconds % kNanosecondsPerSecond);
  return seconds << 32 | (rest << 32) / kNanosecondsPerSecond;
}

void SenderClock::handle_report(uint64_t ntp, uint32_t rtp_timestamp) {
  wall_ns_ = nanoseconds_of_ntp(ntp);
  rtp_timestamp_ = rtp_timestamp;
  is_known_ = true;
}

int64_t SenderClock::wall_at(uint32_t rtp_timestamp) const {
  const auto ticks = static_cast<int32_t>(rtp_timestamp - rtp_timestamp_);
  return wall_ns_ + scale(ticks, kNanosecondsPerSecond, rate_hz_);
}

uint32_t SenderClock::timestamp_at(int64_t wall_ns) const {
  // The publisher chooses its wall clock: distances wrap, they must not overflow.
  const auto distance = static_cast<int64_t>(static_cast<uint64_t>(wall_ns) - static_cast<uint64_t>(wall_ns_));
  return rtp_timestamp_ + static_cast<uint32_t>(scale(distance, rate_hz_, kNanosecondsPerSecond));
}

void ParticipantClock::handle_report(Instant now, uint64_t ntp) {
  if (now - window_start_ >= kWindow) {
    previous_min_ = now - window_start_ < 2 * kWindow ? current_min_ : std::nullopt;
    current_min_.reset();
    window_start_ = now;
  }
  const int64_t offset = now.time_since_epoch().count() - nanoseconds_of_ntp(ntp);
  current_min_ = std::min(current_min_.value_or(offset), offset);
}

std::optional<int64_t> ParticipantClock::wall_at(Instant now) const {
  if (!current_min_) return std::nullopt;
  const int64_t offset = std::min(*current_min_, previous_min_.value_or(*current_min_));
  return now.time_since_epoch().count() - offset;
}

}  // namespace kith::sfu

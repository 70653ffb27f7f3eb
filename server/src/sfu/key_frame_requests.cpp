#include "sfu/key_frame_requests.hpp"

#include <algorithm>

namespace kith::sfu {

void KeyFrameRequests::want(Instant now) {
  if (!wanted_since_) wanted_since_ = now;
}

bool KeyFrameRequests::take_due(Instant now, bool is_live) {
  if (!wanted_since_) return false;
  if (now - *wanted_since_ > kGiveUp) {
    wanted_since_.reset();
    return false;
  }
  if (asked_at_ && now - *asked_at_ < interval_) return false;
  const bool is_repeated = asked_at_ && *asked_at_ >= *wanted_since_;
  asked_at_ = now;
  return is_live || !is_repeated;
}

std::optional<Instant> KeyFrameRequests::next_timeout() const {
  if (!wanted_since_) return std::nullopt;
  return asked_at_ ? std::max(*asked_at_ + interval_, *wanted_since_) : *wanted_since_;
}

}  // namespace kith::sfu

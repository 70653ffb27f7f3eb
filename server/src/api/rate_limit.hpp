// A token bucket: so many calls a second, bursts of twice as many.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"

namespace kith::api {

class RateLimit {
 public:
  /// Takes one call at `per_second`; false if none is left. A new bucket is full.
  bool take(Instant now, uint32_t per_second) {
    const double burst = 2.0 * per_second;
    if (last_ == Instant{}) {
      tokens_ = static_cast<float>(burst);
    } else {
      const double gained = std::chrono::duration<double>(now - last_).count() * per_second;
      tokens_ = static_cast<float>(std::min(burst, tokens_ + gained));
    }
    last_ = now;
    if (tokens_ < 1.0F) return false;
    tokens_ -= 1.0F;
    return true;
  }
  /// Milliseconds until the next call passes.
  [[nodiscard]] uint32_t wait_ms(uint32_t per_second) const {
    return static_cast<uint32_t>((1.0F - std::min(tokens_, 1.0F)) * 1000.0F / static_cast<float>(per_second)) + 1;
  }
  [[nodiscard]] Instant last_used() const { return last_; }

 private:
  Instant last_{};
  float tokens_ = 0;
};

}  // namespace kith::api

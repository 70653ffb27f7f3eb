// The machine's clocks behind the `Clock` that everything else is handed.
#pragma once

#include "base/time.hpp"

namespace kith::net {

/// Steady clock for instants, wall clock for people. Callable from any thread.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] UnixMillis wall() const override {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()};
  }
};

}  // namespace kith::net

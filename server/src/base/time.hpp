// Instants for measuring, wall-clock times for people, and the clock that tests replace.
#pragma once

#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>

namespace kith {

using Duration = std::chrono::nanoseconds;
/// A moment of the steady clock: for time-outs and rates.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// A wall-clock time, milliseconds since 1970 UTC: what users see and what is stored.
struct UnixMillis {
  int64_t value = 0;

  constexpr auto operator<=>(const UnixMillis&) const = default;
};

/// Tells the time. Only `net/` and `app/` may read the system's clocks; everything else is handed one of these.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  [[nodiscard]] virtual UnixMillis wall() const = 0;
};

/// A clock that moves only when told: for tests. Threads may read it while the test moves it.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return Instant(Duration(now_.load())); }
  [[nodiscard]] UnixMillis wall() const override { return UnixMillis{wall_.load()}; }
  void advance(Duration by) {
    now_ += by.count();
    wall_ += std::chrono::duration_cast<std::chrono::milliseconds>(by).count();
  }
  void set_wall(UnixMillis wall) { wall_ = wall.value; }

 private:
  std::atomic<int64_t> now_ = Duration(std::chrono::seconds(1000)).count();
  std::atomic<int64_t> wall_ = 1'700'000'000'000;
};

}  // namespace kith

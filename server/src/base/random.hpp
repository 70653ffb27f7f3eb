// Random bytes: from the kernel in the product, from a seed in tests.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace kith {

/// A source of random bytes; implementations may be called from any thread.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> out) = 0;

  uint64_t next_u64() {
    std::array<std::byte, 8> bytes{};
    fill(bytes);
    uint64_t value = 0;
    for (std::byte byte : bytes) value = value << 8 | static_cast<uint64_t>(byte);
    return value;
  }
  /// Uniform enough in [0, bound) for jitter and tests; bound > 0.
  uint64_t below(uint64_t bound) { return next_u64() % bound; }
};

/// The kernel's generator (getrandom).
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override;
};

/// SplitMix64 from a seed: the same seed gives the same bytes. For one thread, for tests and load generators.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> out) override;

 private:
  uint64_t state_;
};

}  // namespace kith

// The delay-based estimate: up while the queue stands, down to what arrives when it grows (AIMD).
//
// Source: draft-ietf-rmcat-gcc-02 §5.5.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "sfu/delay_detector.hpp"
#include "sfu/media.hpp"

namespace kith::sfu {

inline constexpr DataRate kEstimateStart{1'000'000};
inline constexpr DataRate kEstimateMin{50'000};
inline constexpr DataRate kEstimateMax{50'000'000};

/// Bits per second lately, of what happened at given instants, which may come a little out of order.
class RateMeter {
 public:
  void add(Instant at, size_t bytes);
  /// Of the last half second; nullopt until there is enough to tell.
  [[nodiscard]] std::optional<DataRate> rate() const;
  /// The highest of any tenth within the last fifth of a second.
  [[nodiscard]] std::optional<DataRate> peak() const;

 private:
  /// Bytes of a slot that is still remembered.
  [[nodiscard]] int64_t bytes_in(int64_t slot) const {
    return bytes_[static_cast<size_t>(slot % static_cast<int64_t>(kSlots))];
  }
  static constexpr size_t kSlots = 11;
  static constexpr Duration kSlot = std::chrono::milliseconds(50);

  std::array<uint32_t, kSlots> bytes_{};
  int64_t newest_ = 0;  ///< number of the newest slot
  int64_t oldest_ = 0;  ///< of the first ever, since the last long pause
  bool is_empty_ = true;
};

class RateControl {
 public:
  explicit RateControl(Instant now) : updated_at_(now) {}

  /// A packet that arrived, for the rates sent and delivered.
  void handle_packet(Instant sent, Instant arrived, size_t size);
  /// After each feedback. `newest_sent`: when the newest packet it tells of left.
  void update(Instant now, DelayDetector::Usage usage, Duration rtt, Instant newest_sent);
  /// A probe showed that this much arrives.
  void raise_to(DataRate probed);
  /// Feedback stays away: the path may be gone.
  void halve(Instant now);

  [[nodiscard]] DataRate estimate() const { return estimate_; }
  /// When it last fell: packets that left before say nothing about what is sent since.
  [[nodiscard]] Instant fell_at() const { return fell_at_; }

 private:
  enum class State : uint8_t { kHold, kIncrease };

  void increase(Instant now, Duration rtt);
  void decrease(Instant now);
  void correct_decrease();
  void learn_capacity(double delivered_bps);
  bool is_near_capacity(double delivered_bps);
  [[nodiscard]] double deviation_bps() const;
  void set(double bps);

  RateMeter delivered_;
  RateMeter sent_;
  DataRate estimate_ = kEstimateStart;
  State state_ = State::kIncrease;
  Instant updated_at_;
  Instant fell_at_{};
  /// Delivered when the queue last grew, averaged: near it caution pays.
  std::optional<double> capacity_bps_;
  double capacity_variance_ = 0;  ///< of samples in kbit/s, divided by their mean
};

}  // namespace kith::sfu

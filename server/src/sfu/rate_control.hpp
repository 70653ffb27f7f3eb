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

/// Bits per second over the last half second, of what happened at given instants.
class RateMeter {
 public:
  void add(Instant at, size_t bytes);
  /// nullopt until a few packets came within the window.
  [[nodiscard]] std::optional<DataRate> rate() const;

 private:
  static constexpr size_t kSlots = 10;
  static constexpr Duration kSlot = std::chrono::milliseconds(50);

  std::array<uint32_t, kSlots> bytes_{};
  std::array<uint32_t, kSlots> packets_{};
  int64_t newest_ = 0;  ///< number of the newest slot
  int64_t oldest_ = 0;  ///< of the first ever, since the last long pause
  bool is_empty_ = true;
};

class RateControl {
 public:
  explicit RateControl(Instant now, DataRate start) : estimate_(start), updated_at_(now) {}

  /// A packet that arrived, for the rates sent and delivered.
  void handle_packet(Instant sent, Instant arrived, size_t size);
  /// After each feedback.
  void update(Instant now, DelayDetector::Usage usage, Duration rtt);
  /// A probe showed that this much arrives.
  void raise_to(Instant now, DataRate probed);
  /// Feedback stays away: the path may be gone.
  void halve(Instant now);

  [[nodiscard]] DataRate estimate() const { return estimate_; }
  [[nodiscard]] std::optional<DataRate> delivered() const { return delivered_.rate(); }
  /// When the estimate last fell.
  [[nodiscard]] Instant fell_at() const { return fell_at_; }

 private:
  enum class State : uint8_t { kHold, kIncrease };

  void increase(Instant now, Duration rtt);
  void decrease(Instant now, Duration rtt);
  void learn_capacity(double delivered_bps);
  [[nodiscard]] bool is_near_capacity(double delivered_bps) const;
  void set(double bps);

  RateMeter delivered_;
  RateMeter sent_;
  DataRate estimate_;
  State state_ = State::kIncrease;
  Instant updated_at_;
  Instant fell_at_{};
  /// Delivered when the queue last grew, averaged, and how much that varies: where caution pays.
  std::optional<double> capacity_bps_;
  double capacity_variance_ = 0.4;  ///< of its square root in kbit/s, normalised
};

}  // namespace kith::sfu

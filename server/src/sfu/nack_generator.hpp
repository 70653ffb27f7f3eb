// Which packets of one incoming stream are missing, and when to ask for them again (RFC 4585 §6.2.1).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"

namespace kith::sfu {

class NackGenerator {
 public:
  /// Packets come out of order now and then: wait this long before asking. Lower asks in vain, higher delays repair.
  static constexpr Duration kReorderDelay = std::chrono::milliseconds(10);
  static constexpr Duration kRetryMin = std::chrono::milliseconds(20);
  static constexpr uint8_t kTriesMax = 10;
  /// More missing than this is no loss to repair but a hole: the oldest are given up.
  static constexpr size_t kMissingMax = 512;

  /// Packets `from` to `to` (exclusive) were jumped over.
  void handle_gap(Instant now, int64_t from, int64_t to);
  /// A missing packet came. True if it was waited for.
  bool handle_arrival(int64_t sequence);
  /// Nothing before this packet is needed any more: a key frame begins.
  void forget_before(int64_t sequence);
  void clear() { missing_.clear(); }

  /// Appends what must be asked for now, as the wire counts.
  void take_due(Instant now, Duration rtt, std::vector<uint16_t>& lost);
  [[nodiscard]] std::optional<Instant> next_timeout(Duration rtt) const;
  [[nodiscard]] bool empty() const { return missing_.empty(); }
  /// Packets that were given up, since the beginning.
  [[nodiscard]] uint64_t given_up() const { return given_up_; }

 private:
  struct Missing {
    int64_t sequence;
    Instant asked_at;  ///< last time; before the first, when the gap was seen
    uint8_t tries;
  };
  [[nodiscard]] static Instant due_at(const Missing& missing, Duration rtt);

  std::vector<Missing> missing_;  ///< by sequence
  uint64_t given_up_ = 0;
};

}  // namespace kith::sfu

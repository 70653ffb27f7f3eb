// When a subscriber's connection makes its next offer: one at a time, changes gathered (spec §4.4).
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace kith::sfu {

class OfferSchedule {
 public:
  /// Something changed that an offer must say.
  void want(Instant now);
  /// True if an offer is to be made now.
  [[nodiscard]] bool is_due(Instant now) const { return due_ && !pending_ && *due_ <= now; }
  /// An offer was made: its number.
  uint32_t handle_offered(Instant now);
  /// The answer to offer `id` came (0: to whatever is pending). False if nothing waits for it: ignore the answer.
  bool handle_answered(Instant now, uint32_t id);
  /// Nobody will answer the pending offer: the signalling was lost and is back. Offers again at once.
  void restart(Instant now);
  /// True if the client has not answered for too long.
  [[nodiscard]] bool is_overdue(Instant now) const { return pending_ && now >= offered_at_ + kAnswerWithin; }
  [[nodiscard]] std::optional<Instant> next_timeout() const;

 private:
  static constexpr std::chrono::seconds kAnswerWithin{15};
  /// Changes that come together are offered together; longer while they keep coming.
  static constexpr std::chrono::milliseconds kGatherIdle{10};
  static constexpr std::chrono::milliseconds kGatherBusy{150};

  uint32_t last_id_ = 0;
  std::optional<uint32_t> pending_;
  std::optional<Instant> due_;
  Instant offered_at_;
};

}  // namespace kith::sfu

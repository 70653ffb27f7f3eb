// When to probe, and how high: so that the estimate recovers without media being sent at that rate.
//
// Only while the estimate is below what is wanted, and never above that: at the start 1.5 and 3 times the estimate;
// later twice the estimate, some time after it fell or a probe failed, and at once after a probe that succeeded.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "sfu/probe_cluster.hpp"
#include "sfu/rate_control.hpp"

namespace kith::sfu {

class ProbeSchedule {
 public:
  void set_wanted(DataRate wanted) { wanted_ = wanted; }
  void set_estimate(DataRate estimate) { estimate_ = estimate; }
  /// The probe to begin now; nullopt: none is due.
  std::optional<ProbeCluster> take(Instant now);
  /// The running probe found this much.
  void handle_result(Instant now, DataRate found);
  /// The queue grew: wait before the next probe.
  void handle_overuse(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;

 private:
  [[nodiscard]] ProbeCluster make(Instant now, DataRate rate);
  void fail(Instant now);

  DataRate wanted_;
  std::optional<ProbeCluster> running_;
  Instant running_until_{};
  Instant next_at_{};
  Duration wait_ = std::chrono::seconds(2);
  std::optional<DataRate> follow_up_;  ///< to probe at once: the second of the start, or beyond a success
  DataRate estimate_ = kEstimateStart;
  uint8_t last_id_ = 0;
  bool is_started_ = false;
};

}  // namespace kith::sfu

// When to probe, and how high: so that the estimate recovers without media being sent at that rate.
//
// At the start 1.5 and 3 times the estimate. Later only while the estimate is below what is wanted: some time after it
// fell or a probe failed, and at once after a probe that succeeded, twice as high, up to what is wanted.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "sfu/probe_cluster.hpp"

namespace kith::sfu {

class ProbeSchedule {
 public:
  explicit ProbeSchedule(Instant now) : next_at_(now) {}

  void set_wanted(DataRate wanted) { wanted_ = wanted; }
  /// The probe to begin now; nullopt: none is due.
  std::optional<ProbeCluster> take(Instant now, DataRate estimate);
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
  Instant next_at_;
  Duration wait_ = std::chrono::seconds(2);
  std::optional<DataRate> follow_up_;  ///< to probe at once: the second of the start, or beyond a success
  uint8_t last_id_ = 0;
  bool is_started_ = false;
};

}  // namespace kith::sfu

// How much a subscriber's path carries, from its feedback on what we sent: delay gradient, loss, and probes.
//
// 1. `on_sent` numbers each packet · 2. feedback says which arrived when · 3. packets that arrive ever later mean a
// growing queue: fall to what arrives; otherwise rise · 4. loss bounds the result · 5. probes find what media does not.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "rtc/rtcp.hpp"
#include "sfu/delay_detector.hpp"
#include "sfu/loss_control.hpp"
#include "sfu/probe_results.hpp"
#include "sfu/probe_schedule.hpp"
#include "sfu/rate_control.hpp"
#include "sfu/send_history.hpp"

namespace kith::sfu {

class BandwidthEstimator {
 public:
  explicit BandwidthEstimator(Instant now);

  /// A packet of `size` bytes leaves now. Returns its transport-wide sequence number, to be written into it. `cluster`:
  /// 0 or the probe it belongs to.
  uint16_t on_sent(Instant now, size_t size, uint8_t cluster);
  void handle_feedback(Instant now, const rtc::TransportFeedback& feedback);
  /// Of peers without transport-wide feedback; ignored as soon as that came.
  void handle_receiver_report(Instant now, uint8_t fraction_lost);
  void handle_remb(DataRate limit);

  /// What all wanted layers would take together: probes go that far and no further.
  void set_wanted(DataRate wanted) { probes_.set_wanted(wanted); }
  /// The probe that is due; nullopt: none.
  std::optional<ProbeCluster> take_probe(Instant now);

  [[nodiscard]] DataRate estimate() const { return estimate_; }
  /// Between sending a packet and reading that it arrived, the shortest lately: feedback's waiting included.
  [[nodiscard]] Duration rtt() const { return rtt_; }
  /// Packets lost lately, 0 to 1.
  [[nodiscard]] double loss() const { return loss_.loss(); }

  void handle_timeout(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;

 private:
  void handle_probe(Instant now, DataRate found);
  void update_estimate();

  SendHistory history_;
  DelayDetector delay_;
  RateControl rate_;
  LossControl loss_;
  ProbeResults results_;
  ProbeSchedule probes_;
  std::vector<PacketResult> packets_;  ///< scratch
  std::optional<DataRate> remb_;
  DataRate estimate_ = kEstimateStart;
  Duration rtt_ = std::chrono::milliseconds(100);
  std::optional<Instant> silent_at_;  ///< when missing feedback will mean that the path is gone
  bool has_feedback_ = false;
};

}  // namespace kith::sfu

// The loss-based bound: more than a tenth lost lowers it, less than a fiftieth raises it (draft-ietf-rmcat-gcc-02 §6),
// except for loss that has nothing to do with how much we send.
//
// Radio links lose packets at any rate. So when sending a quarter less has not made the lost share smaller, that share
// is taken for the path's own and only what exceeds it counts, until it has been unknown for a while.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/time.hpp"
#include "sfu/rate_control.hpp"
#include "sfu/send_history.hpp"

namespace kith::sfu {

class LossControl {
 public:
  /// After each feedback. `estimate`: the present one, from which the bound moves. `fell_at`: when it last fell because
  /// of a queue; what was lost of packets sent before has been answered with that.
  void handle_results(Instant now, std::span<const PacketResult> results, Duration rtt, DataRate estimate,
                      Instant fell_at);
  /// The share of packets lost lately, for peers that only send receiver reports.
  void handle_fraction(Instant now, double fraction, Duration rtt, DataRate estimate);
  /// A probe showed that this much arrives.
  void raise_to(DataRate probed);

  /// nullopt: no bound.
  [[nodiscard]] std::optional<DataRate> bound() const { return bound_; }
  /// Smoothed, 0 to 1.
  [[nodiscard]] double loss() const { return loss_; }

 private:
  /// What was before the bound began to fall, and what came of sending clearly less.
  struct Trial {
    DataRate bound;
    double sent_bps = 0;
    double loss = 0;
    int64_t packets = 0;  ///< since less is sent
    int64_t lost = 0;
  };

  void update(Instant now, double loss, double sent_bps, Duration rtt, DataRate estimate);
  void handle_trial(Instant now, double sent_bps);

  std::optional<DataRate> bound_;
  double loss_ = 0;
  double inherent_loss_ = 0;
  Instant inherent_at_{};  ///< when it was last confirmed
  std::optional<Trial> trial_;
  Instant lowered_at_{};
  Instant updated_at_{};

  // The interval being counted.
  int64_t packets_ = 0;
  int64_t lost_ = 0;
  uint64_t sent_bytes_ = 0;
  std::optional<Instant> first_sent_;
  Instant last_sent_{};
};

}  // namespace kith::sfu

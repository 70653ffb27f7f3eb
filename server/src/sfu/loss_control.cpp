#include "sfu/loss_control.hpp"

#include <algorithm>
#include <cmath>

namespace kith::sfu {

namespace {

constexpr double kLossHigh = 0.10;
constexpr double kLossLow = 0.02;
constexpr double kIncreasePerSecond = 1.08;
/// Voice and the lowest layer of one video: below it the trial that tells lossy paths has nothing left to take away.
constexpr DataRate kBoundMin{200'000};
constexpr Duration kLowerAfter = std::chrono::milliseconds(300);  ///< plus a round trip: the last step must show first

/// An interval is counted until it has so many packets and lasts so long: fewer would be chance.
constexpr int64_t kIntervalPackets = 20;
constexpr Duration kInterval = std::chrono::milliseconds(200);
constexpr double kSmoothing = 0.7;  ///< of the share lost, per interval

constexpr double kTrialStep = 0.75;    ///< sending at most this share of before shows what loss depends on
constexpr int64_t kTrialPackets = 40;  ///< … after so many packets at that rate
constexpr double kInherentMax = 0.4;   ///< more than this no path loses by itself and is still of use
constexpr Duration kInherentFor = std::chrono::seconds(30);  ///< then it is tried anew

}  // namespace

void LossControl::handle_results(Instant now, std::span<const PacketResult> results, Duration rtt, DataRate estimate,
                                 Instant fell_at) {
  for (const PacketResult& packet : results) {
    if (packet.sent < fell_at) continue;
    if (packet.was_lost) {
      --lost_;  // late, not lost
      continue;
    }
    ++packets_;
    if (!packet.arrived) ++lost_;
    sent_bytes_ += packet.size;
    first_sent_ = first_sent_.value_or(packet.sent);
    last_sent_ = std::max(last_sent_, packet.sent);
  }
  if (packets_ < kIntervalPackets || last_sent_ - *first_sent_ < kInterval) return;
  const double loss = static_cast<double>(std::max<int64_t>(0, lost_)) / static_cast<double>(packets_);
  const double duration = std::chrono::duration<double>(last_sent_ - *first_sent_).count();
  const double sent_bps = 8 * static_cast<double>(sent_bytes_) / duration;
  handle_trial(now, sent_bps);
  update(now, loss, sent_bps, rtt, estimate);
  packets_ = lost_ = 0;
  sent_bytes_ = 0;
  first_sent_.reset();
}

void LossControl::handle_fraction(Instant now, double fraction, Duration rtt, DataRate estimate) {
  if (!bound_) bound_ = estimate;
  update(now, fraction, 0, rtt, estimate);
}

void LossControl::update(Instant now, double loss, double sent_bps, Duration rtt, DataRate estimate) {
  loss_ = kSmoothing * loss_ + (1 - kSmoothing) * loss;
  if (inherent_loss_ > 0 && now - inherent_at_ > kInherentFor) inherent_loss_ = 0;
  const double excess = loss_ - inherent_loss_;
  const double elapsed = std::clamp(std::chrono::duration<double>(now - updated_at_).count(), 0.0, 1.0);
  updated_at_ = now;
  if (excess > kLossHigh) {
    if (now - lowered_at_ < kLowerAfter + rtt) return;
    const DataRate before = bound_ ? std::min(*bound_, estimate) : estimate;
    // Where far less is sent than allowed, allowing less changes nothing.
    if (sent_bps < kTrialStep * static_cast<double>(before.bps) / 2 && sent_bps > 0) return;
    lowered_at_ = now;
    if (!trial_ && sent_bps > 0) trial_ = Trial{.bound = before, .sent_bps = sent_bps, .loss = loss_};
    bound_ = DataRate{static_cast<int64_t>(static_cast<double>(before.bps) * (1 - excess / 2))};
  } else if (excess < kLossLow && bound_) {
    trial_.reset();
    bound_->bps = static_cast<int64_t>(static_cast<double>(bound_->bps) * std::pow(kIncreasePerSecond, elapsed));
  }
  if (bound_) bound_->bps = std::clamp(bound_->bps, kBoundMin.bps, kEstimateMax.bps);
}

/// If the path drops what exceeds its capacity, a greater share arrives of less; if it loses at random, the same share.
/// What lies nearer decides.
void LossControl::handle_trial(Instant now, double sent_bps) {
  if (!trial_ || sent_bps > kTrialStep * trial_->sent_bps) return;
  trial_->packets += packets_;
  trial_->lost += std::max<int64_t>(0, lost_);
  if (trial_->packets < kTrialPackets) return;
  const double lost = static_cast<double>(trial_->lost) / static_cast<double>(trial_->packets);
  const double arrived_before = 1 - trial_->loss;
  const double arrived_if_congested = std::min(1.0, arrived_before / kTrialStep);
  if (1 - lost < (arrived_before + arrived_if_congested) / 2) {
    inherent_loss_ = std::min(std::max(lost, trial_->loss), kInherentMax);
    inherent_at_ = now;
    bound_ = trial_->bound;
  }
  trial_.reset();
}

void LossControl::raise_to(DataRate probed) {
  if (!bound_ || *bound_ >= probed) return;
  bound_ = probed;
  trial_.reset();
}

}  // namespace kith::sfu

#include "sfu/rate_control.hpp"

#include <algorithm>
#include <cmath>

namespace kith::sfu {

namespace {

constexpr double kDecrease = 0.85;  ///< of what arrives: lower empties the queue faster and loses more
constexpr double kAtLeast = 0.95;   ///< a fall is no smaller, whatever arrives: peaks may deceive
constexpr double kIncreasePerSecond = 1.08;
constexpr double kHeadroom = 1.5;  ///< above what arrives nothing is known: the estimate stops there
constexpr double kHeadroomBps = 10'000;
constexpr double kAdditiveMinBps = 4'000;  ///< per second
constexpr Duration kFeedbackDelay = std::chrono::milliseconds(100);
/// If this share of what is sent arrives, a burst of ours or others' traffic made the queue, not our rate.
constexpr double kKeepsUp = 0.9;

constexpr double kCapacitySmoothing = 0.05;
constexpr double kVarianceMin = 0.4;
constexpr double kVarianceMax = 2.5;

constexpr int64_t kSlotsPerSecond = 20;
constexpr int64_t kFullSlotsMin = 3;
constexpr int64_t kPeakSlots = 4;
constexpr double kPacketBits = 8 * 1'200;
constexpr double kFramesPerSecond = 30;

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

void RateMeter::add(Instant at, size_t bytes) {
  const int64_t slot = at.time_since_epoch() / kSlot;
  const auto slots = static_cast<int64_t>(kSlots);
  if (is_empty_ || slot >= newest_ + slots) {
    *this = RateMeter();
    newest_ = oldest_ = slot;
    is_empty_ = false;
  }
  for (; newest_ < slot; ++newest_) bytes_[static_cast<size_t>((newest_ + 1) % slots)] = 0;
  if (slot > newest_ - slots) bytes_[static_cast<size_t>(slot % slots)] += static_cast<uint32_t>(bytes);
}

std::optional<DataRate> RateMeter::rate() const {
  // The newest slot is still being filled.
  const int64_t full = std::min<int64_t>(newest_ - oldest_, static_cast<int64_t>(kSlots) - 1);
  if (is_empty_ || full < kFullSlotsMin) return std::nullopt;
  int64_t bytes = 0;
  for (int64_t slot = newest_ - full; slot < newest_; ++slot) bytes += bytes_in(slot);
  return DataRate{bytes * 8 * kSlotsPerSecond / full};
}

std::optional<DataRate> RateMeter::peak() const {
  if (is_empty_ || newest_ - oldest_ < kPeakSlots) return std::nullopt;
  int64_t bytes = 0;
  for (int64_t slot = newest_ - kPeakSlots; slot + 1 < newest_; ++slot) {
    bytes = std::max(bytes, bytes_in(slot) + bytes_in(slot + 1));
  }
  return DataRate{bytes * 8 * kSlotsPerSecond / 2};
}

void RateControl::handle_packet(Instant sent, Instant arrived, size_t size) {
  sent_.add(sent, size);
  delivered_.add(arrived, size);
}

void RateControl::update(Instant now, DelayDetector::Usage usage, Duration rtt, Instant newest_sent) {
  switch (usage) {
    case DelayDetector::Usage::kOverusing:
      if (newest_sent > fell_at_) {
        decrease(now);
      } else {
        correct_decrease();
      }
      state_ = State::kHold;
      break;
    case DelayDetector::Usage::kUnderusing:
      state_ = State::kHold;  // the queue empties: let it
      break;
    case DelayDetector::Usage::kNormal:
      if (state_ == State::kIncrease) increase(now, rtt);
      state_ = State::kIncrease;
      break;
  }
  updated_at_ = now;
}

void RateControl::increase(Instant now, Duration rtt) {
  const auto delivered = delivered_.rate();
  if (!delivered) return;
  const auto arriving = static_cast<double>(delivered->bps);
  const auto estimate = static_cast<double>(estimate_.bps);
  const double elapsed = std::min(seconds(now - updated_at_), 1.0);
  double next = 0;
  if (is_near_capacity(arriving)) {
    // One packet of a frame's size more per time to react.
    const double frame_bits = estimate / kFramesPerSecond;
    const double packet_bits = frame_bits / std::ceil(frame_bits / kPacketBits);
    const double response = 2 * seconds(rtt + kFeedbackDelay);
    next = estimate + elapsed * std::max(kAdditiveMinBps, packet_bits / response);
  } else {
    next = estimate * std::pow(kIncreasePerSecond, elapsed);
  }
  set(std::max(estimate, std::min(next, kHeadroom * arriving + kHeadroomBps)));
}

void RateControl::decrease(Instant now) {
  fell_at_ = now;
  // While a queue stands, packets arrive as fast as the path can: the peak is its capacity, even if we send in bursts.
  const auto peak = delivered_.peak();
  const auto sent = sent_.rate();
  const auto estimate = static_cast<double>(estimate_.bps);
  if (!peak || !sent) {
    set(kDecrease * estimate);
    return;
  }
  const auto arriving = static_cast<double>(peak->bps);
  if (arriving >= kKeepsUp * static_cast<double>(sent->bps)) {
    set(kDecrease * std::max(arriving, estimate));
  } else {
    learn_capacity(arriving);
    set(kDecrease * arriving);
  }
  set(std::min(static_cast<double>(estimate_.bps), kAtLeast * estimate));
}

/// The effect of the last fall cannot show yet, but that it was too small can: a queue passes what the path carries.
void RateControl::correct_decrease() {
  const auto peak = delivered_.peak();
  if (!peak) return;
  set(std::min(kDecrease * static_cast<double>(peak->bps), static_cast<double>(estimate_.bps)));
}

void RateControl::learn_capacity(double delivered_bps) {
  const double sample = delivered_bps / 1000;
  if (capacity_bps_ && delivered_bps < *capacity_bps_ - 3 * deviation_bps()) capacity_bps_.reset();
  if (!capacity_bps_) {
    capacity_bps_ = delivered_bps;
    capacity_variance_ = kVarianceMin;
    return;
  }
  const double mean = (1 - kCapacitySmoothing) * *capacity_bps_ / 1000 + kCapacitySmoothing * sample;
  const double error = mean - sample;
  capacity_variance_ = std::clamp(
      (1 - kCapacitySmoothing) * capacity_variance_ + kCapacitySmoothing * error * error / std::max(mean, 1.0),
      kVarianceMin, kVarianceMax);
  capacity_bps_ = 1000 * mean;
}

double RateControl::deviation_bps() const { return 1000 * std::sqrt(capacity_variance_ * *capacity_bps_ / 1000); }

/// More than the capacity once known arrives: it is known no more.
bool RateControl::is_near_capacity(double delivered_bps) {
  if (capacity_bps_ && delivered_bps > *capacity_bps_ + 3 * deviation_bps()) capacity_bps_.reset();
  return capacity_bps_.has_value();
}

void RateControl::raise_to(DataRate probed) {
  if (probed <= estimate_) return;
  estimate_ = probed;
  capacity_bps_.reset();
}

void RateControl::halve(Instant now) {
  set(static_cast<double>(estimate_.bps) / 2);
  fell_at_ = now;
}

void RateControl::set(double bps) {
  estimate_.bps = std::clamp(static_cast<int64_t>(bps), kEstimateMin.bps, kEstimateMax.bps);
}

}  // namespace kith::sfu

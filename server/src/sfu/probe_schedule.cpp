#include "sfu/probe_schedule.hpp"

#include <algorithm>

namespace kith::sfu {

namespace {

/// After a fall or a failure. Shorter disturbs a full path more often, longer leaves a picture blurred for longer.
constexpr Duration kWaitMin = std::chrono::seconds(2);
constexpr Duration kWaitMax = std::chrono::seconds(5);
constexpr double kWaitGrowth = 1.5;
/// Feedback on a probe takes a round trip and a tenth of a second; this is for slow ones.
constexpr Duration kResultWithin = std::chrono::milliseconds(1500);
constexpr double kSuccess = 0.7;   ///< of the probe's rate found; jitter takes some
constexpr double kProgress = 1.1;  ///< of the estimate found is not in vain: the next comes sooner
constexpr double kBeyond = 1.15;   ///< what is wanted: a probe finds a little less than its rate

/// A full path queues what a probe brings for as long as the probe lasts, and audio with it: below a megabit it is
/// short. Above, a path that carries video anyway, it lasts longer, so that jitter spoils it less.
constexpr Duration kLength = std::chrono::milliseconds(30);
constexpr Duration kLengthFast = std::chrono::milliseconds(60);
constexpr DataRate kFast{1'000'000};
constexpr int64_t kBytesMin = 6 * 290;  ///< six packets of 255 bytes of padding

DataRate times(DataRate rate, double factor) {
  return DataRate{static_cast<int64_t>(factor * static_cast<double>(rate.bps))};
}

}  // namespace

std::optional<ProbeCluster> ProbeSchedule::take(Instant now) {
  if (running_ && now < running_until_) return std::nullopt;
  if (running_) fail(now);
  if (wanted_ <= estimate_) return std::nullopt;
  if (!is_started_) {
    is_started_ = true;
    follow_up_ = times(estimate_, 3);
    return make(now, times(estimate_, 1.5));
  }
  if (follow_up_ && *follow_up_ > estimate_) {
    const DataRate rate = *follow_up_;
    follow_up_.reset();
    return make(now, rate);
  }
  if (now < next_at_) return std::nullopt;
  return make(now, times(estimate_, 2));
}

ProbeCluster ProbeSchedule::make(Instant now, DataRate rate) {
  rate = std::min({rate, times(wanted_, kBeyond), kEstimateMax});
  if (++last_id_ == 0) last_id_ = 1;
  const Duration length = rate > kFast ? kLengthFast : kLength;
  const int64_t bytes = rate.bps * length.count() / (8 * Duration(std::chrono::seconds(1)).count());
  running_ = {.id = last_id_, .rate = rate, .bytes = static_cast<uint32_t>(std::max(bytes, kBytesMin))};
  running_until_ = now + kResultWithin;
  next_at_ = now + wait_;
  return *running_;
}

void ProbeSchedule::handle_result(Instant now, DataRate found) {
  if (!running_) return;
  const DataRate probed = running_->rate;
  if (found < times(probed, kSuccess)) {
    const bool is_progress = found > times(estimate_, kProgress);
    fail(now);
    if (!is_progress) return;
    wait_ = kWaitMin;
    next_at_ = now + kWaitMin / 2;
    return;
  }
  running_.reset();
  wait_ = kWaitMin;
  if (!follow_up_ && probed < wanted_) follow_up_ = times(probed, 2);
}

void ProbeSchedule::fail(Instant now) {
  running_.reset();
  follow_up_.reset();
  next_at_ = now + wait_;
  wait_ = std::min(std::chrono::duration_cast<Duration>(kWaitGrowth * wait_), kWaitMax);
}

void ProbeSchedule::handle_overuse(Instant now) {
  next_at_ = std::max(next_at_, now + kWaitMin);
  follow_up_.reset();
}

std::optional<Instant> ProbeSchedule::next_timeout() const {
  if (running_) return running_until_;
  if (wanted_ <= estimate_) return std::nullopt;
  if (!is_started_ || (follow_up_ && *follow_up_ > estimate_)) return Instant();  // at once
  return next_at_;
}

}  // namespace kith::sfu

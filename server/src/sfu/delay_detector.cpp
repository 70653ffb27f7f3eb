#include "sfu/delay_detector.hpp"

#include <algorithm>
#include <cmath>

namespace kith::sfu {

namespace {

/// What leaves within this time is one group: more smooths more, less reacts sooner.
constexpr Duration kGroup = std::chrono::milliseconds(5);
/// Groups that arrive together although sent apart came through a gap of the link; they are one group of at most this.
constexpr Duration kBurst = std::chrono::milliseconds(100);
/// A group that arrives this much before its predecessor, or after so long a pause, tells nothing about the other.
constexpr Duration kUnrelated = std::chrono::seconds(3);

constexpr double kSmoothing = 0.9;      ///< of the delay: higher is calmer and later
constexpr double kGain = 4.0;           ///< trend to the scale of the threshold
constexpr size_t kTrustedPoints = 60;   ///< the trend counts fully after so many groups
constexpr double kOveruseForMs = 10.0;  ///< the trend must stay above the threshold this long
constexpr double kThresholdMinMs = 6.0;
constexpr double kThresholdMaxMs = 600.0;
/// The threshold follows large trends slowly and falls back fast; otherwise a TCP flow beside us would starve us.
constexpr double kThresholdUp = 0.0087;
constexpr double kThresholdDown = 0.039;
constexpr double kThresholdOutlierMs = 15.0;  ///< trends so far above are spikes and do not move it

/// The shortest way is remembered one to two of these: longer trusts it over drifting clocks and changed routes.
constexpr double kPeriodMs = 10'000;
constexpr double kQueueSmoothing = 0.7;
constexpr double kQueueRisingMs = 100;    ///< such a queue, still growing, is overuse whatever the trend says
constexpr double kQueueStandingMs = 200;  ///< audio suffers: it must go …
constexpr double kQueueGoneMs = 80;       ///< … until it is like this
/// A queue that does not become a tenth shorter in this time although we send less is none: the way has changed.
constexpr double kDrainWithinMs = 3'000;
constexpr double kDrainShare = 0.9;

double ms(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

}  // namespace

void DelayDetector::handle_packet(Instant sent, Instant arrived) {
  if (!current_) {
    origin_ = arrived;
    current_ = Group{sent, sent, arrived, arrived};
    return;
  }
  if (sent < current_->first_sent) return;  // reported late: its group is done
  if (belongs_to_group(sent, arrived)) {
    current_->last_sent = std::max(current_->last_sent, sent);
    current_->last_arrived = std::max(current_->last_arrived, arrived);
    return;
  }
  if (previous_) handle_group(*previous_, *current_);
  previous_ = current_;
  current_ = Group{sent, sent, arrived, arrived};
}

bool DelayDetector::belongs_to_group(Instant sent, Instant arrived) const {
  if (sent - current_->first_sent <= kGroup) return true;
  const Duration arrival_delta = arrived - current_->last_arrived;
  const Duration propagation_delta = arrival_delta - (sent - current_->last_sent);
  return propagation_delta < Duration::zero() && arrival_delta <= kGroup && arrived - current_->first_arrived < kBurst;
}

void DelayDetector::handle_group(const Group& previous, const Group& group) {
  const Duration send_delta = group.last_sent - previous.last_sent;
  const Duration arrival_delta = group.last_arrived - previous.last_arrived;
  if (arrival_delta < Duration::zero()) return;  // reordered on the way
  if (arrival_delta > send_delta + kUnrelated) {
    *this = DelayDetector();  // the receiver's clock jumped: begin anew
    return;
  }
  const double arrived_ms = ms(group.last_arrived - origin_);
  add_point(arrived_ms, ms(arrival_delta) - ms(send_delta));
  measure_queue(group, arrived_ms);
  check_drain(arrived_ms);
  detect(slope().value_or(trend_), ms(send_delta), arrived_ms);
}

void DelayDetector::measure_queue(const Group& group, double now_ms) {
  const double way_ms = ms(group.last_arrived - group.last_sent);
  if (now_ms - period_begin_ms_ > kPeriodMs) {
    way_min_before_ms_ = way_min_ms_;
    way_min_ms_.reset();
    period_begin_ms_ = now_ms;
  }
  way_min_ms_ = std::min(way_min_ms_.value_or(way_ms), way_ms);
  const double shortest_ms = std::min(*way_min_ms_, way_min_before_ms_.value_or(*way_min_ms_));
  const double queue_ms = way_ms - shortest_ms;
  is_queue_rising_ = queue_ms > queue_ms_;
  queue_ms_ = kQueueSmoothing * queue_ms_ + (1 - kQueueSmoothing) * queue_ms;
}

void DelayDetector::check_drain(double now_ms) {
  if (queue_ms_ < kQueueGoneMs) standing_since_ms_.reset();
  const bool begins = !standing_since_ms_ && queue_ms_ > kQueueStandingMs;
  if (begins || (standing_since_ms_ && queue_ms_ < kDrainShare * standing_ms_)) {
    standing_since_ms_ = now_ms;
    standing_ms_ = queue_ms_;
  }
  if (!standing_since_ms_ || now_ms - *standing_since_ms_ < kDrainWithinMs) return;
  standing_since_ms_.reset();
  way_min_ms_.reset();
  way_min_before_ms_.reset();
  queue_ms_ = 0;
}

void DelayDetector::add_point(double arrived_ms, double delay_delta_ms) {
  accumulated_ms_ += delay_delta_ms;
  smoothed_ms_ = kSmoothing * smoothed_ms_ + (1 - kSmoothing) * accumulated_ms_;
  points_[point_count_++ % kWindow] = {.arrived_ms = arrived_ms, .delay_ms = smoothed_ms_};
}

/// Least squares through the window's points; nullopt until it is full, or if all arrived at once.
std::optional<double> DelayDetector::slope() const {
  if (point_count_ < kWindow) return std::nullopt;
  double arrived_mean = 0;
  double delay_mean = 0;
  for (const Point& point : points_) {
    arrived_mean += point.arrived_ms / kWindow;
    delay_mean += point.delay_ms / kWindow;
  }
  double numerator = 0;
  double denominator = 0;
  for (const Point& point : points_) {
    const double x = point.arrived_ms - arrived_mean;
    numerator += x * (point.delay_ms - delay_mean);
    denominator += x * x;
  }
  if (denominator == 0) return std::nullopt;
  return numerator / denominator;
}

void DelayDetector::detect(double trend, double send_delta_ms, double now_ms) {
  if (point_count_ < 2) return;
  const double scaled = static_cast<double>(std::min(point_count_, kTrustedPoints)) * trend * kGain;
  if (scaled > threshold_ms_) {
    overusing_for_ms_ += overusing_count_ == 0 ? send_delta_ms / 2 : send_delta_ms;
    ++overusing_count_;
    // A queue that already empties again needs no reaction.
    if (overusing_for_ms_ > kOveruseForMs && overusing_count_ > 1 && trend >= trend_) {
      overusing_for_ms_ = 0;
      overusing_count_ = 0;
      usage_ = Usage::kOverusing;
    }
  } else {
    overusing_for_ms_ = 0;
    overusing_count_ = 0;
    usage_ = scaled < -threshold_ms_ ? Usage::kUnderusing : Usage::kNormal;
  }
  if (queue_ms_ > kQueueRisingMs) usage_ = is_queue_rising_ ? Usage::kOverusing : Usage::kUnderusing;
  trend_ = trend;
  adapt_threshold(scaled, now_ms);
}

void DelayDetector::adapt_threshold(double scaled_trend, double now_ms) {
  const double size = std::abs(scaled_trend);
  if (size <= threshold_ms_ + kThresholdOutlierMs) {
    const double gain = size < threshold_ms_ ? kThresholdDown : kThresholdUp;
    const double elapsed_ms = std::clamp(now_ms - threshold_at_ms_, 0.0, 100.0);
    threshold_ms_ += gain * (size - threshold_ms_) * elapsed_ms;
    threshold_ms_ = std::clamp(threshold_ms_, kThresholdMinMs, kThresholdMaxMs);
  }
  threshold_at_ms_ = now_ms;
}

}  // namespace kith::sfu

#include "sfu/bandwidth_estimator.hpp"

#include <algorithm>
#include <limits>

#include "base/deadline.hpp"

namespace kith::sfu {

namespace {

/// Feedback comes ten times a second while we send; after so long without any the estimate halves, and again.
constexpr Duration kSilence = std::chrono::seconds(1);
/// The round trip falls at once and rises by this share of the difference: queues on the way shall not hide it.
constexpr int64_t kRttRise = 8;

}  // namespace

BandwidthEstimator::BandwidthEstimator(Instant now) : rate_(now) {}

uint16_t BandwidthEstimator::on_sent(Instant now, size_t size, uint8_t cluster) {
  if (has_feedback_ && !silent_at_) silent_at_ = now + kSilence;
  return history_.on_sent(now, static_cast<uint16_t>(std::min<size_t>(size, std::numeric_limits<uint16_t>::max())),
                          cluster);
}

void BandwidthEstimator::handle_feedback(Instant now, const rtc::TransportFeedback& feedback) {
  packets_.clear();
  history_.handle_feedback(feedback, packets_);
  if (packets_.empty()) return;  // about nothing we sent
  has_feedback_ = true;
  silent_at_.reset();
  Duration shortest = Duration::max();
  Instant newest_sent{};
  for (const PacketResult& packet : packets_) {
    if (!packet.arrived) continue;
    shortest = std::min(shortest, now - packet.sent);
    newest_sent = std::max(newest_sent, packet.sent);
    delay_.handle_packet(packet.sent, *packet.arrived);
    rate_.handle_packet(packet.sent, *packet.arrived, packet.size);
    if (const auto found = results_.handle_packet(packet)) handle_probe(now, *found);
  }
  if (shortest != Duration::max()) rtt_ = shortest < rtt_ ? shortest : rtt_ + (shortest - rtt_) / kRttRise;
  rate_.update(now, delay_.usage(), rtt_, newest_sent);
  loss_.handle_results(now, packets_, rtt_, estimate_, rate_.fell_at());
  if (delay_.usage() == DelayDetector::Usage::kOverusing) probes_.handle_overuse(now);
  update_estimate();
}

void BandwidthEstimator::handle_probe(Instant now, DataRate found) {
  rate_.raise_to(found);
  loss_.raise_to(found);
  probes_.handle_result(now, found);
}

void BandwidthEstimator::handle_receiver_report(Instant now, uint8_t fraction_lost) {
  if (has_feedback_) return;
  loss_.handle_fraction(now, fraction_lost / 256.0, rtt_, estimate_);
  update_estimate();
}

void BandwidthEstimator::handle_remb(DataRate limit) {
  if (has_feedback_) return;
  remb_ = limit;
  update_estimate();
}

std::optional<ProbeCluster> BandwidthEstimator::take_probe(Instant now) {
  const auto probe = probes_.take(now);
  if (probe) results_.expect(*probe);
  return probe;
}

void BandwidthEstimator::update_estimate() {
  // What a receiver estimates holds where it says nothing about single packets.
  DataRate estimate = has_feedback_ ? rate_.estimate() : remb_.value_or(loss_.bound().value_or(kEstimateStart));
  if (const auto bound = loss_.bound()) estimate = std::min(estimate, *bound);
  // A long queue goes only if clearly less is sent than the path carries; what it carries is known the while.
  if (delay_.is_queue_standing()) estimate.bps /= 2;
  estimate_ = std::clamp(estimate, kEstimateMin, kEstimateMax);
  probes_.set_estimate(estimate_);
}

void BandwidthEstimator::handle_timeout(Instant now) {
  if (!silent_at_ || now < *silent_at_) return;
  rate_.halve(now);
  silent_at_ = now + kSilence;
  update_estimate();
}

std::optional<Instant> BandwidthEstimator::next_timeout() const { return earlier(probes_.next_timeout(), silent_at_); }

}  // namespace kith::sfu

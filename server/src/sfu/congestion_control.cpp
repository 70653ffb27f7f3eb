#include "sfu/congestion_control.hpp"

#include <algorithm>

#include "base/deadline.hpp"

namespace kith::sfu {

CongestionControl::CongestionControl(Instant now) : estimator_(now) { pacer_.set_estimate(now, estimator_.estimate()); }

void CongestionControl::handle_feedback(Instant now, const rtc::TransportFeedback& feedback) {
  estimator_.handle_feedback(now, feedback);
  pacer_.set_estimate(now, estimator_.estimate());
}

void CongestionControl::handle_receiver_report(Instant now, uint8_t fraction_lost) {
  estimator_.handle_receiver_report(now, fraction_lost);
  pacer_.set_estimate(now, estimator_.estimate());
}

void CongestionControl::handle_remb(Instant now, DataRate limit) {
  estimator_.handle_remb(limit);
  pacer_.set_estimate(now, estimator_.estimate());
}

void CongestionControl::handle_timeout(Instant now, FunctionRef<void(QueuedPacket&)> send,
                                       FunctionRef<size_t()> send_padding) {
  estimator_.handle_timeout(now);
  pacer_.set_estimate(now, estimator_.estimate());
  if (const auto probe = estimator_.take_probe(now)) pacer_.start_probe(now, *probe);
  pacer_.release(now, send);
  for (size_t due = pacer_.padding_due(now); due > 0;) {
    const size_t size = send_padding();
    if (size == 0) {
      pacer_.cancel_probe();
      return;
    }
    due -= std::min(due, size);
  }
}

std::optional<Instant> CongestionControl::next_timeout() const {
  return earlier(estimator_.next_timeout(), pacer_.next_timeout());
}

}  // namespace kith::sfu

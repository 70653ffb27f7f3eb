#include "sfu/offer_schedule.hpp"

namespace kith::sfu {

void OfferSchedule::want(Instant now) {
  if (due_) return;
  const bool is_first = last_id_ == 0;
  const bool is_busy = !is_first && now < offered_at_ + kGatherBusy;
  due_ = is_first ? now : now + (is_busy ? kGatherBusy : kGatherIdle);
}

uint32_t OfferSchedule::handle_offered(Instant now) {
  due_.reset();
  offered_at_ = now;
  pending_ = ++last_id_;
  return last_id_;
}

bool OfferSchedule::handle_answered(Instant now, uint32_t id) {
  if (!pending_ || (id != 0 && id != *pending_)) return false;
  pending_.reset();
  // What changed meanwhile has waited long enough.
  if (due_ && *due_ < now) due_ = now;
  return true;
}

void OfferSchedule::restart(Instant now) {
  pending_.reset();
  due_ = now;
}

std::optional<Instant> OfferSchedule::next_timeout() const {
  if (pending_) return offered_at_ + kAnswerWithin;
  return due_;
}

}  // namespace kith::sfu

#include "call/call_registry.hpp"

#include <algorithm>

namespace kith::call {

Result<CallRegistry::Reservation> CallRegistry::reserve() {
  const std::scoped_lock lock(mutex_);
  if (is_stopping_) return fail(Reason::kShuttingDown, "The server is stopping.");
  if (calls_.size() + reserved_ >= limits_.calls) {
    return fail(Reason::kTooMany, "As many calls go on as this server can have.", "calls");
  }
  ++reserved_;
  return Reservation(*this);
}

void CallRegistry::release() {
  const std::scoped_lock lock(mutex_);
  --reserved_;
}

CallRegistry::Place* CallRegistry::find_place(CallId call) {
  const auto found = calls_.find(call);
  return found == calls_.end() ? nullptr : &found->second;
}

CallRegistry::Place* CallRegistry::find_place_of(RoomId room) {
  const auto found = by_room_.find(room);
  return found == by_room_.end() ? nullptr : find_place(found->second);
}

model::Call CallRegistry::open(NewCall wish) {
  const std::scoped_lock lock(mutex_);
  const Moment moment = now();
  const CallId id = wish.call.id;
  by_room_[wish.call.room] = id;
  Place place{.live = LiveCall(limits_, std::move(wish.call), wish.is_direct, wish.device, moment),
              .is_large = wish.is_large,
              .told_at = {},
              .scheduled = {}};
  Place& opened = calls_.emplace(id, std::move(place)).first->second;
  size_ = calls_.size();
  const CallChange change = is_stopping_ ? opened.live.interrupt(moment) : CallChange::kState;
  carry_out(id, opened, change, moment.at);
  return opened.live.snapshot();
}

Result<model::Call> CallRegistry::let_in(CallId call, UserId user, DeviceId device) {
  const std::scoped_lock lock(mutex_);
  const Moment moment = now();
  Place* place = find_place(call);
  if (place == nullptr) return fail(Reason::kCallNotFound, "There is no such call.", "call_id");
  TRY(const CallChange change, place->live.let_in(moment, user, device));
  carry_out(call, *place, change, moment.at);
  return place->live.snapshot();
}

void CallRegistry::leave(CallId call, UserId user) {
  const std::scoped_lock lock(mutex_);
  const Moment moment = now();
  if (Place* place = find_place(call)) carry_out(call, *place, place->live.leave(moment, user), moment.at);
}

void CallRegistry::decline(CallId call, UserId user) {
  const std::scoped_lock lock(mutex_);
  const Moment moment = now();
  if (Place* place = find_place(call)) carry_out(call, *place, place->live.decline(moment, user), moment.at);
}

std::optional<model::Call> CallRegistry::find(CallId call) const {
  const std::scoped_lock lock(mutex_);
  const auto found = calls_.find(call);
  if (found == calls_.end()) return std::nullopt;
  return found->second.live.snapshot();
}

std::vector<model::Call> CallRegistry::calls_of(std::span<const RoomId> rooms) const {
  std::vector<model::Call> calls;
  if (is_idle()) return calls;
  const std::scoped_lock lock(mutex_);
  for (const RoomId room : rooms) {
    const auto found = by_room_.find(room);
    if (found != by_room_.end()) calls.push_back(calls_.at(found->second).live.snapshot());
  }
  return calls;
}

void CallRegistry::put_out(RoomId room, UserId user) {
  const std::scoped_lock lock(mutex_);
  const Moment moment = now();
  const auto found = by_room_.find(room);
  if (found == by_room_.end()) return;
  const CallId call = found->second;
  Place& place = calls_.at(call);
  carry_out(call, place, place.live.put_out(moment, user), moment.at);
}

void CallRegistry::put_out_of_all(UserId user) {
  const std::scoped_lock lock(mutex_);
  const Moment moment = now();
  for (auto& [call, place] : calls_) carry_out(call, place, place.live.put_out(moment, user), moment.at);
}

void CallRegistry::put_out_device(UserId user, DeviceId device) {
  const std::scoped_lock lock(mutex_);
  const Moment moment = now();
  for (auto& [call, place] : calls_) {
    if (!place.live.is_let_in(user, device)) continue;
    carry_out(call, place, place.live.put_out(moment, user), moment.at);
  }
}

void CallRegistry::tell_again(RoomId room) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_room_.find(room);
  if (found == by_room_.end()) return;
  Place& place = calls_.at(found->second);
  tell(place, CallChange::kAttendance, clock_.now());
  schedule(found->second, place);
}

void CallRegistry::forget(CallId call) {
  const std::scoped_lock lock(mutex_);
  calls_.erase(call);
  size_ = calls_.size();
}

void CallRegistry::handle_timeout(CallId call, Instant at) {
  const std::scoped_lock lock(mutex_);
  Place* place = find_place(call);
  // An earlier time has been asked for since, and what was due then is done.
  if (place == nullptr || place->scheduled != at) return;
  place->scheduled.reset();
  // The timer may be ahead of the clock by the length of a loop's pass.
  const Moment moment{.at = std::max(at, clock_.now()), .wall = clock_.wall()};
  const CallChange change = place->live.handle_timeout(moment);
  if (change == CallChange::kNothing && place->owes_tell) tell(*place, CallChange::kAttendance, moment.at);
  carry_out(call, *place, change, moment.at);
}

void CallRegistry::interrupt_all() {
  const std::scoped_lock lock(mutex_);
  is_stopping_ = true;
  const Moment moment = now();
  for (auto& [call, place] : calls_) carry_out(call, place, place.live.interrupt(moment), moment.at);
}

CallAttendance::Entry CallRegistry::entry_of(CallId call, UserId user) {
  const std::scoped_lock lock(mutex_);
  const Place* place = find_place(call);
  if (place == nullptr || place->live.is_over()) return Entry::kNoSuchCall;
  return place->live.is_let_in(user) ? Entry::kOpen : Entry::kNotLetIn;
}

void CallRegistry::participant_joined(CallId call, UserId user) {
  const std::scoped_lock lock(mutex_);
  const Moment moment = now();
  Place* place = find_place(call);
  if (place == nullptr || !place->live.is_let_in(user)) {
    // Put out between the question and the connection.
    if (media_ != nullptr) media_->remove_participant(call, user);
    return;
  }
  carry_out(call, *place, place->live.connect(moment, user), moment.at);
}

void CallRegistry::participant_left(CallId call, UserId user) {
  const std::scoped_lock lock(mutex_);
  const Moment moment = now();
  if (Place* place = find_place(call)) carry_out(call, *place, place->live.lose(moment, user), moment.at);
}

void CallRegistry::screen_shared(CallId call, UserId user) {
  const std::scoped_lock lock(mutex_);
  const Moment moment = now();
  if (Place* place = find_place(call)) carry_out(call, *place, place->live.share_screen(user), moment.at);
}

void CallRegistry::carry_out(CallId call, Place& place, CallChange change, Instant at) {
  const auto put_out = place.live.take_put_out();
  UnsavedCall unsaved = place.live.take_unsaved();
  if (change != CallChange::kNothing) tell(place, change, at);
  if (change == CallChange::kState && place.live.is_over()) {
    const auto in_room = by_room_.find(place.live.room());
    if (in_room != by_room_.end() && in_room->second == call) by_room_.erase(in_room);
    if (media_ != nullptr) media_->end_call(call);
    effects_.finish(place.live.snapshot(), std::move(unsaved));
    return;
  }
  if (media_ != nullptr) {
    for (const UserId user : put_out) media_->remove_participant(call, user);
  }
  if (!unsaved.is_empty()) effects_.save(std::move(unsaved));
  schedule(call, place);
}

// In a large room comings and goings of a second are told together; what changes the call's state never waits.
void CallRegistry::tell(Place& place, CallChange change, Instant at) {
  const bool waits =
      change == CallChange::kAttendance && place.is_large && at < place.told_at + limits_.call_told_every;
  place.owes_tell = waits;
  if (waits) return;
  place.told_at = at;
  effects_.tell(place.live.snapshot());
}

void CallRegistry::schedule(CallId call, Place& place) {
  std::optional<Instant> next = place.live.next_timeout();
  if (place.owes_tell && !place.live.is_over()) {
    const Instant owed_at = place.told_at + limits_.call_told_every;
    next = next ? std::min(*next, owed_at) : owed_at;
  }
  if (!next || (place.scheduled && *place.scheduled <= *next)) return;
  place.scheduled = *next;
  effects_.schedule(call, *next);
}

}  // namespace kith::call

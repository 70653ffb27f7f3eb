#include "call/live_call.hpp"

#include <algorithm>

namespace kith::call {

using model::CallOutcome;
using model::CallState;

LiveCall::LiveCall(const Limits& limits, model::Call call, bool is_direct, DeviceId device, Moment now)
    : limits_(limits), call_(std::move(call)), is_direct_(is_direct) {
  for (const model::CallMember& member : std::exchange(call_.members, {})) {
    Part& part = parts_.emplace_back(Part{.member = member});
    if (!member.has_joined()) {
      call_.state = CallState::kRinging;
      ring_until_ = now.at + std::chrono::seconds(limits_.call_ring_seconds);
      continue;
    }
    part.device = device;
    part.is_let_in = true;
    part.connect_by = now.at + limits_.call_connect_within;
  }
}

LiveCall::Part* LiveCall::find(UserId user) {
  const auto found = std::ranges::find(parts_, user, [](const Part& part) { return part.member.user; });
  return found == parts_.end() ? nullptr : &*found;
}

const LiveCall::Part* LiveCall::find(UserId user) const { return const_cast<LiveCall*>(this)->find(user); }

size_t LiveCall::count_in() const {
  return static_cast<size_t>(std::ranges::count_if(parts_, [](const Part& part) { return part.member.is_in(); }));
}

size_t LiveCall::count_joined() const {
  return static_cast<size_t>(std::ranges::count_if(parts_, [](const Part& part) { return part.member.has_joined(); }));
}

model::Call LiveCall::snapshot() const {
  model::Call out = call_;
  out.participants = static_cast<uint32_t>(is_over() ? count_joined() : count_in());
  const bool are_all_told = parts_.size() <= limits_.call_participants_told;
  for (const Part& part : parts_) {
    if (out.members.size() == limits_.call_participants_told) break;
    if (are_all_told || is_over() || part.member.is_in()) out.members.push_back(part.member);
  }
  return out;
}

bool LiveCall::is_let_in(UserId user) const {
  const Part* part = find(user);
  return part != nullptr && part->is_let_in && !is_over();
}

bool LiveCall::is_let_in(UserId user, DeviceId device) const {
  const Part* part = find(user);
  return part != nullptr && part->is_let_in && part->device == device && !is_over();
}

void LiveCall::enter(Moment now, Part& part) {
  part.is_unsaved = true;
  part.member.left_at = {};
  if (part.member.has_joined()) return;
  part.member.joined_at = now.wall;
  if (count_joined() == 2) {
    call_.answered_at = now.wall;
    is_answer_unsaved_ = true;
    call_.state = CallState::kActive;
    ring_until_.reset();
  }
}

void LiveCall::exit(Moment now, Part& part) {
  part.is_connected = false;
  if (!part.member.is_in()) return;
  part.member.left_at = now.wall;
  part.is_unsaved = true;
}

void LiveCall::take_away(Moment now, Part& part) {
  exit(now, part);
  part.is_let_in = false;
  put_out_.push_back(part.member.user);
}

Result<CallChange> LiveCall::let_in(Moment now, UserId user, DeviceId device) {
  if (is_over()) return fail(Reason::kCallEnded, "The call is over.", "call_id");
  Part* part = find(user);
  const bool was_in = part != nullptr && part->member.is_in();
  if (!was_in && count_in() >= limits_.call_participants) {
    return fail(Reason::kTooMany, "As many people are in the call as can be.", "participants");
  }
  const bool was_answered = call_.answered_at.value != 0;
  if (part == nullptr) {
    part = &parts_.emplace_back(Part{.member = {.user = user}});
  } else if (!part->member.has_joined()) {
    // Only rung so far: now the last to come.
    std::rotate(parts_.begin() + (part - parts_.data()), parts_.begin() + (part - parts_.data()) + 1, parts_.end());
    part = &parts_.back();
  }
  part->device = device;
  part->is_let_in = true;
  if (!part->is_connected) part->connect_by = now.at + limits_.call_connect_within;
  if (was_in) return CallChange::kNothing;
  enter(now, *part);
  update_end(now);
  return was_answered == (call_.answered_at.value != 0) ? CallChange::kAttendance : CallChange::kState;
}

CallChange LiveCall::connect(Moment now, UserId user) {
  Part* part = find(user);
  if (part == nullptr || !part->is_let_in || is_over()) return CallChange::kNothing;
  was_connected_ = true;
  part->is_connected = true;
  if (part->member.is_in()) return CallChange::kNothing;
  enter(now, *part);
  update_end(now);
  return CallChange::kAttendance;
}

CallChange LiveCall::lose(Moment now, UserId user) {
  Part* part = find(user);
  if (part == nullptr || !part->is_connected || is_over()) return CallChange::kNothing;
  exit(now, *part);
  update_end(now);
  return CallChange::kAttendance;
}

CallChange LiveCall::leave(Moment now, UserId user) {
  Part* part = find(user);
  if (part == nullptr || !part->is_let_in || is_over()) return CallChange::kNothing;
  take_away(now, *part);
  if (is_direct_ || count_in() == 0) {
    end(now, CallOutcome::kCancelled);
    return CallChange::kState;
  }
  return CallChange::kAttendance;
}

CallChange LiveCall::put_out(Moment now, UserId user) {
  Part* part = find(user);
  if (part == nullptr || !part->is_let_in || is_over()) return CallChange::kNothing;
  take_away(now, *part);
  update_end(now);
  return CallChange::kAttendance;
}

CallChange LiveCall::decline(Moment now, UserId user) {
  Part* part = find(user);
  if (part == nullptr || !part->member.has_ignored() || is_over()) return CallChange::kNothing;
  part->member.has_declined = true;
  part->is_unsaved = true;
  end(now, CallOutcome::kDeclined);
  return CallChange::kState;
}

CallChange LiveCall::share_screen(UserId user) {
  Part* part = find(user);
  if (part == nullptr || !part->is_let_in || part->member.has_shared_screen || is_over()) return CallChange::kNothing;
  part->member.has_shared_screen = true;
  part->is_unsaved = true;
  call_.was_screen_shared = true;
  return CallChange::kAttendance;
}

CallChange LiveCall::interrupt(Moment now) {
  if (is_over()) return CallChange::kNothing;
  end(now, CallOutcome::kInterrupted);
  call_.outcome = CallOutcome::kInterrupted;
  return CallChange::kState;
}

void LiveCall::update_end(Moment now) {
  const size_t in = count_in();
  const bool is_lonely = in == 0 || (is_direct_ && call_.answered_at.value != 0 && in == 1);
  if (!is_lonely) {
    end_at_.reset();
  } else if (!end_at_) {
    end_at_ = now.at + limits_.call_reconnect_within;
  }
}

void LiveCall::end(Moment now, CallOutcome unless_answered) {
  call_.ended_at = now.wall;
  if (count_in() == 0) {
    // It lasted as long as somebody was in it, not until we gave up waiting.
    const auto last = std::ranges::max(parts_, {}, [](const Part& part) { return part.member.left_at; });
    call_.ended_at = std::max(call_.started_at, last.member.left_at);
  }
  for (Part& part : parts_) {
    if (!part.member.is_in()) continue;
    part.member.left_at = call_.ended_at;
    part.is_unsaved = true;
  }
  call_.state = CallState::kEnded;
  call_.outcome = call_.answered_at.value != 0 ? CallOutcome::kCompleted : unless_answered;
  ring_until_.reset();
  end_at_.reset();
}

std::optional<Instant> LiveCall::next_timeout() const {
  if (is_over()) return std::nullopt;
  std::optional<Instant> next = ring_until_;
  const auto consider = [&](Instant at) { next = next ? std::min(*next, at) : at; };
  if (end_at_) consider(*end_at_);
  for (const Part& part : parts_) {
    if (part.is_let_in && !part.is_connected && part.member.is_in()) consider(part.connect_by);
  }
  return next;
}

CallChange LiveCall::handle_timeout(Moment now) {
  if (is_over()) return CallChange::kNothing;
  CallChange change = CallChange::kNothing;
  for (Part& part : parts_) {
    if (!part.is_let_in || part.is_connected || !part.member.is_in() || now.at < part.connect_by) continue;
    take_away(now, part);
    change = CallChange::kAttendance;
  }
  if (change == CallChange::kAttendance) update_end(now);
  const bool is_unanswered = ring_until_ && now.at >= *ring_until_;
  const bool is_abandoned = end_at_ && (now.at >= *end_at_ || (!was_connected_ && count_in() == 0));
  if (!is_unanswered && !is_abandoned) return change;
  end(now, is_unanswered ? CallOutcome::kMissed : CallOutcome::kCancelled);
  return CallChange::kState;
}

UnsavedCall LiveCall::take_unsaved() {
  UnsavedCall unsaved{.call = call_.id, .room = call_.room, .seq = call_.seq, .answered_at = {}, .members = {}};
  if (std::exchange(is_answer_unsaved_, false)) unsaved.answered_at = call_.answered_at;
  for (Part& part : parts_) {
    if (std::exchange(part.is_unsaved, false)) unsaved.members.push_back(part.member);
  }
  return unsaved;
}

std::vector<UserId> LiveCall::take_put_out() { return std::exchange(put_out_, {}); }

}  // namespace kith::call

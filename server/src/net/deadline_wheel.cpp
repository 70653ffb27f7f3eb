#include "net/deadline_wheel.hpp"

#include <algorithm>

namespace kith::net {

DeadlineWheel::Entry::~Entry() { unlink(*this); }

DeadlineWheel::~DeadlineWheel() {
  if (timer_ != TimerId::kNone) reactor_.cancel(timer_);
  for (Entry* entry : slots_) {
    while (entry != nullptr) {
      Entry* next = entry->next_;
      unlink(*entry);
      entry = next;
    }
  }
}

int64_t DeadlineWheel::tick_of(Instant time) { return time.time_since_epoch() / kTick; }

void DeadlineWheel::arm(Entry& entry, Instant due) {
  // One tick more, because the slot of an instant begins before it.
  entry.due_tick_ = tick_of(due) + 1;
  const bool is_later = entry.link_ != nullptr && entry.due_tick_ >= entry.slot_tick_;
  if (is_later) return;
  unlink(entry);
  if (timer_ == TimerId::kNone) start_timer();
  insert(entry, std::max(entry.due_tick_, visited_tick_ + 1));
}

void DeadlineWheel::disarm(Entry& entry) { unlink(entry); }

void DeadlineWheel::insert(Entry& entry, int64_t slot_tick) {
  slot_tick = std::min(slot_tick, visited_tick_ + static_cast<int64_t>(kSlots));
  Entry*& head = slots_[static_cast<size_t>(slot_tick) % kSlots];
  entry.slot_tick_ = slot_tick;
  entry.next_ = head;
  entry.link_ = &head;
  if (head != nullptr) head->link_ = &entry.next_;
  head = &entry;
}

void DeadlineWheel::unlink(Entry& entry) {
  if (entry.link_ == nullptr) return;
  *entry.link_ = entry.next_;
  if (entry.next_ != nullptr) entry.next_->link_ = entry.link_;
  entry.next_ = nullptr;
  entry.link_ = nullptr;
}

void DeadlineWheel::start_timer() {
  visited_tick_ = tick_of(reactor_.now());
  timer_ = reactor_.call_after(kTick, [this] { on_tick(); });
}

void DeadlineWheel::on_tick() {
  const int64_t now_tick = tick_of(reactor_.now());
  // After a long pause every slot is visited once, not every tick.
  const int64_t first = std::max(visited_tick_ + 1, now_tick - static_cast<int64_t>(kSlots) + 1);
  for (int64_t tick = first; tick <= now_tick; ++tick) {
    Entry* taken = std::exchange(slots_[static_cast<size_t>(tick) % kSlots], nullptr);
    if (taken != nullptr) taken->link_ = &taken;
    visited_tick_ = tick;
    // `taken` is the head of a list of its own meanwhile: callbacks may disarm, re-arm or destroy any entry of it.
    while (taken != nullptr) {
      Entry& entry = *taken;
      unlink(entry);
      if (entry.due_tick_ > now_tick) {
        insert(entry, entry.due_tick_);
      } else {
        entry.on_deadline();
      }
    }
  }
  visited_tick_ = std::max(visited_tick_, now_tick);
  const bool is_empty = std::ranges::all_of(slots_, [](Entry* entry) { return entry == nullptr; });
  timer_ = is_empty ? TimerId::kNone : reactor_.call_after(kTick, [this] { on_tick(); });
}

}  // namespace kith::net

#include "net/reactor.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>

namespace kith::net {
namespace {

/// Ready sockets taken by one wait. More means fewer, larger flushes; the array costs 12 bytes each on the stack.
constexpr int kEventsPerPass = 1024;

}  // namespace

Result<std::unique_ptr<Reactor>> Reactor::create(const Clock& clock, size_t index) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
  if (epoll < 0 || wake < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event) != 0) {
    if (epoll >= 0) close(epoll);
    if (wake >= 0) close(wake);
    return fail(Reason::kBusy, "No descriptor left for a reactor.");
  }
  return std::unique_ptr<Reactor>(new Reactor(clock, index, epoll, wake));
}

Reactor::Reactor(const Clock& clock, size_t index, int epoll, int wake)
    : clock_(clock), index_(index), epoll_(epoll), wake_(wake) {
  read_clock();
}

Reactor::~Reactor() {
  graveyard_.clear();
  close(wake_);
  close(epoll_);
}

void Reactor::read_clock() {
  now_ = clock_.now();
  wall_ = clock_.wall();
}

void Reactor::post(Job job) {
  if (is_current()) {
    own_jobs_.push_back(std::move(job));
    return;
  }
  {
    std::lock_guard lock(mutex_);
    posted_.push_back(std::move(job));
  }
  has_posted_.store(true);
  wake_if_sleeping();
}

void Reactor::stop() {
  stopping_.store(true);
  wake_if_sleeping();
}

void Reactor::wake_if_sleeping() {
  // The loop sets is_sleeping_ before it looks at has_posted_, we the other way round: one of the two sees the other.
  if (!is_sleeping_.exchange(false)) return;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof one);
}

TimerId Reactor::call_after(Duration delay, Job job) {
  const uint64_t id = ++last_timer_;
  // Counted from the clock, not from the cached time: a long pass must not make a timer early.
  timers_.push({.due = clock_.now() + std::max(delay, Duration::zero()), .id = id});
  timer_jobs_.emplace(id, std::move(job));
  return TimerId{id};
}

void Reactor::cancel(TimerId timer) {
  timer_jobs_.erase(static_cast<uint64_t>(timer));
  drop_cancelled_timers();
}

void Reactor::drop_cancelled_timers() {
  while (!timers_.empty() && !timer_jobs_.contains(timers_.top().id)) timers_.pop();
  if (timers_.size() <= 2 * timer_jobs_.size() + 64) return;
  // Cancelled ones in the middle of the heap outnumber the pending ones: build it anew.
  std::vector<Timer> pending;
  pending.reserve(timer_jobs_.size());
  for (; !timers_.empty(); timers_.pop()) {
    if (timer_jobs_.contains(timers_.top().id)) pending.push_back(timers_.top());
  }
  timers_ = std::priority_queue<Timer, std::vector<Timer>, std::greater<>>(std::greater<>(), std::move(pending));
}

void Reactor::at_pass_end(Job job) { pass_end_.push_back(std::move(job)); }

void Reactor::run() {
  while (!stopping_.load()) run_pass(std::chrono::hours(1));
  stopping_.store(false);
}

int Reactor::wait_milliseconds(Duration wait_max) {
  if (!own_jobs_.empty() || !dirty_.empty() || !pass_end_.empty()) return 0;
  Duration wait = wait_max;
  if (!timers_.empty()) wait = std::min(wait, timers_.top().due - clock_.now());
  if (wait <= Duration::zero()) return 0;
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(wait).count());
}

void Reactor::run_pass(Duration wait_max) {
  Executor::Scope scope(*this);
  std::array<epoll_event, kEventsPerPass> events;
  int wait = wait_milliseconds(wait_max);
  is_sleeping_.store(true);
  if (has_posted_.load() || stopping_.load()) wait = 0;
  const int ready = epoll_wait(epoll_, events.data(), kEventsPerPass, wait);
  is_sleeping_.store(false);
  read_clock();
  for (int i = 0; i < ready; ++i) {
    if (auto* source = static_cast<EventSource*>(events[i].data.ptr)) source->on_events(events[i].events);
  }
  run_jobs();
  run_timers();
  flush_dirty();
  auto closed = std::exchange(graveyard_, {});
}

void Reactor::run_jobs() {
  // A job may post again: those wait for the next pass, so that sockets get their turn.
  running_.swap(own_jobs_);
  if (has_posted_.exchange(false)) {
    std::lock_guard lock(mutex_);
    std::ranges::move(posted_, std::back_inserter(running_));
    posted_.clear();
  }
  for (Job& job : running_) job();
  running_.clear();
}

void Reactor::run_timers() {
  const uint64_t last = last_timer_;
  std::vector<Timer> later;
  while (!timers_.empty() && timers_.top().due <= now_) {
    const Timer timer = timers_.top();
    timers_.pop();
    if (timer.id > last) {
      later.push_back(timer);  // made by a timer of this pass, perhaps for "at once": not before sockets had a turn
      continue;
    }
    auto found = timer_jobs_.find(timer.id);
    if (found == timer_jobs_.end()) continue;
    Job job = std::move(found->second);
    timer_jobs_.erase(found);
    job();
  }
  for (const Timer& timer : later) timers_.push(timer);
}

void Reactor::flush_dirty() {
  if (!pass_end_.empty()) {
    auto jobs = std::exchange(pass_end_, {});
    for (Job& job : jobs) job();
  }
  flushing_.swap(dirty_);
  for (EventSource* source : flushing_) source->flush();
  flushing_.clear();
}

Result<> Reactor::watch(int descriptor, uint32_t events, EventSource& source) {
  epoll_event event{.events = events, .data = {.ptr = &source}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) {
    return fail(Reason::kBusy, "The kernel refused to watch a socket.");
  }
  return {};
}

void Reactor::rewatch(int descriptor, uint32_t events, EventSource& source) {
  epoll_event event{.events = events, .data = {.ptr = &source}};
  [[maybe_unused]] const int changed = epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event);
  assert(changed == 0);
}

void Reactor::unwatch(int descriptor) { epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr); }

}  // namespace kith::net

// One epoll loop on one thread: sockets, timers and posted jobs, and one flush of all dirty sockets per pass.
//
// A pass: 1. wait for sockets, jobs or the next timer · 2. let every ready socket read · 3. run the jobs posted so far
// ·
// 4. run due timers · 5. flush each dirty socket once · 6. destroy what was closed.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/executor.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace kith::net {

/// Names a pending timer; 0 names none.
enum class TimerId : uint64_t { kNone = 0 };

/// A descriptor's owner, called by the reactor that watches it, on the reactor's thread.
class EventSource {
 public:
  virtual ~EventSource() = default;
  /// `events`: EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP… as epoll reports them. May still come once in the pass in which
  /// the descriptor was forgotten.
  virtual void on_events(uint32_t events) = 0;
  /// Writes what waits; called once per pass after `mark_dirty`.
  virtual void flush() {}
};

/// The loop. All functions but `post` and `stop` belong to the thread that runs it (or to nobody's before it runs).
class Reactor final : public Executor {
 public:
  /// `clock`: outlives the reactor; tests pass one that moves only when told (and post a job after moving it).
  /// `index`: which of the server's reactors this is, for tables per reactor. `kBusy`: no descriptors left.
  static Result<std::unique_ptr<Reactor>> create(const Clock& clock, size_t index = 0);
  ~Reactor() override;
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  /// From any thread. Wakes the loop only if it sleeps. Jobs still queued when the reactor is destroyed are dropped.
  void post(Job job) override;
  /// Runs the job on this reactor once the time has passed (millisecond granularity, never early).
  TimerId call_after(Duration delay, Job job);
  /// Forgets a timer; one that already ran is ignored.
  void cancel(TimerId timer);
  /// Runs the job at the end of this pass, before the dirty sockets are flushed: to join what the pass has gathered.
  void at_pass_end(Job job);

  /// Serves until `stop`; the calling thread's `Executor::current()` is this reactor meanwhile.
  void run();
  /// Makes `run` return after its current pass; from any thread.
  void stop();
  /// One pass, waiting at most so long: for tests and for programs that drive several loops.
  void run_pass(Duration wait_max);

  /// The time as of the beginning of this pass.
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] UnixMillis wall() const { return wall_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] size_t index() const { return index_; }
  [[nodiscard]] bool is_current() const { return &Executor::current() == this; }

  /// Watches a descriptor; `source` outlives the watch. `kBusy`: the kernel refused.
  Result<> watch(int descriptor, uint32_t events, EventSource& source);
  /// Changes what is waited for.
  void rewatch(int descriptor, uint32_t events, EventSource& source);
  /// Ends a watch; the descriptor is closed by its owner.
  void unwatch(int descriptor);
  /// Has `flush` called at the end of this pass. The caller makes sure that a source is marked once per pass.
  void mark_dirty(EventSource& source) { dirty_.push_back(&source); }
  /// Destroys a source after this pass, when no event and no flush can reach it any more.
  void destroy_later(std::unique_ptr<EventSource> source) { graveyard_.push_back(std::move(source)); }

 private:
  struct Timer {
    Instant due;
    uint64_t id;
    bool operator>(const Timer& other) const { return due != other.due ? due > other.due : id > other.id; }
  };

  Reactor(const Clock& clock, size_t index, int epoll, int wake);
  int wait_milliseconds(Duration wait_max);
  void read_clock();
  void wake_if_sleeping();
  void run_jobs();
  void run_timers();
  void flush_dirty();
  void drop_cancelled_timers();

  const Clock& clock_;
  const size_t index_;
  const int epoll_;
  const int wake_;  ///< eventfd, edge-triggered: written to end a wait, never read
  Instant now_;
  UnixMillis wall_;

  std::mutex mutex_;
  std::vector<Job> posted_;  ///< guarded by mutex_
  std::atomic<bool> has_posted_{false};
  std::atomic<bool> is_sleeping_{false};
  std::atomic<bool> stopping_{false};
  std::vector<Job> own_jobs_;  ///< posted by the loop's own thread: no lock
  std::vector<Job> running_;   ///< kept for its capacity
  std::vector<Job> pass_end_;

  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::unordered_map<uint64_t, Job> timer_jobs_;
  uint64_t last_timer_ = 0;

  std::vector<EventSource*> dirty_;
  std::vector<EventSource*> flushing_;
  std::vector<std::unique_ptr<EventSource>> graveyard_;
};

}  // namespace kith::net

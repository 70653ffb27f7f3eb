// The last step of erasing, once a night: what was deleted or edited leaves the files' unused space too.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>

#include "base/time.hpp"
#include "store/sqlite_store.hpp"

namespace kith::app {

/// Writes the database file anew in the chosen hour of local time if anything was erased since the last time; the first
/// night after a start always, because what was erased before it is not known. Writes wait meanwhile (0.6 s for 120
/// MB), hence the hour.
class NightErasure {
 public:
  /// `hour`: 0 to 23. The store outlives this.
  NightErasure(store::SqliteStore& store, const Clock& clock, int hour) : store_(store), clock_(clock), hour_(hour) {}
  ~NightErasure() { stop(); }
  NightErasure(const NightErasure&) = delete;
  NightErasure& operator=(const NightErasure&) = delete;

  /// Something was erased; from any thread.
  void note_erasure() { has_work_.store(true, std::memory_order_relaxed); }
  /// Begins a run if it is time and there is work; to be called every few minutes on one thread. A run that could not
  /// finish (a reader or the search follower still needs old text) is tried again at the next call.
  void handle_tick();
  /// Waits for a run under way and begins no other.
  void stop();

 private:
  store::SqliteStore& store_;
  const Clock& clock_;
  const int hour_;
  std::atomic<bool> has_work_{true};
  std::atomic<bool> is_running_{false};
  std::mutex mutex_;
  std::thread runner_;       ///< guarded by mutex_
  bool is_stopped_ = false;  ///< guarded by mutex_
};

}  // namespace kith::app

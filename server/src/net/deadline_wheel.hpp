// Time-outs of many connections with one reactor timer: coarse slots, visited once a tick, re-armed lazily.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.hpp"
#include "net/reactor.hpp"

namespace kith::net {

/// A connection arms one deadline. Moving it later only stores it: the wheel finds that out when the old slot comes up,
/// so activity costs nothing. Deadlines fire late by up to one tick, never early. No timer runs while nothing is armed.
class DeadlineWheel {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(250);
  static constexpr size_t kSlots = 512;  ///< 128 s; later deadlines wait another round

  class Entry {
   public:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   protected:
    virtual ~Entry();
    virtual void on_deadline() = 0;

   private:
    friend class DeadlineWheel;
    Entry* next_ = nullptr;
    Entry** link_ = nullptr;  ///< what points here: a slot's head or the previous entry's next_
    int64_t due_tick_ = 0;
    int64_t slot_tick_ = 0;
  };

  explicit DeadlineWheel(Reactor& reactor) : reactor_(reactor) {}
  ~DeadlineWheel();
  DeadlineWheel(const DeadlineWheel&) = delete;
  DeadlineWheel& operator=(const DeadlineWheel&) = delete;

  /// Sets the entry's deadline; it replaces an earlier one. After firing the entry is disarmed.
  void arm(Entry& entry, Instant due);
  static void disarm(Entry& entry);

 private:
  [[nodiscard]] static int64_t tick_of(Instant time);
  void insert(Entry& entry, int64_t slot_tick);
  static void unlink(Entry& entry);
  void on_tick();
  void start_timer();

  Reactor& reactor_;
  std::array<Entry*, kSlots> slots_{};
  int64_t visited_tick_ = 0;  ///< all slots up to this tick were visited
  TimerId timer_ = TimerId::kNone;
};

}  // namespace kith::net

// The calls going on, in memory: found by id and by room, changed by use cases, media, timers and commits, from any
// thread. One lock; what follows from a change is told under it, so that it is told in the order in which it happened.
#pragma once

#include <atomic>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "call/call_media.hpp"
#include "call/live_call.hpp"

namespace kith::call {

/// What follows from changes of calls. Called under the registry's lock: everything here only posts.
class CallEffects {
 public:
  virtual ~CallEffects() = default;
  /// The call as it is now, for the members of its room.
  virtual void tell(model::Call call) = 0;
  virtual void save(UnsavedCall unsaved) = 0;
  /// The call is over; once that is stored, `CallRegistry::forget` is to be called.
  virtual void finish(model::Call call, UnsavedCall unsaved) = 0;
  /// `CallRegistry::handle_timeout(call, at)` is to be called at that time.
  virtual void schedule(CallId call, Instant at) = 0;
};

class CallRegistry final : public CallAttendance {
 public:
  /// A call about to begin counts against the limit from the moment it is reserved.
  class Reservation {
   public:
    explicit Reservation(CallRegistry& registry) : registry_(&registry) {}
    Reservation(Reservation&& other) noexcept : registry_(std::exchange(other.registry_, nullptr)) {}
    Reservation& operator=(Reservation&& other) noexcept {
      std::swap(registry_, other.registry_);
      return *this;
    }
    ~Reservation() {
      if (registry_ != nullptr) registry_->release();
    }

   private:
    CallRegistry* registry_;
  };

  struct NewCall {
    model::Call call;  ///< with the starter, and whom it rings
    DeviceId device;   ///< of the starter
    bool is_direct = false;
    bool is_large = false;  ///< the room's members are told of comings and goings at most so often
  };

  CallRegistry(const Limits& limits, const Clock& clock, CallEffects& effects)
      : limits_(limits), clock_(clock), effects_(effects) {}

  /// Who carries the media; without it calls are only talked about. Before the first call.
  void set_media(CallMedia& media) { media_ = &media; }

  // Use cases. A call that is over stays known until it is forgotten.

  /// Error: kTooMany.
  Result<Reservation> reserve();
  model::Call open(NewCall wish);
  /// Errors: kCallNotFound, kCallEnded, kTooMany.
  Result<model::Call> let_in(CallId call, UserId user, DeviceId device);
  /// Nothing happens for somebody who is not in the call, or is not rung.
  void leave(CallId call, UserId user);
  void decline(CallId call, UserId user);
  [[nodiscard]] std::optional<model::Call> find(CallId call) const;
  /// The calls going on in these rooms.
  [[nodiscard]] std::vector<model::Call> calls_of(std::span<const RoomId> rooms) const;
  [[nodiscard]] bool is_idle() const { return size_.load(std::memory_order_relaxed) == 0; }

  // Commits.

  void put_out(RoomId room, UserId user);
  void put_out_of_all(UserId user);
  /// The session with which the user was let in is gone.
  void put_out_device(UserId user, DeviceId device);
  /// Somebody came into the room: its call is told once more.
  void tell_again(RoomId room);

  // What was asked for through CallEffects.

  void forget(CallId call);
  void handle_timeout(CallId call, Instant at);
  /// Ends all calls: the server stops. Nothing begins after it.
  void interrupt_all();

  Entry entry_of(CallId call, UserId user) override;
  void participant_joined(CallId call, UserId user) override;
  void participant_left(CallId call, UserId user) override;
  void screen_shared(CallId call, UserId user) override;

 private:
  struct Place {
    LiveCall live;
    bool is_large = false;
    bool owes_tell = false;
    Instant told_at;
    std::optional<Instant> scheduled;
  };

  [[nodiscard]] Moment now() const { return {.at = clock_.now(), .wall = clock_.wall()}; }
  void release();
  Place* find_place(CallId call);
  Place* find_place_of(RoomId room);
  void carry_out(CallId call, Place& place, CallChange change, Instant at);
  void tell(Place& place, CallChange change, Instant at);
  void schedule(CallId call, Place& place);

  const Limits& limits_;
  const Clock& clock_;
  CallEffects& effects_;
  CallMedia* media_ = nullptr;

  mutable std::mutex mutex_;
  std::unordered_map<CallId, Place> calls_;
  std::unordered_map<RoomId, CallId> by_room_;  ///< of calls that are not over
  size_t reserved_ = 0;
  std::atomic<size_t> size_{0};  ///< of calls_, for those who only want to know whether there is any
  bool is_stopping_ = false;
};

}  // namespace kith::call

// One call that goes on: who is in it, whom it rings, when it ends. No clock, lock or thread: moments and happenings
// in, changes out.
//
// Somebody is *let in* by StartCall or JoinCall and thereby in the call; the media connection must follow in time. Who
// loses it is out of the call, but may come back as long as the call goes on. Who leaves, or is put out, is not let in
// any more.
#pragma once

#include <optional>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "model/call.hpp"

namespace kith::call {

/// One moment by both clocks: the one that measures, and the one people see.
struct Moment {
  Instant at;
  UnixMillis wall;
};

/// What a happening changed, from nothing to everything.
enum class CallChange : uint8_t {
  kNothing,
  kAttendance,  ///< somebody came or went, or shared a screen
  kState,       ///< answered, declined, over
};

/// What of a call is not stored yet.
struct UnsavedCall {
  CallId call;
  RoomId room;
  Seq seq = 0;             ///< its entry in the timeline
  UnixMillis answered_at;  ///< 0: nothing new
  std::vector<model::CallMember> members;

  [[nodiscard]] bool is_empty() const { return answered_at.value == 0 && members.empty(); }
};

class LiveCall {
 public:
  /// `call.members` names who started it, and in a direct room the other user, who is rung. `device`: the starter's.
  LiveCall(const Limits& limits, model::Call call, bool is_direct, DeviceId device, Moment now);

  /// The call as it is, with at most `call_participants_told` members.
  [[nodiscard]] model::Call snapshot() const;
  [[nodiscard]] bool is_over() const { return call_.is_over(); }
  [[nodiscard]] RoomId room() const { return call_.room; }
  /// True if the user may connect media.
  [[nodiscard]] bool is_let_in(UserId user) const;
  [[nodiscard]] bool is_let_in(UserId user, DeviceId device) const;

  /// Errors: kCallEnded, kTooMany.
  Result<CallChange> let_in(Moment now, UserId user, DeviceId device);
  /// The media connection of somebody let in is up.
  CallChange connect(Moment now, UserId user);
  /// The media connection is gone and was not resumed.
  CallChange lose(Moment now, UserId user);
  /// The user hung up. In a direct room that ends the call, elsewhere if nobody else is in it.
  CallChange leave(Moment now, UserId user);
  /// The user may not be in the call any more.
  CallChange put_out(Moment now, UserId user);
  /// Stops ringing for the user. In a direct room that ends a call nobody answered.
  CallChange decline(Moment now, UserId user);
  CallChange share_screen(UserId user);
  /// The server stops.
  CallChange interrupt(Moment now);

  [[nodiscard]] std::optional<Instant> next_timeout() const;
  CallChange handle_timeout(Moment now);

  /// What changed since the last time and must be stored.
  UnsavedCall take_unsaved();
  /// Users whose media must go, since the last time.
  std::vector<UserId> take_put_out();

 private:
  struct Part {
    model::CallMember member;
    DeviceId device;
    bool is_let_in = false;
    bool is_connected = false;
    bool is_unsaved = false;
    Instant connect_by;  ///< while let in and never connected since
  };

  Part* find(UserId user);
  [[nodiscard]] const Part* find(UserId user) const;
  [[nodiscard]] size_t count_in() const;
  [[nodiscard]] size_t count_joined() const;
  void enter(Moment now, Part& part);
  void exit(Moment now, Part& part);
  void take_away(Moment now, Part& part);
  /// Starts or stops the time after which a call that nobody needs ends.
  void update_end(Moment now);
  void end(Moment now, model::CallOutcome unless_answered);

  const Limits& limits_;
  model::Call call_;
  const bool is_direct_;
  std::vector<Part> parts_;  ///< who was only rung; behind them who joined, in the order of coming
  std::vector<UserId> put_out_;
  std::optional<Instant> ring_until_;
  std::optional<Instant> end_at_;
  bool was_connected_ = false;  ///< somebody's media was up once
  bool is_answer_unsaved_ = false;
};

}  // namespace kith::call

// Where the calls of Kith's rooms meet their media: what the use cases ask of whoever carries it, and what they are
// told. Each side calls the other from any of its threads and never waits for it.
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"

namespace kith::call {

/// Carries the media of calls (call_host.hpp). Both calls only post: the use cases hold a lock meanwhile.
class CallMedia {
 public:
  virtual ~CallMedia() = default;
  /// The call is over: everybody is told so and disconnected. No attendance is told for it any more.
  virtual void end_call(CallId call) = 0;
  /// This user has no part in the call any more: told so and disconnected, if connected.
  virtual void remove_participant(CallId call, UserId user) = 0;
};

/// Knows who may be in a call, and is told who is (call_registry.hpp). One user has at most one connection in a call.
class CallAttendance {
 public:
  enum class Entry : uint8_t {
    kOpen,       ///< the user was let in by StartCall or JoinCall and not put out since
    kNotLetIn,   ///< the call goes on, but not with this user: also a valid token does not help
    kNoSuchCall  ///< it never was, or is over
  };

  virtual ~CallAttendance() = default;
  /// To be asked before each connection, also one that resumes: a token outlives what it was given for.
  virtual Entry entry_of(CallId call, UserId user) = 0;
  /// The user's media connection is up for the first time, or again after `participant_left`.
  virtual void participant_joined(CallId call, UserId user) = 0;
  /// The user is disconnected for good: said goodbye, or did not resume in time. Not told for somebody replaced by an
  /// own newer connection, nor after `remove_participant` or `end_call`.
  virtual void participant_left(CallId call, UserId user) = 0;
  /// The user publishes a screen; once per call and user is enough.
  virtual void screen_shared(CallId call, UserId user) = 0;
};

}  // namespace kith::call

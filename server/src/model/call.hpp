// Calls as plain values: one call of a room, and one person's part in it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace kith::model {

/// As kith.v1.CallState, with its numbers.
enum class CallState : uint8_t { kRinging = 1, kActive = 2, kEnded = 3 };
/// How a call ended. The numbers are stored and those of kith.v1.CallOutcome.
enum class CallOutcome : uint8_t {
  kNone = 0,  ///< it has not
  kCompleted = 1,
  kMissed = 2,
  kDeclined = 3,
  kCancelled = 4,
  kInterrupted = 5,  ///< the server stopped meanwhile
};

/// What a call was or is to one user: rung, in it, gone. Times are 0 until they come.
struct CallMember {
  UserId user;
  bool was_rung = false;
  bool has_declined = false;
  bool has_shared_screen = false;
  UnixMillis joined_at;  ///< first
  UnixMillis left_at;    ///< last; 0 while in the call

  [[nodiscard]] bool has_joined() const { return joined_at.value != 0; }
  [[nodiscard]] bool is_in() const { return has_joined() && left_at.value == 0; }
  /// Rung and neither answered nor declined: once the call is over, it was missed.
  [[nodiscard]] bool has_ignored() const { return was_rung && !has_joined() && !has_declined; }

  bool operator==(const CallMember&) const = default;
};

/// A call of a room, going on or over.
struct Call {
  CallId id;
  RoomId room;
  Seq seq = 0;  ///< its entry in the room's timeline
  UserId started_by;
  CallState state = CallState::kActive;
  CallOutcome outcome = CallOutcome::kNone;
  bool is_video = false;
  bool was_screen_shared = false;
  UnixMillis started_at;
  UnixMillis answered_at;           ///< when the second person came in, 0 if nobody has
  UnixMillis ended_at;              ///< 0 while it goes on
  uint32_t participants = 0;        ///< in it now; of a call that ended: ever
  std::vector<CallMember> members;  ///< those who joined in the order of coming, and those rung; may be cut short

  [[nodiscard]] bool is_over() const { return state == CallState::kEnded; }

  bool operator==(const Call&) const = default;
};

}  // namespace kith::model

// Calls and who had a part in them, as rows.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "model/call.hpp"
#include "store/db.hpp"

namespace kith::store {

/// A call as its row says: without members; `seen_at` is when it was last known to go on.
struct CallRow {
  model::Call call;
  UnixMillis seen_at;
};

/// A page of calls, newest first: those before a call, at most `limit`.
struct CallPage {
  CallId before{std::numeric_limits<int64_t>::max()};
  size_t limit = 0;
};

class CallRepository {
 public:
  explicit CallRepository(Db& db) : db_(db) {}

  /// Inserts a call that begins (id and members are ignored). Fails if the room has an open one: ask `find_open` first.
  Result<CallId> insert(const model::Call& call);
  Result<std::optional<CallRow>> find(CallId call);
  /// The room's call that has not ended.
  Result<std::optional<CallRow>> find_open(RoomId room);
  /// Calls that have not ended.
  Result<std::vector<CallRow>> list_open(size_t limit);
  /// The calls of a room whose entry is at `from_seq` or later; `missed_by`: only those this user missed.
  Result<std::vector<CallRow>> list_of_room(RoomId room, Seq from_seq, CallPage page, UserId missed_by = {});
  /// The calls a user had a part in, of rooms the user is in and from where the user may read.
  Result<std::vector<CallRow>> list_of_user(UserId user, CallPage page, bool only_missed);

  /// Inserts or replaces a user's part in a call.
  Result<> put_member(CallId call, const model::CallMember& member);
  /// Those who joined in the order of coming; before them those who were only rung.
  Result<std::vector<model::CallMember>> list_members(CallId call, size_t limit);

  /// The call is known to go on; `answered_at`: if it is new, else 0.
  Result<> update(CallId call, UnixMillis seen_at, UnixMillis answered_at);
  /// So are all calls that have not ended.
  Result<> set_seen(UnixMillis at);
  /// Ends a call and its members' parts in it, counts who was in it, notes who missed it. False if it has ended before.
  Result<bool> end(CallId call, UnixMillis at, model::CallOutcome outcome);

 private:
  Db& db_;
};

}  // namespace kith::store

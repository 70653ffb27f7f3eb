// Members as rows: a user's place in a room, the lists of both sides, and the counts that follow from positions.
#pragma once

#include <optional>
#include <vector>

#include "base/result.hpp"
#include "model/model.hpp"
#include "store/db.hpp"

namespace kith::store {

class MemberRepository {
 public:
  explicit MemberRepository(Db& db) : db_(db) {}

  /// The row as stored; the user's own newest sends may be further on (ReadTransaction::apply_own_sends).
  Result<std::optional<model::Member>> find(RoomId room, UserId user);
  Result<> put(const model::Member& member);
  /// All rows of a user newer than `since`, left rooms included.
  Result<std::vector<model::Member>> list_of_user(UserId user, Version since = 0);
  /// Members in or invited, by user id, after a user.
  Result<std::vector<model::Member>> list_of_room(RoomId room, UserId after, size_t limit);
  /// How many owners are in the room.
  Result<int64_t> count_owners(RoomId room);
  /// How many rooms the user is in or invited to.
  Result<int64_t> count_rooms(UserId user);

  /// Countable messages of the room that were deleted after a seq.
  Result<int64_t> gone_count(RoomId room, Seq after);
  /// Messages after a seq that mention the user, by name or by addressing everybody.
  Result<int64_t> mention_count(RoomId room, UserId user, Seq after);
  Result<> insert_mention(RoomId room, UserId user, Seq seq);
  Result<> insert_room_mention(RoomId room, Seq seq);
  /// Removes all mentions of one message.
  Result<> remove_mentions(RoomId room, Seq seq);

 private:
  Db& db_;
};

}  // namespace kith::store

// Rooms as rows: find, insert, update, the directory of public rooms, the one direct room of a pair.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/model.hpp"
#include "store/db.hpp"

namespace kith::store {

class RoomRepository {
 public:
  explicit RoomRepository(Db& db) : db_(db) {}

  Result<std::optional<model::Room>> find(RoomId id);
  /// Inserts the row without members; for a direct room also the pair's row. Returns the new id.
  Result<RoomId> insert(const model::Room& room);
  /// Stores name, topic, history and member count.
  Result<> update(const model::Room& room);
  /// The direct room of two users, low ≤ high.
  Result<std::optional<RoomId>> find_direct(UserId low, UserId high);
  /// Public rooms after (name, id) in the order of folded names, those with a word beginning with `folded_beginning`.
  Result<std::vector<model::Room>> list_public(std::string_view after_name, RoomId after_id,
                                               std::string_view folded_beginning, size_t limit);

 private:
  Db& db_;
};

}  // namespace kith::store

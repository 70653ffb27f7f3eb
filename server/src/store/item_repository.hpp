// A user's own items as rows (settings, drafts), and the newest version of a user's own state.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/model.hpp"
#include "store/db.hpp"

namespace kith::store {

class ItemRepository {
 public:
  explicit ItemRepository(Db& db) : db_(db) {}

  Result<> put(UserId user, const model::UserItem& item);
  /// Items newer than a version; removed ones have an empty value.
  Result<std::vector<model::UserItem>> list_of_user(UserId user, Version since = 0);
  /// Items of one kind that are not removed.
  Result<int64_t> count(UserId user, std::string_view kind);
  /// The newest version over member rows, items and the user row.
  Result<Version> max_version(UserId user);

 private:
  Db& db_;
};

}  // namespace kith::store

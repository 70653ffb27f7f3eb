// Settings as rows: the server's, and each user's own (which are written by WriteTransaction::put_user_item).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "store/db.hpp"

namespace kith::store {

class SettingRepository {
 public:
  explicit SettingRepository(Db& db) : db_(db) {}

  /// A setting of the server.
  Result<std::optional<std::string>> find(std::string_view scope, std::string_view key);
  Result<> put(std::string_view scope, std::string_view key, std::string_view value);

  /// A user's setting; empty if there is none or it was removed.
  Result<std::string> find_of_user(UserId user, std::string_view key);
  /// A user's settings as (key, value), by key.
  Result<std::vector<std::pair<std::string, std::string>>> list_of_user(UserId user);
  struct Count {
    int64_t settings = 0;
    int64_t rows = 0;  ///< with removed ones, which stay so that the user's other devices hear of the removal
  };
  Result<Count> count_of_user(UserId user);
  /// Forgets the setting that was removed first.
  Result<> remove_oldest_removed(UserId user);

 private:
  Db& db_;
};

}  // namespace kith::store

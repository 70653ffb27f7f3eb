// Settings of the server as rows: (scope, key) → text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/db.hpp"

namespace kith::store {

class SettingRepository {
 public:
  explicit SettingRepository(Db& db) : db_(db) {}

  Result<std::optional<std::string>> find(std::string_view scope, std::string_view key);
  Result<> put(std::string_view scope, std::string_view key, std::string_view value);

 private:
  Db& db_;
};

}  // namespace kith::store

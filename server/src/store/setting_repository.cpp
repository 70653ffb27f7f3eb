#include "store/setting_repository.hpp"

namespace kith::store {

Result<std::optional<std::string>> SettingRepository::find(std::string_view scope, std::string_view key) {
  std::optional<std::string> found;
  TRY_VOID(db_.query(sql::setting::kFind, {scope, key}, [&](const Row& row) -> Result<> {
    found = row.text(0);
    return {};
  }));
  return found;
}

Result<> SettingRepository::put(std::string_view scope, std::string_view key, std::string_view value) {
  TRY_VOID(db_.execute(sql::setting::kPut, {scope, key, value}));
  return {};
}

Result<std::string> SettingRepository::find_of_user(UserId user, std::string_view key) {
  std::string value;
  TRY_VOID(db_.query(sql::setting::kFindOfUser, {user.value, key}, [&](const Row& row) -> Result<> {
    value = row.text(0);
    return {};
  }));
  return value;
}

Result<std::vector<std::pair<std::string, std::string>>> SettingRepository::list_of_user(UserId user) {
  std::vector<std::pair<std::string, std::string>> settings;
  TRY_VOID(db_.query(sql::setting::kListOfUser, {user.value}, [&](const Row& row) -> Result<> {
    settings.emplace_back(row.text(0), row.text(1));
    return {};
  }));
  return settings;
}

Result<SettingRepository::Count> SettingRepository::count_of_user(UserId user) {
  Count count;
  TRY_VOID(db_.query(sql::setting::kCountOfUser, {user.value}, [&](const Row& row) -> Result<> {
    count = {.settings = row.integer(0), .rows = row.integer(1)};
    return {};
  }));
  return count;
}

Result<> SettingRepository::remove_oldest_removed(UserId user) {
  TRY_VOID(db_.execute(sql::setting::kRemoveOldestRemoved, {user.value}));
  return {};
}

}  // namespace kith::store

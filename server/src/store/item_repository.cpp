#include "store/item_repository.hpp"

namespace kith::store {

Result<> ItemRepository::put(UserId user, const model::UserItem& item) {
  TRY_VOID(db_.execute(sql::item::kPut, {user.value, item.kind, item.key, item.value, item.version}));
  return {};
}

Result<std::vector<model::UserItem>> ItemRepository::list_of_user(UserId user, Version since) {
  std::vector<model::UserItem> items;
  TRY_VOID(db_.query(sql::item::kListOfUser, {user.value, since}, [&](const Row& row) -> Result<> {
    items.push_back({.kind = std::string(row.text(0)),
                     .key = std::string(row.text(1)),
                     .value = std::string(row.text(2)),
                     .version = row.integer(3)});
    return {};
  }));
  return items;
}

Result<int64_t> ItemRepository::count(UserId user, std::string_view kind) {
  int64_t count = 0;
  TRY_VOID(db_.query(sql::item::kCount, {user.value, kind}, [&](const Row& row) -> Result<> {
    count = row.integer(0);
    return {};
  }));
  return count;
}

Result<Version> ItemRepository::max_version(UserId user) {
  Version version = 0;
  TRY_VOID(db_.query(sql::item::kMaxVersion, {user.value}, [&](const Row& row) -> Result<> {
    version = row.integer(0);
    return {};
  }));
  return version;
}

}  // namespace kith::store

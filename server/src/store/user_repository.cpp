#include "store/user_repository.hpp"

namespace kith::store {
namespace {

constexpr int kPasswordHashColumn = 10;

model::User read_user(const Row& row) {
  model::User user;
  user.id = UserId{row.integer(0)};
  user.name = row.text(1);
  user.display_name = row.text(2);
  user.bio = row.text(3);
  user.role = static_cast<model::ServerRole>(row.integer(4));
  user.state = static_cast<model::UserState>(row.integer(5));
  user.presence_privacy = static_cast<model::PresencePrivacy>(row.integer(6));
  user.created_at = UnixMillis{row.integer(7)};
  user.seen_at = UnixMillis{row.integer(8)};
  user.version = row.integer(9);
  return user;
}

Result<std::optional<model::User>> find_user(Db& db, const sql::Sql& statement, const Parameter& key) {
  std::optional<model::User> found;
  TRY_VOID(db.query(statement, {key}, [&](const Row& row) -> Result<> {
    found = read_user(row);
    return {};
  }));
  return found;
}

Result<std::optional<UserCredentials>> find_user_credentials(Db& db, const sql::Sql& statement, const Parameter& key) {
  std::optional<UserCredentials> found;
  TRY_VOID(db.query(statement, {key}, [&](const Row& row) -> Result<> {
    found =
        UserCredentials{.user = read_user(row), .password_hash = Secret(std::string(row.text(kPasswordHashColumn)))};
    return {};
  }));
  return found;
}

}  // namespace

Result<bool> UserRepository::is_empty() {
  bool empty = true;
  TRY_VOID(db_.query(sql::user::kIsEmpty, {}, [&](const Row& row) -> Result<> {
    empty = row.integer(0) != 0;
    return {};
  }));
  return empty;
}

Result<std::optional<model::User>> UserRepository::find(UserId id) {
  return find_user(db_, sql::user::kFind, id.value);
}

Result<std::optional<model::User>> UserRepository::find_by_name(std::string_view name) {
  return find_user(db_, sql::user::kFindByName, name);
}

Result<std::optional<UserCredentials>> UserRepository::find_credentials(UserId id) {
  return find_user_credentials(db_, sql::user::kFindCredentials, id.value);
}

Result<std::optional<UserCredentials>> UserRepository::find_credentials_by_name(std::string_view name) {
  return find_user_credentials(db_, sql::user::kFindCredentialsByName, name);
}

Result<UserId> UserRepository::insert(const model::User& user, const Secret<std::string>& password_hash,
                                      const std::vector<std::string>& words) {
  UserId id;
  TRY_VOID(db_.query(sql::user::kInsert,
                     {user.name, user.display_name, user.bio, static_cast<int64_t>(user.role),
                      static_cast<int64_t>(user.state), static_cast<int64_t>(user.presence_privacy),
                      password_hash.reveal(), user.created_at.value, user.seen_at.value, user.version},
                     [&](const Row& row) -> Result<> {
                       id = UserId{row.integer(0)};
                       return {};
                     }));
  TRY_VOID(insert_words(id, words));
  return id;
}

Result<> UserRepository::update_profile(const model::User& user, const std::vector<std::string>& words) {
  TRY_VOID(db_.execute(sql::user::kUpdateProfile, {user.id.value, user.display_name, user.bio,
                                                   static_cast<int64_t>(user.presence_privacy), user.version}));
  TRY_VOID(db_.execute(sql::user::kRemoveWords, {user.id.value}));
  return insert_words(user.id, words);
}

Result<> UserRepository::set_password_hash(UserId id, const Secret<std::string>& password_hash) {
  TRY_VOID(db_.execute(sql::user::kSetPasswordHash, {id.value, password_hash.reveal()}));
  return {};
}

Result<> UserRepository::set_seen(UserId id, UnixMillis at) {
  TRY_VOID(db_.execute(sql::user::kSetSeen, {id.value, at.value}));
  return {};
}

Result<std::vector<model::User>> UserRepository::list(std::string_view after_name, size_t limit) {
  std::vector<model::User> users;
  TRY_VOID(db_.query(sql::user::kList, {after_name, static_cast<int64_t>(limit)}, [&](const Row& row) -> Result<> {
    users.push_back(read_user(row));
    return {};
  }));
  return users;
}

Result<std::vector<model::User>> UserRepository::list_by_word(std::string_view beginning, std::string_view after_name,
                                                              size_t limit) {
  // Words that begin so are the range up to the beginning followed by the last code point.
  const std::string end = std::string(beginning) + "\xF4\x8F\xBF\xBF";
  std::vector<model::User> users;
  TRY_VOID(db_.query(sql::user::kListByWord, {after_name, beginning, end, static_cast<int64_t>(limit)},
                     [&](const Row& row) -> Result<> {
                       users.push_back(read_user(row));
                       return {};
                     }));
  return users;
}

Result<std::vector<UserId>> UserRepository::list_hidden() {
  std::vector<UserId> users;
  TRY_VOID(db_.query(sql::user::kListHidden, {}, [&](const Row& row) -> Result<> {
    users.push_back(UserId{row.integer(0)});
    return {};
  }));
  return users;
}

Result<> UserRepository::insert_words(UserId id, const std::vector<std::string>& words) {
  for (const std::string& word : words) TRY_VOID(db_.execute(sql::user::kInsertWord, {word, id.value}));
  return {};
}

}  // namespace kith::store

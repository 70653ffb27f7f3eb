// Users as rows: accounts, their password hashes, the directory by name and by folded words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "model/model.hpp"
#include "store/db.hpp"

namespace kith::store {

/// A user with the password hash, which no other call returns.
struct UserCredentials {
  model::User user;
  Secret<std::string> password_hash;
};

class UserRepository {
 public:
  explicit UserRepository(Db& db) : db_(db) {}

  /// True until the first account exists.
  Result<bool> is_empty();
  Result<std::optional<model::User>> find(UserId id);
  /// name: folded.
  Result<std::optional<model::User>> find_by_name(std::string_view name);
  Result<std::optional<UserCredentials>> find_credentials(UserId id);
  Result<std::optional<UserCredentials>> find_credentials_by_name(std::string_view name);
  /// Inserts the row (its id is ignored) and the words the directory finds it by. Returns the new id.
  Result<UserId> insert(const model::User& user, const Secret<std::string>& password_hash,
                        const std::vector<std::string>& words);
  /// Stores display name, bio, presence privacy and version, and the words.
  Result<> update_profile(const model::User& user, const std::vector<std::string>& words);
  Result<> set_password_hash(UserId id, const Secret<std::string>& password_hash);
  /// Moves the last-seen time forward, never back.
  Result<> set_seen(UserId id, UnixMillis at);
  /// Active users after a name, by name.
  Result<std::vector<model::User>> list(std::string_view after_name, size_t limit);
  /// The same, only those with a word beginning with `beginning`, which is not empty.
  Result<std::vector<model::User>> list_by_word(std::string_view beginning, std::string_view after_name, size_t limit);
  /// Users who share their presence with nobody.
  Result<std::vector<UserId>> list_hidden();

 private:
  Result<> insert_words(UserId id, const std::vector<std::string>& words);

  Db& db_;
};

}  // namespace kith::store

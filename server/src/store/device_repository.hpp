// Devices as rows: sessions, found by the hash of their token, ended by a mark.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/model.hpp"
#include "store/db.hpp"

namespace kith::store {

/// What a token's hash leads to.
struct DeviceOwner {
  DeviceId device;
  UserId user;
  model::ServerRole role = model::ServerRole::kUser;
  model::UserState state = model::UserState::kActive;
  UnixMillis revoked_at;  ///< 0: the session is alive
};

class DeviceRepository {
 public:
  explicit DeviceRepository(Db& db) : db_(db) {}

  /// Inserts the row (its id is ignored). token_hash: 32 bytes. Returns the new id.
  Result<DeviceId> insert(const model::Device& device, std::string_view token_hash);
  Result<std::optional<DeviceOwner>> find_owner(std::string_view token_hash);
  /// A living session.
  Result<std::optional<model::Device>> find(DeviceId id);
  /// A user's living sessions, newest use first.
  Result<std::vector<model::Device>> list_of_user(UserId user);
  /// Ends a session; false if it had ended before.
  Result<bool> revoke(DeviceId id, UnixMillis at);
  /// Moves the time of last use forward, never back.
  Result<> set_seen(DeviceId id, UnixMillis at);
  /// Removes a user's sessions that ended before a time, with what was remembered of their sends.
  Result<> remove_revoked(UserId user, UnixMillis before);

 private:
  Db& db_;
};

}  // namespace kith::store

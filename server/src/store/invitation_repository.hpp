// Invitations to register as rows, found by the hash of their secret.
#pragma once

#include <optional>
#include <string_view>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "store/db.hpp"

namespace kith::store {

struct Invitation {
  UserId by;
  UnixMillis expires_at;
  uint32_t uses_left = 1;
};

class InvitationRepository {
 public:
  explicit InvitationRepository(Db& db) : db_(db) {}

  /// token_hash: 32 bytes.
  Result<> insert(std::string_view token_hash, const Invitation& invitation);
  /// The invitation if it is valid at a time.
  Result<std::optional<Invitation>> find_valid(std::string_view token_hash, UnixMillis at);
  /// Takes one use; the last one removes the row.
  Result<> use(std::string_view token_hash);
  Result<> remove_expired(UnixMillis at);
  Result<int64_t> count_valid(UnixMillis at);

 private:
  Db& db_;
};

}  // namespace kith::store

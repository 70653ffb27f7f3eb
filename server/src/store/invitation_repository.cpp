#include "store/invitation_repository.hpp"

namespace kith::store {

Result<> InvitationRepository::insert(std::string_view token_hash, const Invitation& invitation) {
  TRY_VOID(db_.execute(sql::invitation::kInsert, {Blob{token_hash}, invitation.by.value, invitation.expires_at.value,
                                                  static_cast<int64_t>(invitation.uses_left)}));
  return {};
}

Result<std::optional<Invitation>> InvitationRepository::find_valid(std::string_view token_hash, UnixMillis at) {
  std::optional<Invitation> found;
  TRY_VOID(db_.query(sql::invitation::kFindValid, {Blob{token_hash}, at.value}, [&](const Row& row) -> Result<> {
    found = Invitation{.by = UserId{row.integer(0)},
                       .expires_at = UnixMillis{row.integer(1)},
                       .uses_left = static_cast<uint32_t>(row.integer(2))};
    return {};
  }));
  return found;
}

Result<> InvitationRepository::use(std::string_view token_hash) {
  TRY_VOID(db_.execute(sql::invitation::kUse, {Blob{token_hash}}));
  TRY_VOID(db_.execute(sql::invitation::kRemoveUsed, {Blob{token_hash}}));
  return {};
}

Result<> InvitationRepository::remove_expired(UnixMillis at) {
  TRY_VOID(db_.execute(sql::invitation::kRemoveExpired, {at.value}));
  return {};
}

Result<int64_t> InvitationRepository::count_valid(UnixMillis at) {
  int64_t count = 0;
  TRY_VOID(db_.query(sql::invitation::kCountValid, {at.value}, [&](const Row& row) -> Result<> {
    count = row.integer(0);
    return {};
  }));
  return count;
}

}  // namespace kith::store

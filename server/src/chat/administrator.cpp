#include "chat/administrator.hpp"

#include "store/user_repository.hpp"

namespace kith::chat {

Result<> require_administrator(store::Db& db, UserId caller) {
  TRY(const std::optional<model::User> user, store::UserRepository(db).find(caller));
  if (user && user->state == model::UserState::kActive && user->role <= model::ServerRole::kAdmin) return {};
  return fail(Reason::kNotAllowed, "Only the server's owner and administrators may do this.");
}

}  // namespace kith::chat

#include "chat/people.hpp"

#include "chat/present_user.hpp"
#include "store/user_repository.hpp"

namespace kith::chat {

Result<> People::add_users(store::Db& db, UserId viewer, const std::set<UserId>& users,
                           google::protobuf::RepeatedPtrField<v1::User>* out) const {
  store::UserRepository repository(db);
  for (const UserId id : users) {
    TRY(const auto user, repository.find(id));
    if (user) *out->Add() = present(viewer, *user);
  }
  return {};
}

v1::User People::present(UserId viewer, const model::User& user) const {
  return present_user(context_.ids, presence_, viewer, user);
}

}  // namespace kith::chat

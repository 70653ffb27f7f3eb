// Users by id, presented for one viewer: whoever an answer names comes with it.
#pragma once

#include <set>

#include "base/result.hpp"
#include "chat/context.hpp"
#include "chat/presence.hpp"
#include "kith/v1/types.pb.h"

namespace kith::chat {

namespace v1 = ::kith::v1;

class People {
 public:
  People(const Context& context, const PresenceTracker& presence) : context_(context), presence_(presence) {}

  /// Appends the users that exist, in the order of their ids.
  Result<> add_users(store::Db& db, UserId viewer, const std::set<UserId>& users,
                     google::protobuf::RepeatedPtrField<v1::User>* out) const;
  [[nodiscard]] v1::User present(UserId viewer, const model::User& user) const;
  /// A user's presence now, as other users may see it.
  [[nodiscard]] PresenceView presence_of(UserId user) const { return presence_.seen_by(UserId{}, user, UnixMillis{}); }

 private:
  const Context& context_;
  const PresenceTracker& presence_;
};

}  // namespace kith::chat

// A user's own state that changed since a version: memberships, settings, profile. What Sync answers and what the hub
// pushes to the user's connections is the same.
#pragma once

#include <set>
#include <vector>

#include "base/result.hpp"
#include "chat/context.hpp"
#include "chat/people.hpp"
#include "kith/v1/sync.pb.h"

namespace kith::chat {

namespace v1 = ::kith::v1;

/// The kind of user_item rows that are settings.
inline constexpr std::string_view kSettingKind = "setting";

/// The changed rows of one user as items for its connections, and the version they lead to.
struct OwnStateChanges {
  std::vector<v1::OwnStateChanged> items;
  std::set<UserId> users;  ///< named in the items
  Version version = 0;
};

/// A user's settings with a version above `since`, and the version they lead to.
struct OwnItems {
  std::vector<v1::Setting> settings;
  Version version = 0;
};
Result<OwnItems> read_own_items(store::ReadTransaction& transaction, UserId user, Version since);

/// Rows with a version above `since`. A room that was left comes as a membership of state LEFT without the room.
Result<OwnStateChanges> read_own_state(const Context& context, const People& people,
                                       store::ReadTransaction& transaction, UserId user, Version since);

}  // namespace kith::chat

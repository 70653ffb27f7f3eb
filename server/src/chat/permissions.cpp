#include "chat/permissions.hpp"

namespace kith::chat {

using model::RoomKind;
using model::RoomRole;

bool is_allowed(RoomKind kind, RoomRole role, Action action) {
  switch (action) {
    case Action::kRead:
    case Action::kPost:
    case Action::kCall:
      return true;
    case Action::kDeleteOthers:
      // In a direct room both are equal: nobody moderates the other.
      return kind != RoomKind::kDirect && role <= RoomRole::kAdmin;
    case Action::kInvite:
      return kind != RoomKind::kDirect && role <= RoomRole::kMember;
    case Action::kRemove:
    case Action::kSetRole:
    case Action::kUpdate:
      return kind != RoomKind::kDirect && role <= RoomRole::kAdmin;
  }
  return false;
}

bool may_act_on(RoomRole actor, RoomRole other) { return actor == RoomRole::kOwner || actor < other; }

}  // namespace kith::chat

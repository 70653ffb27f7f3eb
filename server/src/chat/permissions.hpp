// The one permission table of rooms: role × action. Everything that reads or changes a room asks here.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "model/model.hpp"

namespace kith::chat {

enum class Action : uint8_t {
  kRead,          ///< history, members, search
  kPost,          ///< messages, edits of one's own, typing
  kCall,          ///< starting, joining and seeing calls
  kDeleteOthers,  ///< messages of other members
  kInvite,
  kRemove,   ///< members whose role is below the caller's
  kSetRole,  ///< of members whose role is below the caller's, to a role not above it; owners may name owners
  kUpdate,   ///< name and topic
};
inline constexpr Action kAllActions[] = {Action::kRead,   Action::kPost,   Action::kCall,    Action::kDeleteOthers,
                                         Action::kInvite, Action::kRemove, Action::kSetRole, Action::kUpdate};

/// Whether a member of this role may do this in a room of this kind.
bool is_allowed(model::RoomKind kind, model::RoomRole role, Action action);

/// Whether a member may remove or change another: owners everybody, others only those below them.
bool may_act_on(model::RoomRole actor, model::RoomRole other);

}  // namespace kith::chat

// Unread and mention counts from positions: no row per message (docs/data.md, "Counts").
#pragma once

#include "base/result.hpp"
#include "chat/present.hpp"
#include "model/model.hpp"
#include "store/db.hpp"

namespace kith::chat {

/// Counts of a member up to the room's head. unread = last_ord − max(read_ord, first_ord − 1) − deleted countable
/// messages after the position; mentions are looked up only where something is unread. Zero unless the member is in.
Result<UnreadCounts> count_unread(store::Db& db, const model::Member& member, model::RoomKind kind,
                                  const model::RoomHead& head);

}  // namespace kith::chat

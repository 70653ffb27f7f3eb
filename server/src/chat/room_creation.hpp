// Making rooms inside a write transaction: named rooms with their first members, the one direct room of a pair.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "chat/context.hpp"
#include "model/model.hpp"

namespace kith::chat {

/// A room to be made; name and topic are clean.
struct NewRoom {
  model::RoomKind kind = model::RoomKind::kPrivate;
  std::string name;
  std::string topic;
  model::History history = model::History::kAll;
  UserId owner;
  DeviceId device;
  uint64_t txn_tag = 0;  ///< 0 if none
  std::vector<UserId> invited;
};

/// Makes a private or public room with its owner and, by kind, further members or invitations.
/// Errors: kUserNotFound, kTooMany.
Result<RoomId> create_named_room(const Context& context, store::WriteTransaction& transaction, const NewRoom& room);

/// The direct room of two users, made if there is none; both are in it. The same user twice: notes to oneself.
/// Errors: kUserNotFound, kTooMany.
Result<RoomId> open_direct_room(const Context& context, store::WriteTransaction& transaction, UserId opener,
                                UserId other);

}  // namespace kith::chat

// The welcome room: made with the first account, joined by every later one, with a message about the first things to
// do.
#pragma once

#include "base/result.hpp"
#include "chat/context.hpp"

namespace kith::chat {

/// To be called in the transaction that makes an account. Makes the room (and the account "Kith" that speaks in it) for
/// the first one; lets every later one in. Returns the room, or none if it was since made private or is full.
Result<RoomId> welcome_account(const Context& context, store::WriteTransaction& transaction, UserId user,
                               bool is_first);

}  // namespace kith::chat

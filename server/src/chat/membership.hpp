// Who is in a room: the changes of membership as events and member rows, inside one write transaction.
#pragma once

#include "base/result.hpp"
#include "chat/access.hpp"
#include "chat/context.hpp"
#include "kith/v1/types.pb.h"
#include "model/model.hpp"
#include "store/store.hpp"

namespace kith::chat {

namespace v1 = ::kith::v1;

/// Appends a timeline event and tells the hub. `membership_of`: whose membership it changes, and whether that user may
/// receive the room's events from now on.
Result<model::StoredEvent> append_and_publish(store::WriteTransaction& transaction, RoomId room,
                                              model::EventDraft draft, UserId membership_of = {}, bool is_in = false);

/// Lets a user in: event and row; reading starts at this event. `via`: who let the user in; the user itself for a join.
/// Errors: kTooMany (rooms of the user, members of the room).
Result<model::Member> let_in(const Context& context, store::WriteTransaction& transaction, const model::Room& room,
                             UserId user, model::RoomRole role, UserId via);

/// Invites a user into a room that is not public. Errors as let_in.
Result<> invite(const Context& context, store::WriteTransaction& transaction, const model::Room& room, UserId user,
                UserId by);

/// Takes a user out: `by` the user itself (left, or an invitation declined) or a remover.
/// Error: kLastOwner if others would stay without an owner.
Result<> take_out(const Context& context, store::WriteTransaction& transaction, const model::Room& room,
                  model::Member member, UserId by);

/// Gives a member another role. Error: kLastOwner.
Result<> change_role(const Context& context, store::WriteTransaction& transaction, model::Member member,
                     model::RoomRole role, UserId by);

}  // namespace kith::chat

#include "chat/room_creation.hpp"

#include <algorithm>
#include <cassert>

#include "chat/membership.hpp"
#include "chat/names.hpp"
#include "store/room_repository.hpp"
#include "store/user_repository.hpp"

namespace kith::chat {
namespace {

using model::RoomKind;
using model::RoomRole;
using store::WriteTransaction;

Result<> check_user_exists(WriteTransaction& transaction, UserId user) {
  TRY(const auto found, store::UserRepository(transaction.db()).find(user));
  if (found && found->state == model::UserState::kActive) return {};
  return fail(Reason::kUserNotFound, "There is no such user.", "user_id");
}

/// Appends the event that begins a room and puts in its first member, who needs no event of its own.
Result<> begin_room(WriteTransaction& transaction, const model::Room& room, const NewRoom& wish, RoomRole role) {
  v1::RoomChange change;
  change.set_created(true);
  if (!room.name.empty()) change.set_name(room.name);
  TRY(const auto event, append_and_publish(transaction, room.id,
                                           {.kind = model::EventKind::kRoomChange,
                                            .sender = wish.owner,
                                            .device = wish.device,
                                            .txn_tag = wish.txn_tag,
                                            .content = change.SerializeAsString()},
                                           wish.owner, true));
  TRY_VOID(transaction.put_member({.room = room.id,
                                   .user = wish.owner,
                                   .role = role,
                                   .from_seq = 1,
                                   .join_pos = event.pos,
                                   .read_seq = event.seq,
                                   .read_ord = event.ord,
                                   .read_at = event.pos,
                                   .invited_by = {}}));
  return {};
}

/// The room as the transaction sees it now: its member count grows while members come in.
Result<model::Room> current(WriteTransaction& transaction, RoomId id) {
  TRY(auto room, transaction.room(id));
  assert(room.has_value());
  return *std::move(room);
}

}  // namespace

Result<RoomId> create_named_room(const Context& context, WriteTransaction& transaction, const NewRoom& wish) {
  for (const UserId user : wish.invited) TRY_VOID(check_user_exists(transaction, user));
  TRY(const auto room, transaction.insert_room({.id = {},
                                                .kind = wish.kind,
                                                .name = wish.name,
                                                .name_folded = fold_name(wish.name),
                                                .topic = wish.topic,
                                                .history = wish.history,
                                                .created_at = transaction.now(),
                                                .direct_low = {},
                                                .direct_high = {}}));
  TRY_VOID(begin_room(transaction, room, wish, RoomRole::kOwner));
  for (const UserId user : wish.invited) {
    if (user == wish.owner) continue;
    TRY(const auto now, current(transaction, room.id));
    if (wish.kind == RoomKind::kPublic) {
      TRY_VOID(let_in(context, transaction, now, user, RoomRole::kMember, wish.owner));
    } else {
      TRY_VOID(invite(context, transaction, now, user, wish.owner));
    }
  }
  return room.id;
}

Result<RoomId> open_direct_room(const Context& context, WriteTransaction& transaction, UserId opener, UserId other) {
  const auto [low, high] = std::minmax(opener, other);
  TRY(const auto existing, store::RoomRepository(transaction.db()).find_direct(low, high));
  if (existing) return *existing;
  TRY_VOID(check_user_exists(transaction, other));
  TRY(const auto room, transaction.insert_room({.id = {},
                                                .kind = RoomKind::kDirect,
                                                .name = {},
                                                .name_folded = {},
                                                .topic = {},
                                                .created_at = transaction.now(),
                                                .direct_low = low,
                                                .direct_high = high}));
  TRY_VOID(begin_room(transaction, room, {.name = {}, .topic = {}, .owner = opener, .device = {}, .invited = {}},
                      RoomRole::kMember));
  if (other != opener) {
    TRY(const auto now, current(transaction, room.id));
    TRY_VOID(let_in(context, transaction, now, other, RoomRole::kMember, other));
  }
  return room.id;
}

}  // namespace kith::chat

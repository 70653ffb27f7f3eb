#include "chat/room_service.hpp"

#include <algorithm>

#include "chat/access.hpp"
#include "chat/counts.hpp"
#include "chat/cursor.hpp"
#include "chat/membership.hpp"
#include "chat/names.hpp"
#include "chat/present.hpp"
#include "chat/room_creation.hpp"
#include "chat/room_entries.hpp"
#include "chat/txn.hpp"
#include "store/member_repository.hpp"
#include "store/room_repository.hpp"
#include "store/user_repository.hpp"

namespace kith::chat {
namespace {

using model::MemberState;
using model::RoomKind;
using model::RoomRole;
using store::ReadTransaction;
using store::WriteTransaction;

constexpr uint32_t kDefaultPage = 50;

Result<RoomRole> role_of(v1::RoomRole role) {
  if (role < v1::ROOM_ROLE_OWNER || role > v1::ROOM_ROLE_GUEST) {
    return fail(Reason::kInvalidField, "There is no such role.", "role");
  }
  return static_cast<RoomRole>(role);
}

/// A member other than oneself, in or invited. Errors: kUserNotFound, kNotMember, kNotAllowed by rank.
Result<model::Member> require_below(WriteTransaction& transaction, const Access& actor, UserId user) {
  TRY(auto member, transaction.member(actor.room.id, user));
  if (!member || member->state == MemberState::kLeft) {
    return fail(Reason::kNotMember, "The user is not in this room.", "user_id");
  }
  if (user != actor.member.user && !may_act_on(actor.member.role, member->role)) {
    return fail(Reason::kNotAllowed, "You can only do this to members below your role.", "user_id");
  }
  return *std::move(member);
}

Result<NewRoom> check_new_room(const Context& context, const Caller& caller, const v1::CreateRoomRequest& request) {
  NewRoom room{.name = {}, .topic = {}, .owner = caller.user, .device = caller.device, .invited = {}};
  if (request.kind() < v1::ROOM_KIND_DIRECT || request.kind() > v1::ROOM_KIND_PUBLIC) {
    return fail(Reason::kInvalidField, "Say what kind of room it is.", "kind");
  }
  room.kind = static_cast<RoomKind>(request.kind());
  if (request.history() == v1::HISTORY_VISIBILITY_SINCE_JOIN) room.history = model::History::kSinceJoin;
  if (room.kind != RoomKind::kDirect) {
    TRY(room.name, clean_name(request.name(), context.limits.name_characters, "name"));
    TRY(room.topic, clean_text(request.topic(), context.limits.topic_characters, "topic"));
  }
  if (!request.txn_id().empty()) {
    TRY(room.txn_tag, txn_tag(context.limits, request.txn_id()));
  }
  if (static_cast<size_t>(request.invite_user_ids_size()) > context.limits.invites_per_room_creation) {
    return fail(Reason::kTooMany, "Too many users to invite at once.", "invite_user_ids");
  }
  for (const std::string& id : request.invite_user_ids()) {
    TRY(const auto user, user_of(context, id));
    if (std::ranges::find(room.invited, user) == room.invited.end()) room.invited.push_back(user);
  }
  if (room.kind == RoomKind::kDirect && room.invited.size() != 1) {
    return fail(Reason::kInvalidField, "A direct room has exactly one other user.", "invite_user_ids");
  }
  return room;
}

Result<RoomId> create(const Context& context, WriteTransaction& transaction, const NewRoom& room) {
  if (room.kind == RoomKind::kDirect) {
    return open_direct_room(context, transaction, room.owner, room.invited.front());
  }
  if (room.txn_tag != 0) {
    TRY(const auto earlier, transaction.find_sent(room.device, room.txn_tag));
    if (earlier) return earlier->room;
  }
  return create_named_room(context, transaction, room);
}

/// Lets the caller in, unless already in. Error: kRoomNotFound.
Result<std::monostate> join(const Context& context, WriteTransaction& transaction, RoomId room, const Caller& caller) {
  TRY(const auto access, require_known(transaction, room, caller.user));
  if (access.member.state != MemberState::kIn) {
    const UserId via = caller.user;
    TRY_VOID(let_in(context, transaction, access.room, caller.user, RoomRole::kMember, via));
  }
  return std::monostate{};
}

Result<std::monostate> leave(const Context& context, WriteTransaction& transaction, RoomId room, const Caller& caller) {
  TRY(const auto access, require_known(transaction, room, caller.user));
  if (access.room.kind == RoomKind::kDirect) {
    return fail(Reason::kDirectRoom, "A direct room cannot be left.", "room_id");
  }
  if (access.member.state == MemberState::kLeft) {
    return fail(Reason::kNotMember, "You are not in this room.", "room_id");
  }
  TRY_VOID(take_out(context, transaction, access.room, access.member, caller.user));
  return std::monostate{};
}

Result<std::monostate> invite_user(const Context& context, WriteTransaction& transaction, RoomId room,
                                   const Caller& caller, UserId user) {
  TRY(const auto access, require(transaction, room, caller.user, Action::kInvite));
  TRY(const auto found, store::UserRepository(transaction.db()).find(user));
  if (!found || found->state != model::UserState::kActive) {
    return fail(Reason::kUserNotFound, "There is no such user.", "user_id");
  }
  TRY(const auto member, transaction.member(room, user));
  if (member && member->state != MemberState::kLeft) {
    return fail(Reason::kAlreadyMember, "The user is in this room already, or invited.", "user_id");
  }
  if (access.room.kind == RoomKind::kPublic) {
    TRY_VOID(let_in(context, transaction, access.room, user, RoomRole::kMember, caller.user));
  } else {
    TRY_VOID(invite(context, transaction, access.room, user, caller.user));
  }
  return std::monostate{};
}

Result<std::monostate> remove(const Context& context, WriteTransaction& transaction, RoomId room, const Caller& caller,
                              UserId user) {
  TRY(const auto access, require(transaction, room, caller.user, Action::kRemove));
  TRY(const auto member, require_below(transaction, access, user));
  TRY_VOID(take_out(context, transaction, access.room, member, caller.user));
  return std::monostate{};
}

Result<std::monostate> give_role(const Context& context, WriteTransaction& transaction, RoomId room,
                                 const Caller& caller, UserId user, RoomRole role) {
  TRY(const auto access, require(transaction, room, caller.user, Action::kSetRole));
  TRY(const auto member, require_below(transaction, access, user));
  if (role < access.member.role) {
    return fail(Reason::kNotAllowed, "You cannot give a role above your own.", "role");
  }
  if (member.state != MemberState::kIn) return fail(Reason::kNotMember, "The user is not in this room.", "user_id");
  TRY_VOID(change_role(context, transaction, member, role, caller.user));
  return std::monostate{};
}

struct RoomUpdate {
  RoomId id;
  std::optional<std::string> name;
  std::optional<std::string> topic;
};

Result<model::Room> update(WriteTransaction& transaction, const Caller& caller, const RoomUpdate& wish) {
  TRY(const auto access, require(transaction, wish.id, caller.user, Action::kUpdate));
  model::Room room = access.room;
  v1::RoomChange change;
  if (wish.name && *wish.name != room.name) change.set_name(room.name = *wish.name);
  if (wish.topic && *wish.topic != room.topic) change.set_topic(room.topic = *wish.topic);
  if (!change.has_name() && !change.has_topic()) return room;
  room.name_folded = fold_name(room.name);
  TRY_VOID(transaction.update_room(room));
  TRY_VOID(append_and_publish(transaction, room.id,
                              {.kind = model::EventKind::kRoomChange,
                               .sender = caller.user,
                               .device = caller.device,
                               .content = change.SerializeAsString()}));
  return room;
}

/// A room of the caller's list with what orders it: newest countable message first, then newest room.
struct ListedRoom {
  model::Member member;
  int64_t at;
  Pos last_pos;  ///< decides between rooms of the same millisecond

  [[nodiscard]] std::pair<int64_t, Pos> key() const { return {at, last_pos}; }
};

Result<std::vector<ListedRoom>> listed_rooms(ReadTransaction& transaction, UserId user) {
  TRY(auto members, store::MemberRepository(transaction.db()).list_of_user(user));
  std::vector<ListedRoom> rooms;
  rooms.reserve(members.size());
  for (model::Member& member : members) {
    if (member.state == MemberState::kLeft) continue;
    const auto head = transaction.head(member.room).value_or(model::RoomHead{});
    transaction.apply_own_sends(member);
    const int64_t at = head.last_countable_seq != 0 ? head.last_countable_at.value : head.last_at.value;
    rooms.push_back({.member = std::move(member), .at = at, .last_pos = head.last_pos});
  }
  std::ranges::sort(rooms, std::greater<>(), &ListedRoom::key);
  return rooms;
}

Result<v1::ListRoomsResponse> list(const Context& context, ReadTransaction& transaction, UserId user,
                                   const Cursor& cursor, size_t limit) {
  TRY(auto rooms, listed_rooms(transaction, user));
  if (cursor != Cursor{}) {
    const std::pair<int64_t, int64_t> after{std::strtoll(cursor.key.c_str(), nullptr, 10), cursor.id};
    std::erase_if(rooms, [&](const ListedRoom& room) { return room.key() >= after; });
  }
  v1::ListRoomsResponse response;
  RoomEntries entries(context, transaction);
  store::RoomRepository repository(transaction.db());
  for (const ListedRoom& listed : rooms) {
    if (static_cast<size_t>(response.rooms_size()) == limit) {
      const auto& [at, pos] = (&listed - 1)->key();
      response.set_next_cursor(encode_cursor({.key = std::to_string(at), .id = pos}));
      break;
    }
    TRY(auto room, repository.find(listed.member.room));
    if (!room) continue;
    TRY(auto entry, entries.build({.room = *std::move(room), .member = listed.member}));
    *response.add_rooms() = std::move(entry);
  }
  return response;
}

Result<v1::ListPublicRoomsResponse> list_public(const Context& context, ReadTransaction& transaction, UserId user,
                                                const std::string& beginning, const Cursor& cursor, size_t limit) {
  v1::ListPublicRoomsResponse response;
  TRY(auto rooms,
      store::RoomRepository(transaction.db()).list_public(cursor.key, RoomId{cursor.id}, beginning, limit + 1));
  if (rooms.size() > limit) {
    rooms.pop_back();
    response.set_next_cursor(encode_cursor({.key = rooms.back().name_folded, .id = rooms.back().id.value}));
  }
  store::MemberRepository members(transaction.db());
  for (const model::Room& room : rooms) {
    TRY(const auto member, members.find(room.id, user));
    v1::PublicRoom& out = *response.add_rooms();
    *out.mutable_room() = present_room(context.ids, room, transaction.head(room.id).value_or(model::RoomHead{}));
    out.set_joined(member && member->state == MemberState::kIn);
  }
  return response;
}

Result<v1::ListMembersResponse> members_page(const Context& context, const People& people, ReadTransaction& transaction,
                                             const Access& access, UserId after, size_t limit) {
  v1::ListMembersResponse response;
  TRY(auto members, store::MemberRepository(transaction.db()).list_of_room(access.room.id, after, limit + 1));
  if (members.size() > limit) {
    members.pop_back();
    response.set_next_cursor(encode_cursor({.key = {}, .id = members.back().user.value}));
  }
  const bool with_positions = access.room.member_count <= context.limits.read_positions_members;
  store::UserRepository users(transaction.db());
  for (model::Member& member : members) {
    TRY(const auto user, users.find(member.user));
    if (!user) continue;
    transaction.apply_own_sends(member);
    v1::Member& out = *response.add_members();
    *out.mutable_user() = people.present(access.member.user, *user);
    out.set_role(static_cast<v1::RoomRole>(member.role));
    out.set_state(static_cast<v1::MembershipState>(member.state));
    if (with_positions) out.set_read_seq(member.read_seq);
  }
  return response;
}

}  // namespace

Task<Result<v1::RoomEntry>> RoomService::read_entry(Caller caller, RoomId room) {
  auto query = [&context = context_, caller, room](ReadTransaction& transaction) -> Result<v1::RoomEntry> {
    TRY(const auto access, require_known(transaction, room, caller.user));
    return RoomEntries(context, transaction).build(access);
  };
  co_return co_await context_.store.read<v1::RoomEntry>(std::move(query));
}

Task<Result<v1::CreateRoomResponse>> RoomService::create_room(Caller caller, v1::CreateRoomRequest request) {
  CO_TRY(auto wish, check_new_room(context_, caller, request));
  auto command = [&context = context_, wish = std::move(wish)](WriteTransaction& transaction) {
    return create(context, transaction, wish);
  };
  CO_TRY(const auto room, co_await context_.store.write<RoomId>(std::move(command)));
  CO_TRY(auto entry, co_await read_entry(caller, room));
  v1::CreateRoomResponse response;
  *response.mutable_room() = std::move(*entry.mutable_room());
  *response.mutable_membership() = std::move(*entry.mutable_membership());
  co_return response;
}

Task<Result<v1::GetRoomResponse>> RoomService::get_room(Caller caller, v1::GetRoomRequest request) {
  CO_TRY(const auto room, room_of(context_, request.room_id()));
  CO_TRY(auto entry, co_await read_entry(caller, room));
  v1::GetRoomResponse response;
  *response.mutable_entry() = std::move(entry);
  co_return response;
}

Task<Result<v1::ListRoomsResponse>> RoomService::list_rooms(Caller caller, v1::ListRoomsRequest request) {
  CO_TRY(auto cursor, decode_cursor(request.cursor()));
  const size_t limit = page_limit(context_, request.limit(), kDefaultPage);
  auto query = [&context = context_, caller, cursor = std::move(cursor), limit](ReadTransaction& transaction) {
    return list(context, transaction, caller.user, cursor, limit);
  };
  co_return co_await context_.store.read<v1::ListRoomsResponse>(std::move(query));
}

Task<Result<v1::ListPublicRoomsResponse>> RoomService::list_public_rooms(Caller caller,
                                                                         v1::ListPublicRoomsRequest request) {
  CO_TRY(auto cursor, decode_cursor(request.cursor()));
  if (request.query().size() > context_.limits.query_bytes) {
    co_return fail(Reason::kTooLong, "The query is too long.", "query");
  }
  const size_t limit = page_limit(context_, request.limit(), kDefaultPage);
  auto query = [&context = context_, caller, cursor = std::move(cursor), limit,
                beginning = fold_name(request.query())](ReadTransaction& transaction) {
    return list_public(context, transaction, caller.user, beginning, cursor, limit);
  };
  co_return co_await context_.store.read<v1::ListPublicRoomsResponse>(std::move(query));
}

Task<Result<v1::UpdateRoomResponse>> RoomService::update_room(Caller caller, v1::UpdateRoomRequest request) {
  RoomUpdate wish;
  CO_TRY(wish.id, room_of(context_, request.room_id()));
  if (request.has_name()) {
    CO_TRY(wish.name, clean_name(request.name(), context_.limits.name_characters, "name"));
  }
  if (request.has_topic()) {
    CO_TRY(wish.topic, clean_text(request.topic(), context_.limits.topic_characters, "topic"));
  }
  auto command = [caller, wish = std::move(wish)](WriteTransaction& transaction) {
    return update(transaction, caller, wish);
  };
  CO_TRY(const auto room, co_await context_.store.write<model::Room>(std::move(command)));
  v1::UpdateRoomResponse response;
  *response.mutable_room() = present_room(context_.ids, room, context_.store.head(room.id).value_or(model::RoomHead{}));
  co_return response;
}

Task<Result<v1::JoinRoomResponse>> RoomService::join_room(Caller caller, v1::JoinRoomRequest request) {
  CO_TRY(const auto room, room_of(context_, request.room_id()));
  auto command = [&context = context_, caller, room](WriteTransaction& transaction) {
    return join(context, transaction, room, caller);
  };
  CO_TRY_VOID(co_await context_.store.write<std::monostate>(std::move(command)));
  CO_TRY(auto entry, co_await read_entry(caller, room));
  v1::JoinRoomResponse response;
  *response.mutable_entry() = std::move(entry);
  co_return response;
}

Task<Result<v1::LeaveRoomResponse>> RoomService::leave_room(Caller caller, v1::LeaveRoomRequest request) {
  CO_TRY(const auto room, room_of(context_, request.room_id()));
  auto command = [&context = context_, caller, room](WriteTransaction& transaction) {
    return leave(context, transaction, room, caller);
  };
  CO_TRY_VOID(co_await context_.store.write<std::monostate>(std::move(command)));
  co_return v1::LeaveRoomResponse{};
}

Task<Result<v1::InviteMemberResponse>> RoomService::invite_member(Caller caller, v1::InviteMemberRequest request) {
  CO_TRY(const auto room, room_of(context_, request.room_id()));
  CO_TRY(const auto user, user_of(context_, request.user_id()));
  auto command = [&context = context_, caller, room, user](WriteTransaction& transaction) {
    return invite_user(context, transaction, room, caller, user);
  };
  CO_TRY_VOID(co_await context_.store.write<std::monostate>(std::move(command)));
  co_return v1::InviteMemberResponse{};
}

Task<Result<v1::RemoveMemberResponse>> RoomService::remove_member(Caller caller, v1::RemoveMemberRequest request) {
  CO_TRY(const auto room, room_of(context_, request.room_id()));
  CO_TRY(const auto user, user_of(context_, request.user_id()));
  auto command = [&context = context_, caller, room, user](WriteTransaction& transaction) {
    return remove(context, transaction, room, caller, user);
  };
  CO_TRY_VOID(co_await context_.store.write<std::monostate>(std::move(command)));
  co_return v1::RemoveMemberResponse{};
}

Task<Result<v1::SetRoleResponse>> RoomService::set_role(Caller caller, v1::SetRoleRequest request) {
  CO_TRY(const auto room, room_of(context_, request.room_id()));
  CO_TRY(const auto user, user_of(context_, request.user_id()));
  CO_TRY(const auto role, role_of(request.role()));
  auto command = [&context = context_, caller, room, user, role](WriteTransaction& transaction) {
    return give_role(context, transaction, room, caller, user, role);
  };
  CO_TRY_VOID(co_await context_.store.write<std::monostate>(std::move(command)));
  co_return v1::SetRoleResponse{};
}

Task<Result<v1::ListMembersResponse>> RoomService::list_members(Caller caller, v1::ListMembersRequest request) {
  CO_TRY(const auto room, room_of(context_, request.room_id()));
  CO_TRY(const auto cursor, decode_cursor(request.cursor()));
  const size_t limit = page_limit(context_, request.limit(), kDefaultPage);
  auto query = [&context = context_, &people = people_, caller, room, after = UserId{cursor.id},
                limit](ReadTransaction& transaction) -> Result<v1::ListMembersResponse> {
    TRY(const auto access, require(transaction, room, caller.user, Action::kRead));
    return members_page(context, people, transaction, access, after, limit);
  };
  co_return co_await context_.store.read<v1::ListMembersResponse>(std::move(query));
}

Task<Result<v1::OpenDirectRoomResponse>> RoomService::open_direct_room(Caller caller,
                                                                       v1::OpenDirectRoomRequest request) {
  CO_TRY(const auto user, user_of(context_, request.user_id()));
  auto command = [&context = context_, caller, user](WriteTransaction& transaction) {
    return chat::open_direct_room(context, transaction, caller.user, user);
  };
  CO_TRY(const auto room, co_await context_.store.write<RoomId>(std::move(command)));
  CO_TRY(auto entry, co_await read_entry(caller, room));
  v1::OpenDirectRoomResponse response;
  *response.mutable_entry() = std::move(entry);
  co_return response;
}

Task<Result<v1::SetRoomPreferencesResponse>> RoomService::set_room_preferences(Caller caller,
                                                                               v1::SetRoomPreferencesRequest request) {
  CO_TRY(const auto room, room_of(context_, request.room_id()));
  if (request.has_level() && (request.level() < 0 || request.level() > v1::NOTIFICATION_LEVEL_NONE)) {
    co_return fail(Reason::kInvalidField, "There is no such level.", "level");
  }
  auto command = [caller, room, request = std::move(request)](WriteTransaction& transaction) -> Result<std::monostate> {
    TRY(auto access, require(transaction, room, caller.user, Action::kRead));
    if (request.has_level()) access.member.level = static_cast<model::NotificationLevel>(request.level());
    if (request.has_favourite()) access.member.favourite = request.favourite();
    TRY_VOID(transaction.put_member(std::move(access.member)));
    return std::monostate{};
  };
  CO_TRY_VOID(co_await context_.store.write<std::monostate>(std::move(command)));
  CO_TRY(auto entry, co_await read_entry(caller, room));
  v1::SetRoomPreferencesResponse response;
  *response.mutable_membership() = std::move(*entry.mutable_membership());
  co_return response;
}

}  // namespace kith::chat

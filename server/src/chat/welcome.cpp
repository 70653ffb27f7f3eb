#include "chat/welcome.hpp"

#include <charconv>

#include "chat/membership.hpp"
#include "chat/room_creation.hpp"
#include "chat/user_names.hpp"
#include "store/setting_repository.hpp"
#include "store/user_repository.hpp"

namespace kith::chat {
namespace {

using store::WriteTransaction;

constexpr std::string_view kScope = "server";
constexpr std::string_view kRoomSetting = "welcome_room";
constexpr std::string_view kSpeakerName = "kith";

constexpr std::string_view kMessage =
    "**Welcome.** Your server is running, and everything it keeps is in one folder of this machine. "
    "Three things to do first:\n\n"
    "1. **Bring your people.** Open *Settings → Server*, make an invitation link and send it to them; "
    "or let everybody who knows the address register.\n"
    "2. **Make a room.** The + beside *Rooms* makes one. A public room is open to everybody here, "
    "a private one to those you invite.\n"
    "3. **Say who you are.** *Settings → Profile* has your name and a few words about you.\n\n"
    "Press `?` for all shortcuts; `Ctrl K` jumps anywhere.";

/// The account that speaks for the server: no password fits it, so nobody can sign in as it.
Result<UserId> make_speaker(WriteTransaction& transaction) {
  model::User speaker;
  speaker.name = kSpeakerName;
  speaker.display_name = "Kith";
  speaker.bio = "This server.";
  speaker.state = model::UserState::kDeactivated;
  speaker.created_at = transaction.now();
  speaker.seen_at = transaction.now();
  return store::UserRepository(transaction.db()).insert(speaker, Secret<std::string>{}, {});
}

Result<RoomId> make_room(const Context& context, WriteTransaction& transaction, UserId owner) {
  TRY(const auto room, create_named_room(context, transaction,
                                         {.kind = model::RoomKind::kPublic,
                                          .name = "Welcome",
                                          .topic = "Say hello, ask anything",
                                          .owner = owner,
                                          .device = {},
                                          .invited = {}}));
  TRY(const auto speaker, make_speaker(transaction));
  v1::MessageContent content;
  content.set_text(std::string(kMessage));
  TRY_VOID(append_and_publish(transaction, room,
                              {.kind = model::EventKind::kMessage,
                               .flags = model::kCountable,
                               .sender = speaker,
                               .content = content.SerializeAsString()}));
  TRY_VOID(store::SettingRepository(transaction.db()).put(kScope, kRoomSetting, std::to_string(room.value)));
  return room;
}

}  // namespace

Result<RoomId> welcome_account(const Context& context, WriteTransaction& transaction, UserId user, bool is_first) {
  if (is_first) return make_room(context, transaction, user);
  TRY(const auto stored, store::SettingRepository(transaction.db()).find(kScope, kRoomSetting));
  RoomId id;
  if (stored) std::from_chars(stored->data(), stored->data() + stored->size(), id.value);
  TRY(const auto room, transaction.room(id));
  if (!room || room->kind != model::RoomKind::kPublic) return RoomId{};
  if (room->member_count >= context.limits.members_per_room) return RoomId{};
  TRY_VOID(let_in(context, transaction, *room, user, model::RoomRole::kMember, user));
  return id;
}

}  // namespace kith::chat

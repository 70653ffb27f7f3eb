#include "chat/own_state.hpp"

#include <algorithm>

#include "chat/room_entries.hpp"
#include "store/item_repository.hpp"
#include "store/member_repository.hpp"
#include "store/room_repository.hpp"
#include "store/user_repository.hpp"

namespace kith::chat {

Result<OwnItems> read_own_items(store::ReadTransaction& transaction, UserId user, Version since) {
  OwnItems own{.settings = {}, .version = since};
  TRY(auto items, store::ItemRepository(transaction.db()).list_of_user(user, since));
  for (const model::UserItem& item : items) {
    own.version = std::max(own.version, item.version);
    if (item.kind != kSettingKind) continue;
    v1::Setting& setting = own.settings.emplace_back();
    setting.set_key(item.key);
    setting.set_value(item.value);
  }
  return own;
}

Result<OwnStateChanges> read_own_state(const Context& context, const People& people,
                                       store::ReadTransaction& transaction, UserId user, Version since) {
  OwnStateChanges changes{.items = {}, .users = {}, .version = since};
  const auto saw = [&](Version version) { changes.version = std::max(changes.version, version); };

  TRY(auto members, store::MemberRepository(transaction.db()).list_of_user(user, since));
  store::RoomRepository rooms(transaction.db());
  RoomEntries entries(context, transaction);
  for (model::Member& member : members) {
    saw(member.version);
    if (member.state == model::MemberState::kLeft) {
      *changes.items.emplace_back().mutable_membership() = present_membership(context.ids, member, {}, 0);
      continue;
    }
    TRY(auto room, rooms.find(member.room));
    if (!room) continue;
    transaction.apply_own_sends(member);
    TRY(auto entry, entries.build({.room = *std::move(room), .member = member}));
    *changes.items.emplace_back().mutable_room() = std::move(entry);
  }

  TRY(auto own, read_own_items(transaction, user, since));
  saw(own.version);
  for (v1::Setting& setting : own.settings) *changes.items.emplace_back().mutable_setting() = std::move(setting);

  TRY(const auto me, store::UserRepository(transaction.db()).find(user));
  if (me && me->version > since) {
    saw(me->version);
    *changes.items.emplace_back().mutable_me() = people.present(user, *me);
  }
  changes.users = std::move(entries.users());
  return changes;
}

}  // namespace kith::chat

#include "chat/search_scope.hpp"

#include <algorithm>

#include "chat/access.hpp"
#include "chat/names.hpp"
#include "chat/user_names.hpp"
#include "store/sql.hpp"
#include "store/user_repository.hpp"

namespace kith::chat {
namespace {

std::string_view without_sign(std::string_view name, char sign) {
  if (name.starts_with(sign)) name.remove_prefix(1);
  return name;
}

}  // namespace

Result<SearchScope> SearchScope::find(const Context& context, store::ReadTransaction& transaction,
                                      const SearchOrder& order) {
  SearchScope scope(transaction, order.caller);
  TRY_VOID(scope.find_senders(context, order));
  if (!scope.is_empty_) {
    TRY_VOID(scope.find_rooms(order));
  }
  return scope;
}

Result<> SearchScope::find_senders(const Context& context, const SearchOrder& order) {
  std::vector<UserId> named;
  for (const std::string& typed : order.query.from) {
    if (typed == "me") {
      named.push_back(caller_);
      continue;
    }
    const auto name = fold_username(without_sign(typed, '@'), "query", context.limits);
    if (!name) continue;  // no user can be called so
    TRY(const auto user, store::UserRepository(transaction_->db()).find_by_name(*name));
    if (user) named.push_back(user->id);
  }
  if (order.query.from.empty()) {
    senders_ = order.senders;
  } else if (order.senders.empty()) {
    senders_ = std::move(named);
  } else {
    std::ranges::copy_if(named, std::back_inserter(senders_),
                         [&](UserId user) { return std::ranges::find(order.senders, user) != order.senders.end(); });
  }
  is_empty_ = senders_.empty() && !(order.query.from.empty() && order.senders.empty());
  return {};
}

Result<> SearchScope::find_rooms(const SearchOrder& order) {
  is_narrowed_ = !order.rooms.empty() || !order.query.in.empty();
  std::vector<RoomId> wanted = order.rooms;
  if (!order.query.in.empty()) {
    TRY(wanted, rooms_by_name(order.query.in));
    if (!order.rooms.empty()) {
      std::erase_if(wanted, [&](RoomId room) { return std::ranges::find(order.rooms, room) == order.rooms.end(); });
    }
  }
  if (is_narrowed_) {
    for (RoomId room : wanted) rooms_.emplace(room, true);
    std::erase_if(wanted, [&](RoomId room) {
      const auto first = first_readable(room);
      return first.has_value() && !first->has_value();
    });
  } else {
    TRY_VOID(transaction_->db().query(sql::search::kListRooms, {caller_.value, int64_t{kSearchRoomTokens} + 1},
                                      [&](const store::Row& row) -> Result<> {
                                        wanted.emplace_back(row.integer(0));
                                        return {};
                                      }));
  }
  is_empty_ = wanted.empty();
  if (wanted.size() <= kSearchRoomTokens) index_rooms_ = std::move(wanted);
  return {};
}

Result<std::vector<RoomId>> SearchScope::rooms_by_name(const std::vector<std::string>& names) {
  std::vector<std::string> folded;
  for (const std::string& name : names) folded.push_back(fold_name(without_sign(name, '#')));
  std::vector<RoomId> same;
  std::vector<RoomId> beginning;
  TRY_VOID(
      transaction_->db().query(sql::search::kListRoomNames, {caller_.value}, [&](const store::Row& row) -> Result<> {
        const std::string_view room_name = row.text(1);
        for (const std::string& name : folded) {
          if (name.empty() || !room_name.starts_with(name)) continue;
          (room_name.size() == name.size() ? same : beginning).emplace_back(row.integer(0));
          break;
        }
        return {};
      }));
  return same.empty() ? beginning : same;
}

Result<std::optional<Seq>> SearchScope::first_readable(RoomId room) {
  if (is_narrowed_ && !rooms_.contains(room)) return std::nullopt;
  if (const auto known = first_readable_.find(room); known != first_readable_.end()) return known->second;
  std::optional<Seq> first;
  // Most rooms of a large server are none of the caller's: one cheap question answers for them.
  bool is_member = false;
  TRY_VOID(
      transaction_->db().query(sql::search::kIsMember, {caller_.value, room.value}, [&](const store::Row&) -> Result<> {
        is_member = true;
        return {};
      }));
  if (is_member) {
    auto access = require(*transaction_, room, caller_, Action::kRead);
    if (access) first = access->first_readable();
  }
  first_readable_.emplace(room, first);
  return first;
}

}  // namespace kith::chat

// Where a search may look: the caller's rooms, narrowed by the request, and the senders asked for.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "chat/context.hpp"
#include "chat/search_run.hpp"
#include "store/store.hpp"

namespace kith::chat {

/// Rooms as the index is asked for them: more are cheaper to filter from the hits.
inline constexpr size_t kSearchRoomTokens = 64;

class SearchScope {
 public:
  /// Looks up names and memberships. `transaction` must outlive the scope.
  static Result<SearchScope> find(const Context& context, store::ReadTransaction& transaction,
                                  const SearchOrder& order);

  /// Nothing can be found: a name is unknown, or the caller is in none of the rooms.
  [[nodiscard]] bool is_empty() const { return is_empty_; }
  /// The rooms to ask the index for; empty if there are too many: then hits are filtered.
  [[nodiscard]] const std::vector<RoomId>& index_rooms() const { return index_rooms_; }
  [[nodiscard]] const std::vector<UserId>& senders() const { return senders_; }
  /// The first seq the caller may read in a room of the scope; nullopt if the room is not in it.
  Result<std::optional<Seq>> first_readable(RoomId room);

 private:
  SearchScope(store::ReadTransaction& transaction, UserId caller) : transaction_(&transaction), caller_(caller) {}

  Result<> find_senders(const Context& context, const SearchOrder& order);
  Result<> find_rooms(const SearchOrder& order);
  Result<std::vector<RoomId>> rooms_by_name(const std::vector<std::string>& names);

  store::ReadTransaction* transaction_;
  UserId caller_;
  bool is_empty_ = false;
  bool is_narrowed_ = false;  ///< only `rooms_` count
  std::vector<RoomId> index_rooms_;
  std::vector<UserId> senders_;
  std::unordered_map<RoomId, bool> rooms_;                         ///< narrowed to these
  std::unordered_map<RoomId, std::optional<Seq>> first_readable_;  ///< what was looked up
};

}  // namespace kith::chat

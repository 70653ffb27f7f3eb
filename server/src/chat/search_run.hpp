// One search: the checked request, and how it is carried out in one snapshot.
#pragma once

#include <optional>
#include <vector>

#include "base/result.hpp"
#include "chat/context.hpp"
#include "chat/search_query.hpp"
#include "kith/v1/search.pb.h"
#include "store/search_index.hpp"
#include "store/store.hpp"

namespace kith::chat {

/// A request whose form is right; names are not looked up yet.
struct SearchOrder {
  UserId caller;
  SearchQuery query;  ///< with the request's own time limits and link filter
  std::vector<RoomId> rooms;
  std::vector<UserId> senders;
  size_t limit = 0;
  std::optional<Pos> cursor;  ///< newest pos that was examined; the next page begins below
};

/// Checks form and limits. Errors: as SearchService, but kSearchRebuilding.
Result<SearchOrder> check_search(const Context& context, UserId caller, const kith::v1::SearchMessagesRequest& request);

/// Finds one page: candidates of the index newest first, each read, allowed and matched as it is now. Stops at the
/// page's size, at `limits.search_candidates` or after `limits.search_time`; then a cursor says where to go on.
Result<kith::v1::SearchMessagesResponse> run_search(const Context& context, store::SearchIndex& index,
                                                    store::ReadTransaction& transaction, const SearchOrder& order);

}  // namespace kith::chat

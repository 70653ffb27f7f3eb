// SearchMessages: finds messages by words over all rooms the caller may read, newest first.
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "chat/caller.hpp"
#include "chat/context.hpp"
#include "kith/v1/search.pb.h"
#include "store/search_index.hpp"

namespace kith::chat {

/// Runs on the store's reader threads: each hit is read in the same snapshot as the caller's memberships, so a search
/// is one hop, and its time limit keeps it from holding a thread that pages of history need.
class SearchService {
 public:
  SearchService(const Context& context, store::SearchIndex& index) : context_(context), index_(index) {}

  /// Errors: kEmptyQuery, kTooLong, kInvalidField, kInvalidUtf8 (query), kTooMany (ids), kBadCursor, kSearchRebuilding.
  Task<Result<kith::v1::SearchMessagesResponse>> search_messages(Caller caller,
                                                                 kith::v1::SearchMessagesRequest request);

 private:
  const Context& context_;
  store::SearchIndex& index_;
};

}  // namespace kith::chat

// SearchMessages: finds messages by words over all rooms the caller may read, newest first.
#pragma once

#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "chat/caller.hpp"
#include "chat/id_codec.hpp"
#include "kith/v1/search.pb.h"
#include "store/search_index.hpp"
#include "store/store.hpp"

namespace kith::chat {

/// Runs on the store's reader threads: each hit is read in the same snapshot as the caller's memberships, so a search
/// is one hop, and its time limit keeps it from holding a thread that pages of history need.
class SearchService {
 public:
  SearchService(store::Store& store, store::SearchIndex& index, const IdCodec& ids, const Clock& clock,
                const Limits& limits);

  /// Errors: kEmptyQuery, kTooLong (query), kInvalidField, kInvalidUtf8, kBadCursor, kSearchRebuilding.
  Task<Result<kith::v1::SearchMessagesResponse>> search(const Caller& caller,
                                                        const kith::v1::SearchMessagesRequest& request);

 private:
  store::Store& store_;
  store::SearchIndex& index_;
  const IdCodec& ids_;
  const Clock& clock_;
  const Limits& limits_;
};

}  // namespace kith::chat

#include "chat/search_service.hpp"

#include "chat/search_run.hpp"

namespace kith::chat {

Task<Result<kith::v1::SearchMessagesResponse>> SearchService::search_messages(Caller caller,
                                                                              kith::v1::SearchMessagesRequest request) {
  CO_TRY(SearchOrder order, check_search(context_, caller.user, request));
  // Named before the await: g++ 12 destroys a lambda written inside of it, and what it captured, twice.
  std::move_only_function<Result<kith::v1::SearchMessagesResponse>(store::ReadTransaction&)> search =
      [this, order = std::move(order)](store::ReadTransaction& transaction) {
        return run_search(context_, index_, transaction, order);
      };
  co_return co_await context_.store.read<kith::v1::SearchMessagesResponse>(std::move(search));
}

}  // namespace kith::chat

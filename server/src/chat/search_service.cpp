#include "chat/search_service.hpp"

#include "chat/search_run.hpp"

namespace kith::chat {

Task<Result<kith::v1::SearchMessagesResponse>> SearchService::search_messages(Caller caller,
                                                                              kith::v1::SearchMessagesRequest request) {
  CO_TRY(SearchOrder order, check_search(context_, caller.user, request));
  co_return co_await context_.store.read<kith::v1::SearchMessagesResponse>(
      [this, order = std::move(order)](store::ReadTransaction& transaction) {
        return run_search(context_, index_, transaction, order);
      });
}

}  // namespace kith::chat

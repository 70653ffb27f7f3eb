#include "chat/admin_service.hpp"

#include <utility>

#include "chat/administrator.hpp"

namespace kith::chat {
namespace {

/// About as long as one check takes if everything is blocked.
constexpr uint32_t kCheckRetryMs = 5'000;

/// A read that only asks whether the caller is an administrator.
std::move_only_function<Result<bool>(store::ReadTransaction&)> asks_for_administrator(Caller caller) {
  return [caller](store::ReadTransaction& transaction) -> Result<bool> {
    TRY_VOID(require_administrator(transaction.db(), caller.user));
    return true;
  };
}

}  // namespace

Task<Result<v1::CheckCallPortsResponse>> AdminService::check_call_ports(Caller caller, v1::CheckCallPortsRequest) {
  CO_TRY_VOID(co_await context_.store.read<bool>(asks_for_administrator(caller)));
  if (is_checking_.exchange(true)) {
    co_return std::unexpected(Error{.reason = Reason::kBusy,
                                    .message = "The ports are being checked already.",
                                    .field = {},
                                    .retry_after_ms = kCheckRetryMs});
  }
  auto check = [this] {
    auto found = check_ports_();
    is_checking_ = false;
    return found;
  };
  co_return co_await run_on(port_checks_, std::move(check));
}

}  // namespace kith::chat

#include "call/call_service.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "chat/access.hpp"
#include "chat/present.hpp"
#include "chat/present_call.hpp"
#include "store/user_repository.hpp"

namespace kith::call {
namespace {

using chat::Access;
using chat::Action;
using chat::Caller;
using store::CallRepository;
using store::ReadTransaction;
using store::WriteTransaction;

constexpr size_t kDefaultPage = 50;
/// A call begins and ends in the store and in memory, not in one moment: who finds them apart asks again so often.
constexpr std::chrono::milliseconds kPause{10};
constexpr int kAttempts = 50;
constexpr std::chrono::seconds kFinishRetriedAfter{5};

std::unexpected<Error> call_not_found() { return fail(Reason::kCallNotFound, "There is no such call.", "call_id"); }

Error busy() {
  return {
      .reason = Reason::kBusy, .message = "The call is just beginning or ending.", .field = {}, .retry_after_ms = 100};
}

/// True if asking again will tell what the store and the memory agree on.
bool is_passing(const Error& error) {
  return error.reason == Reason::kCallNotFound || error.reason == Reason::kCallEnded;
}

/// A call of a room the caller is in, from where the caller may read.
Result<model::Call> visible_call(const chat::Context& context, ReadTransaction& transaction, UserId user, CallId id) {
  TRY(auto row, CallRepository(transaction.db()).find(id));
  if (!row) return call_not_found();
  const auto access = chat::require(transaction, row->call.room, user, Action::kCall);
  if (!access) {
    const Reason reason = access.error().reason;
    const bool is_outside = reason == Reason::kRoomNotFound || reason == Reason::kNotMember;
    return is_outside ? call_not_found() : std::unexpected(access.error());
  }
  if (row->call.seq < access->first_readable()) return call_not_found();
  return with_members(context, transaction.db(), std::move(row->call));
}

/// What a page of calls is asked for.
struct ListWish {
  RoomId room;  ///< 0: all of the caller's
  bool only_missed = false;
  store::CallPage page;
};

Result<ListWish> check_list(const chat::Context& context, const v1::ListCallsRequest& request) {
  ListWish wish{.only_missed = request.missed(),
                .page = {.limit = chat::page_limit(context, request.limit(), kDefaultPage)}};
  if (!request.room_id().empty()) {
    TRY(wish.room, chat::room_of(context, request.room_id()));
  }
  if (!request.cursor().empty()) {
    const auto before = context.ids.decode_call(request.cursor());
    if (!before) return fail(Reason::kBadCursor, "The cursor is not one of this list.", "cursor");
    wish.page.before = *before;
  }
  return wish;
}

/// One call more than the page holds, so that one knows whether there is another page.
Result<std::vector<model::Call>> read_page(const chat::Context& context, ReadTransaction& transaction, UserId user,
                                           ListWish wish) {
  ++wish.page.limit;
  CallRepository calls(transaction.db());
  std::vector<store::CallRow> rows;
  if (wish.room) {
    TRY(const Access access, chat::require(transaction, wish.room, user, Action::kCall));
    const UserId missed_by = wish.only_missed ? user : UserId{};
    TRY(rows, calls.list_of_room(wish.room, access.first_readable(), wish.page, missed_by));
  } else {
    TRY(rows, calls.list_of_user(user, wish.page, wish.only_missed));
  }
  std::vector<model::Call> page;
  for (store::CallRow& row : rows) {
    TRY(auto call, with_members(context, transaction.db(), std::move(row.call)));
    page.push_back(std::move(call));
  }
  return page;
}

}  // namespace

Task<Result<v1::StartCallResponse>> CallService::start_call(Caller caller, v1::StartCallRequest request) {
  CO_TRY(const auto room, chat::room_of(context_, request.room_id()));
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto reservation = registry_.reserve();
    CallWish wish{.room = room, .caller = caller, .is_video = request.video()};
    if (!reservation) wish.may_begin = std::unexpected(reservation.error());
    auto command = [&context = context_, wish = std::move(wish)](WriteTransaction& transaction) {
      return begin_call(context, transaction, wish);
    };
    CO_TRY(auto begun, co_await context_.store.write<BegunCall>(std::move(command)));
    auto entrance = co_await enter_begun(caller, std::move(begun));
    if (entrance) {
      v1::StartCallResponse response;
      *response.mutable_call() = chat::present_call(context_.ids, entrance->call);
      *response.mutable_access() = std::move(entrance->access);
      co_return response;
    }
    if (!is_passing(entrance.error())) co_return std::unexpected(std::move(entrance).error());
    co_await pause();
  }
  co_return std::unexpected(busy());
}

Task<Result<v1::JoinCallResponse>> CallService::join_call(Caller caller, v1::JoinCallRequest request) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    CO_TRY(const auto call, co_await find_visible(caller, request.call_id()));
    if (call.is_over()) co_return fail(Reason::kCallEnded, "The call is over.", "call_id");
    auto entrance = co_await enter(caller, call.id);
    if (entrance) {
      v1::JoinCallResponse response;
      *response.mutable_call() = chat::present_call(context_.ids, entrance->call);
      *response.mutable_access() = std::move(entrance->access);
      co_return response;
    }
    if (!is_passing(entrance.error())) co_return std::unexpected(std::move(entrance).error());
    co_await pause();
  }
  co_return std::unexpected(busy());
}

Task<Result<v1::LeaveCallResponse>> CallService::leave_call(Caller caller, v1::LeaveCallRequest request) {
  CO_TRY(auto call, co_await find_visible(caller, request.call_id()));
  registry_.leave(call.id, caller.user);
  v1::LeaveCallResponse response;
  *response.mutable_call() = chat::present_call(context_.ids, newest(std::move(call)));
  co_return response;
}

Task<Result<v1::GetCallResponse>> CallService::get_call(Caller caller, v1::GetCallRequest request) {
  CO_TRY(auto call, co_await find_visible(caller, request.call_id()));
  v1::GetCallResponse response;
  *response.mutable_call() = chat::present_call(context_.ids, newest(std::move(call)));
  co_return response;
}

Task<Result<v1::DeclineCallResponse>> CallService::decline_call(Caller caller, v1::DeclineCallRequest request) {
  CO_TRY(auto call, co_await find_visible(caller, request.call_id()));
  registry_.decline(call.id, caller.user);
  v1::DeclineCallResponse response;
  *response.mutable_call() = chat::present_call(context_.ids, newest(std::move(call)));
  co_return response;
}

Task<Result<v1::ListCallsResponse>> CallService::list_calls(Caller caller, v1::ListCallsRequest request) {
  CO_TRY(const auto wish, check_list(context_, request));
  auto query = [&context = context_, caller, wish](ReadTransaction& transaction) {
    return read_page(context, transaction, caller.user, wish);
  };
  CO_TRY(auto page, co_await context_.store.read<std::vector<model::Call>>(std::move(query)));
  v1::ListCallsResponse response;
  if (page.size() > wish.page.limit) {
    page.pop_back();
    response.set_next_cursor(context_.ids.encode(page.back().id));
  }
  for (model::Call& call : page) *response.add_calls() = chat::present_call(context_.ids, newest(std::move(call)));
  co_return response;
}

Task<Result<CallService::Entrance>> CallService::enter_begun(Caller caller, BegunCall begun) {
  if (!begun.is_new) co_return co_await enter(caller, begun.call.id);
  log::info("call started", {{"call", begun.call.id.value}, {"room", begun.call.room.value}});
  auto opened = registry_.open({.call = std::move(begun.call),
                                .device = caller.device,
                                .is_direct = begun.is_direct,
                                .is_large = begun.is_large});
  co_return co_await confirm(caller, std::move(opened));
}

Task<Result<CallService::Entrance>> CallService::enter(Caller caller, CallId call) {
  CO_TRY(auto entered, registry_.let_in(call, caller.user, caller.device));
  co_return co_await confirm(caller, std::move(entered));
}

Task<Result<CallService::Entrance>> CallService::confirm(Caller caller, model::Call call) {
  auto query = [caller, room = call.room](ReadTransaction& transaction) -> Result<std::string> {
    TRY_VOID(chat::require(transaction, room, caller.user, Action::kCall));
    TRY(const auto user, store::UserRepository(transaction.db()).find(caller.user));
    if (!user) return fail(Reason::kNotSignedIn, "The account is gone.");
    return user->display_name;
  };
  auto name = co_await context_.store.read<std::string>(std::move(query));
  if (!name) {
    registry_.put_out(call.room, caller.user);
    co_return std::unexpected(std::move(name).error());
  }
  Entrance entrance;
  const UnixMillis now = context_.clock.wall();
  entrance.access.set_token(tokens_.encode({.call = call.id, .user = caller.user, .name = *std::move(name)}, now));
  constexpr auto kTime = std::chrono::milliseconds(kCallTokenTime).count();
  chat::set_timestamp(*entrance.access.mutable_expires_at(), UnixMillis{now.value + kTime});
  entrance.call = newest(std::move(call));
  co_return entrance;
}

Task<Result<model::Call>> CallService::find_visible(Caller caller, std::string_view call_id) {
  const auto id = context_.ids.decode_call(call_id);
  if (!id) co_return call_not_found();
  auto query = [&context = context_, caller, id = *id](ReadTransaction& transaction) {
    return visible_call(context, transaction, caller.user, id);
  };
  co_return co_await context_.store.read<model::Call>(std::move(query));
}

/// The call as memory knows it, as long as it does.
model::Call CallService::newest(model::Call call) const { return registry_.find(call.id).value_or(std::move(call)); }

Task<void> CallService::pause() {
  auto start = [this](auto resolve) { later_(kPause, [resolve = std::move(resolve)]() mutable { resolve(true); }); };
  co_await completion<bool>(std::move(start));
}

void CallService::handle_batch(const bus::Batch& batch) {
  if (registry_.is_idle()) return;
  for (const bus::Notice& notice : *batch) {
    const auto* publication = std::get_if<model::Publication>(&notice);
    if (publication == nullptr) continue;
    if (const auto* event = std::get_if<model::RoomEventCommitted>(publication)) {
      if (!event->membership_of) continue;
      if (event->is_in) {
        registry_.tell_again(event->event.room);
      } else {
        registry_.put_out(event->event.room, event->membership_of);
      }
    } else if (const auto* revoked = std::get_if<model::DeviceRevoked>(publication)) {
      registry_.put_out_device(revoked->user, revoked->device);
    } else if (const auto* profile = std::get_if<model::ProfileCommitted>(publication)) {
      if (profile->user.state == model::UserState::kDeactivated) registry_.put_out_of_all(profile->user.id);
    }
  }
}

Task<Result<>> CallService::interrupt_left_open() {
  size_t total = 0;
  size_t ended = 0;
  do {
    auto command = [&context = context_](WriteTransaction& transaction) {
      return interrupt_open_calls(context, transaction);
    };
    CO_TRY(ended, co_await context_.store.write<size_t>(std::move(command)));
    total += ended;
  } while (ended != 0);
  if (total != 0) log::info("calls were interrupted by the server's end", {{"calls", total}});
  co_return Result<>();
}

Task<Result<>> CallService::save_seen() {
  if (registry_.is_idle()) co_return Result<>();
  auto command = [](WriteTransaction& transaction) -> Result<std::monostate> {
    TRY_VOID(CallRepository(transaction.db()).set_seen(transaction.now()));
    return std::monostate{};
  };
  CO_TRY_VOID(co_await context_.store.write<std::monostate>(std::move(command)));
  co_return Result<>();
}

void CallService::stop() {
  is_stopping_ = true;
  registry_.interrupt_all();
}

void CallService::tell(model::Call call) { tell_ephemeral_(model::CallChanged{.call = std::move(call)}); }

void CallService::save(UnsavedCall unsaved) {
  context_.store.submit_write(
      [unsaved = std::move(unsaved)](WriteTransaction& transaction) { return save_call(transaction, unsaved); },
      [](const Result<>& outcome) {
        // What a call is does not hang on its rows; they lack who came or went just now.
        if (!outcome)
          log::warn("a call's attendance is not stored", {{"reason", rule_of(outcome.error().reason).name}});
      });
}

void CallService::finish(model::Call call, UnsavedCall unsaved) {
  auto shared = std::make_shared<const std::pair<model::Call, UnsavedCall>>(std::move(call), std::move(unsaved));
  context_.store.submit_write(
      [&context = context_, shared](WriteTransaction& transaction) -> Result<> {
        TRY_VOID(save_call(transaction, shared->second));
        return end_call(context, transaction, shared->first);
      },
      [this, shared](const Result<>& outcome) {
        const auto& [ended, rest] = *shared;
        if (outcome) {
          log::info("call ended", {{"call", ended.id.value}, {"outcome", static_cast<int>(ended.outcome)}});
          registry_.forget(ended.id);
          return;
        }
        log::warn("a call's end is not stored yet", {{"reason", rule_of(outcome.error().reason).name}});
        if (is_stopping_) return;  // the next start finds it open
        later_(kFinishRetriedAfter, [this, shared] {
          if (!is_stopping_) finish(shared->first, shared->second);
        });
      });
}

void CallService::schedule(CallId call, Instant at) {
  later_(std::max(Duration::zero(), at - context_.clock.now()),
         [this, call, at] { registry_.handle_timeout(call, at); });
}

}  // namespace kith::call

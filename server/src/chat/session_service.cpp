#include "chat/session_service.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "chat/present_user.hpp"
#include "chat/session_start.hpp"
#include "chat/user_names.hpp"
#include "store/device_repository.hpp"
#include "store/user_repository.hpp"

namespace kith::chat {
namespace {

using Credentials = std::optional<store::UserCredentials>;

/// Rows one write command changes: small enough that messages in the same commit group hardly wait.
constexpr size_t kUsesPerCommand = 500;

std::unexpected<Error> wrong_credentials(std::string field = {}) {
  return fail(Reason::kWrongCredentials, "Name and password do not belong together.", std::move(field));
}

/// True if the account may still be entered with the password that was verified against `hash` outside the writer.
bool still_valid(const Credentials& now, const Secret<std::string>& hash) {
  return now && now->user.state == model::UserState::kActive && now->password_hash.reveal() == hash.reveal();
}

/// A login after its password was found right.
struct Entrance {
  UserId user;
  Secret<std::string> verified_hash;
  Secret<std::string> new_hash;  ///< made at today's cost; empty: the old one stays
  std::string device_name;
  TokenHash token{};
};

Result<StartedSession> enter(store::WriteTransaction& transaction, const Entrance& entrance, const Limits& limits) {
  store::UserRepository users(transaction.db());
  TRY(const Credentials now, users.find_credentials(entrance.user));
  // A password change ends all sessions; one begun with the old password must not outlive it.
  if (!still_valid(now, entrance.verified_hash)) return wrong_credentials();
  if (!entrance.new_hash.reveal().empty()) TRY_VOID(users.set_password_hash(entrance.user, entrance.new_hash));
  return start_session(transaction, entrance.user, entrance.device_name, entrance.token, limits);
}

/// A password change after the current one was found right.
struct PasswordChange {
  Caller caller;
  Secret<std::string> verified_hash;
  Secret<std::string> new_hash;
};

/// Returns the sessions that ended.
Result<std::vector<DeviceId>> change_in(store::WriteTransaction& transaction, const PasswordChange& change) {
  store::UserRepository users(transaction.db());
  store::DeviceRepository devices(transaction.db());
  TRY(const std::optional<model::Device> current, devices.find(change.caller.device));
  if (!current) return fail(Reason::kSessionRevoked, "This session was ended.");
  TRY(const Credentials now, users.find_credentials(change.caller.user));
  if (!still_valid(now, change.verified_hash)) return wrong_credentials("current_password");
  TRY_VOID(users.set_password_hash(change.caller.user, change.new_hash));
  TRY(const std::vector<model::Device> living, devices.list_of_user(change.caller.user));
  std::vector<DeviceId> ended;
  for (const model::Device& device : living) {
    if (device.id == change.caller.device) continue;
    TRY_VOID(end_session(transaction, change.caller.user, device.id));
    ended.push_back(device.id);
  }
  return ended;
}

}  // namespace

SessionService::SessionService(const AccountContext& context) : context_(context) {}

Task<Result<v1::LoginResponse>> SessionService::login(RequestContext from, v1::LoginRequest request) {
  if (request.username().empty()) co_return fail(Reason::kMissingField, "The user name must not be empty.", "username");
  CO_TRY(const Secret<std::string> password, normalize_password(request.password(), context_.limits, "password"));
  Entrance entrance;
  CO_TRY(entrance.device_name, session_name(request.device_name(), from, context_.limits));
  const std::string name = fold_username(request.username(), "username", context_.limits).value_or("");
  CO_TRY(LoginThrottle::Attempt attempt, context_.throttle.begin(context_.clock.now(), name, from.address));

  // An unknown name takes the same way: one read, one hash, one answer.
  std::move_only_function<Result<Credentials>(store::ReadTransaction&)> query =
      [name](store::ReadTransaction& transaction) {
        return store::UserRepository(transaction.db()).find_credentials_by_name(name);
      };
  CO_TRY(const Credentials known, co_await context_.store.read<Credentials>(std::move(query)));
  if (known) entrance.verified_hash = known->password_hash;
  CO_TRY(const bool is_right, co_await context_.passwords.verify(password, entrance.verified_hash));
  if (!is_right || known->user.state != model::UserState::kActive) {
    attempt.fail(context_.clock.now());
    co_return wrong_credentials();
  }
  attempt.succeed();
  if (context_.passwords.needs_rehash(entrance.verified_hash)) {
    Result<Secret<std::string>> stronger = co_await context_.passwords.hash(password);
    if (stronger) entrance.new_hash = std::move(*stronger);  // Else at the next login.
  }

  entrance.user = known->user.id;
  const Secret<std::string> token = make_token(context_.random, kSessionTokenPrefix);
  entrance.token = hash_token(token.reveal());
  std::move_only_function<Result<StartedSession>(store::WriteTransaction&)> command =
      [entrance, &limits = context_.limits](store::WriteTransaction& transaction) {
        return enter(transaction, entrance, limits);
      };
  CO_TRY(const StartedSession started, co_await context_.store.write<StartedSession>(std::move(command)));
  for (const DeviceId ended : started.ended) context_.sessions.revoke(ended);
  log::info("session begun", {{"user", entrance.user.value}, {"device", started.device.value}});

  v1::LoginResponse response;
  response.set_token(token.reveal());
  *response.mutable_user() = present_user(context_.ids, context_.presence, known->user.id, known->user);
  co_return response;
}

Task<Result<v1::LogoutResponse>> SessionService::logout(Caller caller, v1::LogoutRequest) {
  std::move_only_function<Result<bool>(store::WriteTransaction&)> command =
      [caller](store::WriteTransaction& transaction) { return end_session(transaction, caller.user, caller.device); };
  CO_TRY_VOID(co_await context_.store.write<bool>(std::move(command)));
  context_.sessions.revoke(caller.device);
  log::info("session ended", {{"user", caller.user.value}, {"device", caller.device.value}});
  co_return v1::LogoutResponse();
}

Task<Result<v1::ListSessionsResponse>> SessionService::list_sessions(Caller caller, v1::ListSessionsRequest) {
  using Devices = std::vector<model::Device>;
  std::move_only_function<Result<Devices>(store::ReadTransaction&)> query =
      [caller](store::ReadTransaction& transaction) {
        return store::DeviceRepository(transaction.db()).list_of_user(caller.user);
      };
  CO_TRY(Devices devices, co_await context_.store.read<Devices>(std::move(query)));
  // Memory knows of uses that are not saved yet.
  for (model::Device& device : devices) {
    const bool is_used_now = device.id == caller.device || context_.presence.is_connected(caller.user, device.id);
    const UnixMillis known = context_.sessions.last_used(device.id).value_or(UnixMillis{});
    device.seen_at = std::max(device.seen_at, is_used_now ? context_.clock.wall() : known);
  }
  std::ranges::stable_sort(devices, std::ranges::greater(), &model::Device::seen_at);
  v1::ListSessionsResponse response;
  for (const model::Device& device : devices) {
    *response.add_sessions() = present_session(context_.ids, device, caller.device);
  }
  co_return response;
}

Task<Result<v1::RevokeSessionResponse>> SessionService::revoke_session(Caller caller,
                                                                       v1::RevokeSessionRequest request) {
  const std::optional<DeviceId> device = context_.ids.decode_device(request.session_id());
  if (!device) co_return fail(Reason::kSessionNotFound, "There is no such session.", "session_id");
  std::move_only_function<Result<bool>(store::WriteTransaction&)> command =
      [caller, device = *device](store::WriteTransaction& transaction) -> Result<bool> {
    TRY(const std::optional<model::Device> found, store::DeviceRepository(transaction.db()).find(device));
    if (!found || found->user != caller.user) {
      return fail(Reason::kSessionNotFound, "There is no such session.", "session_id");
    }
    return end_session(transaction, caller.user, device);
  };
  CO_TRY_VOID(co_await context_.store.write<bool>(std::move(command)));
  context_.sessions.revoke(*device);
  log::info("session ended", {{"user", caller.user.value}, {"device", device->value}});
  co_return v1::RevokeSessionResponse();
}

Task<Result<v1::ChangePasswordResponse>> SessionService::change_password(Caller caller,
                                                                         v1::ChangePasswordRequest request) {
  PasswordChange change{.caller = caller};
  CO_TRY(const Secret<std::string> current,
         normalize_password(request.current_password(), context_.limits, "current_password"));
  CO_TRY(const Secret<std::string> wanted, check_new_password(request.new_password(), context_.limits, "new_password"));
  // Counted per session, so that a stolen one cannot guess on and cannot keep its owner from changing the password.
  CO_TRY(LoginThrottle::Attempt attempt,
         context_.throttle.begin(context_.clock.now(), "session " + std::to_string(caller.device.value), {}));

  std::move_only_function<Result<Credentials>(store::ReadTransaction&)> query =
      [caller](store::ReadTransaction& transaction) {
        return store::UserRepository(transaction.db()).find_credentials(caller.user);
      };
  CO_TRY(const Credentials known, co_await context_.store.read<Credentials>(std::move(query)));
  if (known) change.verified_hash = known->password_hash;
  CO_TRY(const bool is_right, co_await context_.passwords.verify(current, change.verified_hash));
  if (!is_right) {
    attempt.fail(context_.clock.now());
    co_return wrong_credentials("current_password");
  }
  attempt.succeed();
  CO_TRY(change.new_hash, co_await context_.passwords.hash(wanted));
  std::move_only_function<Result<std::vector<DeviceId>>(store::WriteTransaction&)> command =
      [change](store::WriteTransaction& transaction) { return change_in(transaction, change); };
  CO_TRY(const std::vector<DeviceId> ended, co_await context_.store.write<std::vector<DeviceId>>(std::move(command)));
  for (const DeviceId device : ended) context_.sessions.revoke(device);
  log::info("password changed", {{"user", caller.user.value}, {"sessions_ended", ended.size()}});
  co_return v1::ChangePasswordResponse();
}

Task<Result<>> SessionService::save_seen() {
  const std::vector<SessionCache::Use> uses = context_.sessions.take_uses();
  for (size_t begin = 0; begin < uses.size(); begin += kUsesPerCommand) {
    const size_t end = std::min(begin + kUsesPerCommand, uses.size());
    const std::vector<SessionCache::Use> part(uses.begin() + static_cast<ptrdiff_t>(begin),
                                              uses.begin() + static_cast<ptrdiff_t>(end));
    std::move_only_function<Result<bool>(store::WriteTransaction&)> command =
        [part](store::WriteTransaction& transaction) -> Result<bool> {
      store::DeviceRepository devices(transaction.db());
      for (const SessionCache::Use& use : part) TRY_VOID(devices.set_seen(use.device, use.at));
      return true;
    };
    const Result<bool> saved = co_await context_.store.write<bool>(std::move(command));
    if (!saved) {
      context_.sessions.return_uses({uses.begin() + static_cast<ptrdiff_t>(begin), uses.end()});
      co_return std::unexpected(saved.error());
    }
  }
  co_return Result<>{};
}

}  // namespace kith::chat

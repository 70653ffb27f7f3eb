#include "chat/account_service.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "chat/administrator.hpp"
#include "chat/names.hpp"
#include "chat/present.hpp"
#include "chat/present_user.hpp"
#include "chat/server_settings.hpp"
#include "chat/session_start.hpp"
#include "chat/user_names.hpp"
#include "store/invitation_repository.hpp"
#include "store/user_repository.hpp"

namespace kith::chat {
namespace {

constexpr uint32_t kInvitationUsesDefault = 1;
constexpr uint32_t kInvitationHoursDefault = 168;

/// A registration after its fields were checked.
struct NewAccount {
  std::string username;
  std::string display_name;
  std::string device_name;
  Result<std::string> server_name;  ///< matters only with the first account
  std::optional<TokenHash> invitation;
  TokenHash session{};
  Secret<std::string> password_hash;
};

Result<NewAccount> check_fields(const v1::RegisterRequest& request, const RequestContext& from, const Limits& limits) {
  NewAccount account;
  TRY(account.username, fold_username(request.username(), "username", limits));
  if (is_reserved_username(account.username)) {
    return fail(Reason::kInvalidField, "This name is reserved.", "username");
  }
  account.display_name = account.username;
  if (!request.display_name().empty()) {
    TRY(account.display_name, clean_name(request.display_name(), limits.name_characters, "display_name"));
  }
  TRY(account.device_name, session_name(request.device_name(), from, limits));
  if (!request.server_name().empty()) {
    account.server_name = clean_name(request.server_name(), limits.name_characters, "server_name");
  }
  if (is_token(request.invitation(), kInvitationPrefix)) account.invitation = hash_token(request.invitation());
  return account;
}

/// Whether an account may be made, and as what.
struct Admission {
  bool is_first = false;
  bool uses_invitation = false;
};

/// Asked before the password is hashed, to spare the work, and again inside the writer, where it is decided.
Result<Admission> admit(store::Db& db, const NewAccount& account, UnixMillis now) {
  store::UserRepository users(db);
  Admission admission;
  TRY(admission.is_first, users.is_empty());
  if (admission.is_first) {
    if (!account.server_name.has_value()) return std::unexpected(account.server_name.error());
    return admission;
  }
  TRY(const ServerSettings settings, read_server_settings(db));
  if (settings.registration == model::RegistrationPolicy::kClosed) {
    return fail(Reason::kRegistrationClosed, "This server takes no registrations.");
  }
  if (settings.registration == model::RegistrationPolicy::kInvitation) {
    std::optional<store::Invitation> invitation;
    if (account.invitation) {
      TRY(invitation, store::InvitationRepository(db).find_valid(bytes_of(*account.invitation), now));
    }
    if (!invitation) {
      return fail(Reason::kInvitationRequired, "Registration needs a valid invitation.", "invitation");
    }
    admission.uses_invitation = true;
  }
  TRY(const std::optional<model::User> holder, users.find_by_name(account.username));
  if (holder) return fail(Reason::kNameTaken, "This user name is taken.", "username");
  return admission;
}

/// What a registration made.
struct Registered {
  model::User user;
  RoomId welcome_room;
  bool is_first = false;
};

/// The whole registration, in one transaction: of two first accounts one becomes the owner, of two equal names one
/// wins.
Result<Registered> register_in(store::WriteTransaction& transaction, const NewAccount& account, const Limits& limits,
                               const OnAccountCreated& on_account_created) {
  TRY(const Admission admission, admit(transaction.db(), account, transaction.now()));
  if (admission.is_first && !account.server_name->empty()) {
    TRY_VOID(put_server_name(transaction.db(), *account.server_name));
  }
  if (admission.uses_invitation) {
    TRY_VOID(store::InvitationRepository(transaction.db()).use(bytes_of(*account.invitation)));
  }
  Registered made{.user = {.id = {},
                           .name = account.username,
                           .display_name = account.display_name,
                           .role = admission.is_first ? model::ServerRole::kOwner : model::ServerRole::kUser,
                           .created_at = transaction.now(),
                           .seen_at = transaction.now()},
                  .welcome_room = {},
                  .is_first = admission.is_first};
  TRY(made.user.id,
      store::UserRepository(transaction.db())
          .insert(made.user, account.password_hash, directory_words(made.user.name, made.user.display_name)));
  TRY_VOID(start_session(transaction, made.user.id, account.device_name, account.session, limits));
  transaction.publish(model::ProfileCommitted{.user = made.user});
  TRY(made.welcome_room, on_account_created(transaction, made.user.id, admission.is_first));
  return made;
}

/// What GetServer tells.
struct ServerFacts {
  ServerSettings settings;
  bool needs_first_account = false;
};

Result<ServerFacts> read_facts(store::Db& db) {
  ServerFacts facts;
  TRY(facts.settings, read_server_settings(db));
  TRY(facts.needs_first_account, store::UserRepository(db).is_empty());
  return facts;
}

v1::GetServerResponse present_server(const ServerFacts& facts, const std::string& version, const Limits& limits) {
  v1::GetServerResponse out;
  out.set_name(facts.settings.name);
  out.set_registration(static_cast<v1::RegistrationPolicy>(facts.settings.registration));
  out.set_needs_first_account(facts.needs_first_account);
  out.set_version(version);
  v1::ClientLimits& shown = *out.mutable_limits();
  shown.set_message_bytes(static_cast<uint32_t>(limits.message_bytes));
  shown.set_name_characters(static_cast<uint32_t>(limits.name_characters));
  shown.set_topic_characters(static_cast<uint32_t>(limits.topic_characters));
  shown.set_page_size(static_cast<uint32_t>(limits.page_size));
  shown.set_sends_in_flight(limits.sends_in_flight);
  shown.set_password_characters_min(static_cast<uint32_t>(limits.password_characters_min));
  return out;
}

/// A server change after its fields were checked; what is absent stays.
struct ServerChange {
  std::optional<std::string> name;
  std::optional<model::RegistrationPolicy> registration;
};

Result<ServerChange> check_change(const v1::UpdateServerRequest& request, const Limits& limits) {
  ServerChange change;
  if (request.has_name()) {
    TRY(change.name, clean_name(request.name(), limits.name_characters, "name"));
  }
  if (request.has_registration()) {
    const v1::RegistrationPolicy policy = request.registration();
    if (policy < v1::REGISTRATION_POLICY_OPEN || policy > v1::REGISTRATION_POLICY_CLOSED) {
      return fail(Reason::kInvalidField, "There is no such policy.", "registration");
    }
    change.registration = static_cast<model::RegistrationPolicy>(policy);
  }
  return change;
}

}  // namespace

AccountService::AccountService(const AccountContext& context, std::string version, OnAccountCreated on_account_created)
    : context_(context), version_(std::move(version)), on_account_created_(std::move(on_account_created)) {}

Task<Result<v1::GetServerResponse>> AccountService::get_server(v1::GetServerRequest) {
  std::move_only_function<Result<ServerFacts>(store::ReadTransaction&)> query =
      [](store::ReadTransaction& transaction) { return read_facts(transaction.db()); };
  CO_TRY(const ServerFacts facts, co_await context_.store.read<ServerFacts>(std::move(query)));
  co_return present_server(facts, version_, context_.limits);
}

Task<Result<v1::RegisterResponse>> AccountService::register_account(RequestContext from, v1::RegisterRequest request) {
  CO_TRY(NewAccount account, check_fields(request, from, context_.limits));
  CO_TRY(Secret<std::string> password, check_new_password(request.password(), context_.limits, "password"));
  const UnixMillis now = context_.clock.wall();
  std::move_only_function<Result<Admission>(store::ReadTransaction&)> query =
      [account, now](store::ReadTransaction& transaction) { return admit(transaction.db(), account, now); };
  CO_TRY_VOID(co_await context_.store.read<Admission>(std::move(query)));

  CO_TRY(account.password_hash, co_await context_.passwords.hash(std::move(password)));
  const Secret<std::string> token = make_token(context_.random, kSessionTokenPrefix);
  account.session = hash_token(token.reveal());
  std::move_only_function<Result<Registered>(store::WriteTransaction&)> command =
      [this, account](store::WriteTransaction& transaction) {
        return register_in(transaction, account, context_.limits, on_account_created_);
      };
  CO_TRY(const Registered made, co_await context_.store.write<Registered>(std::move(command)));
  log::info("account made", {{"user", made.user.id.value}, {"first", made.is_first}});

  v1::RegisterResponse response;
  response.set_token(token.reveal());
  *response.mutable_user() = present_user(context_.ids, context_.presence, made.user.id, made.user);
  if (made.welcome_room) response.set_welcome_room_id(context_.ids.encode(made.welcome_room));
  co_return response;
}

Task<Result<v1::CreateInvitationResponse>> AccountService::create_invitation(Caller caller,
                                                                             v1::CreateInvitationRequest request) {
  const Limits& limits = context_.limits;
  if (request.uses() > limits.invitation_uses) {
    co_return fail(Reason::kInvalidField, "An invitation cannot be used so often.", "uses");
  }
  if (request.valid_hours() > limits.invitation_hours) {
    co_return fail(Reason::kInvalidField, "An invitation cannot be valid for so long.", "valid_hours");
  }
  const uint32_t hours = request.valid_hours() == 0 ? kInvitationHoursDefault : request.valid_hours();
  const uint32_t uses = request.uses() == 0 ? kInvitationUsesDefault : request.uses();
  const Secret<std::string> token = make_token(context_.random, kInvitationPrefix);
  std::move_only_function<Result<UnixMillis>(store::WriteTransaction&)> command =
      [caller, hours, uses, hash = hash_token(token.reveal()),
       &limits](store::WriteTransaction& transaction) -> Result<UnixMillis> {
    TRY_VOID(require_administrator(transaction.db(), caller.user));
    store::InvitationRepository invitations(transaction.db());
    TRY(const int64_t open, invitations.count_valid(transaction.now()));
    if (open >= static_cast<int64_t>(limits.invitations)) {
      return fail(Reason::kTooMany, "There are too many open invitations.", "invitations");
    }
    const UnixMillis expires{transaction.now().value + std::chrono::milliseconds(std::chrono::hours(hours)).count()};
    TRY_VOID(invitations.remove_expired(transaction.now()));
    TRY_VOID(invitations.insert(bytes_of(hash), {.by = caller.user, .expires_at = expires, .uses_left = uses}));
    return expires;
  };
  CO_TRY(const UnixMillis expires, co_await context_.store.write<UnixMillis>(std::move(command)));
  log::info("invitation made", {{"by", caller.user.value}, {"uses", uses}});
  v1::CreateInvitationResponse response;
  response.set_token(token.reveal());
  set_timestamp(*response.mutable_expires_at(), expires);
  co_return response;
}

Task<Result<v1::UpdateServerResponse>> AccountService::update_server(Caller caller, v1::UpdateServerRequest request) {
  CO_TRY(const ServerChange change, check_change(request, context_.limits));
  std::move_only_function<Result<ServerFacts>(store::WriteTransaction&)> command =
      [caller, change](store::WriteTransaction& transaction) -> Result<ServerFacts> {
    TRY_VOID(require_administrator(transaction.db(), caller.user));
    if (change.name) TRY_VOID(put_server_name(transaction.db(), *change.name));
    if (change.registration) TRY_VOID(put_registration_policy(transaction.db(), *change.registration));
    return read_facts(transaction.db());
  };
  CO_TRY(const ServerFacts facts, co_await context_.store.write<ServerFacts>(std::move(command)));
  log::info("server settings changed", {{"by", caller.user.value}});
  v1::UpdateServerResponse response;
  *response.mutable_server() = present_server(facts, version_, context_.limits);
  co_return response;
}

}  // namespace kith::chat

// Accounts of the server: what a newcomer must know, registration, invitations, the server's name and policy.
#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"
#include "base/task.hpp"
#include "chat/account_context.hpp"
#include "chat/caller.hpp"
#include "kith/v1/auth.pb.h"
#include "store/store.hpp"

namespace kith::chat {

namespace v1 = ::kith::v1;

/// Runs in the transaction that makes an account, after its row exists: makes the welcome room for the first account,
/// lets later ones join it. Returns the room to open first, 0 if there is none. An error undoes the registration.
using OnAccountCreated = std::function<Result<RoomId>(store::WriteTransaction&, UserId user, bool is_first)>;

/// AuthService's calls that are not about a session. Callable from any thread.
class AccountService {
 public:
  AccountService(const AccountContext& context, std::string version, OnAccountCreated on_account_created);

  /// Needs no session.
  Task<Result<v1::GetServerResponse>> get_server(v1::GetServerRequest request);
  /// Makes an account and its first session; the first account becomes the owner whatever the policy says. Errors:
  /// kMissingField, kInvalidField, kTooLong (username, password, display_name, device_name, server_name), kNameTaken,
  /// kRegistrationClosed, kInvitationRequired, kBusy.
  Task<Result<v1::RegisterResponse>> register_account(RequestContext from, v1::RegisterRequest request);
  /// Owner and admins. Errors: kNotAllowed, kInvalidField (uses, valid_hours), kTooMany (invitations).
  Task<Result<v1::CreateInvitationResponse>> create_invitation(Caller caller, v1::CreateInvitationRequest request);
  /// Owner and admins. Errors: kNotAllowed, kMissingField, kInvalidField, kTooLong (name, registration).
  Task<Result<v1::UpdateServerResponse>> update_server(Caller caller, v1::UpdateServerRequest request);

 private:
  AccountContext context_;
  std::string version_;
  OnAccountCreated on_account_created_;
};

}  // namespace kith::chat

// Sessions: signing in and out, the list of one's sessions, ending them at once, changing the password.
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "chat/account_context.hpp"
#include "chat/caller.hpp"
#include "kith/v1/auth.pb.h"

namespace kith::chat {

namespace v1 = ::kith::v1;

/// AuthService's calls about sessions. Callable from any thread.
class SessionService {
 public:
  explicit SessionService(const AccountContext& context);

  /// Signs in. An unknown name, a wrong password and a deactivated account give the same error after the same work.
  /// Beyond `sessions_per_user` the session unused for longest ends. Errors: kMissingField, kTooLong,
  /// kWrongCredentials, kLoginBackoff with retry_after_ms, kBusy.
  Task<Result<v1::LoginResponse>> login(RequestContext from, v1::LoginRequest request);
  Task<Result<v1::LogoutResponse>> logout(Caller caller, v1::LogoutRequest request);
  Task<Result<v1::ListSessionsResponse>> list_sessions(Caller caller, v1::ListSessionsRequest request);
  /// Errors: kSessionNotFound, also for another user's session.
  Task<Result<v1::RevokeSessionResponse>> revoke_session(Caller caller, v1::RevokeSessionRequest request);
  /// Ends all other sessions. Errors: kWrongCredentials, kLoginBackoff, kMissingField, kInvalidField, kTooLong.
  Task<Result<v1::ChangePasswordResponse>> change_password(Caller caller, v1::ChangePasswordRequest request);

  /// Saves when sessions were last used; to be called once a minute and before the end.
  Task<Result<>> save_seen();

 private:
  AccountContext context_;
};

}  // namespace kith::chat

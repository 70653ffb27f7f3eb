// People: the caller, profiles, the directory, the caller's settings and presence.
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "chat/account_context.hpp"
#include "chat/caller.hpp"
#include "kith/v1/user.pb.h"

namespace kith::chat {

namespace v1 = ::kith::v1;

/// The use cases of `kith.v1.UserService`. Callable from any thread.
class UserService {
 public:
  explicit UserService(const AccountContext& context);

  Task<Result<v1::GetMeResponse>> get_me(Caller caller, v1::GetMeRequest request);
  /// Errors: kMissingField, kInvalidField, kTooLong (display_name, bio, presence_privacy).
  Task<Result<v1::UpdateProfileResponse>> update_profile(Caller caller, v1::UpdateProfileRequest request);
  /// Deactivated users are left out; pages are never longer than `page_size`. Errors: kTooLong (query), kBadCursor.
  Task<Result<v1::ListUsersResponse>> list_users(Caller caller, v1::ListUsersRequest request);
  /// Errors: kMissingField, kTooMany (user_ids), kUserNotFound if none of them exists.
  Task<Result<v1::GetUserResponse>> get_user(Caller caller, v1::GetUserRequest request);
  /// Errors: kMissingField, kInvalidField, kTooLong (setting.key, setting.value), kTooMany (settings).
  Task<Result<v1::SetSettingResponse>> set_setting(Caller caller, v1::SetSettingRequest request);
  /// A device without a connection has no presence: then nothing changes. Errors: kInvalidField (state).
  Task<Result<v1::SetPresenceResponse>> set_presence(Caller caller, v1::SetPresenceRequest request);

  /// Saves when users were last seen; to be called every five minutes and before the end.
  Task<Result<>> save_seen();

 private:
  AccountContext context_;
};

}  // namespace kith::chat

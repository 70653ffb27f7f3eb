// The rows behind a new session and the end of one: what registration, login and password change have in common.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "chat/caller.hpp"
#include "chat/secret_token.hpp"
#include "store/store.hpp"

namespace kith::chat {

/// What a client calls itself: as the request says, else as the User-Agent hints. Errors: kTooLong, kInvalidField
/// (device_name).
Result<std::string> session_name(std::string_view asked, const RequestContext& from, const Limits& limits);

/// A session just made, and those that had to end for it.
struct StartedSession {
  DeviceId device;
  std::vector<DeviceId> ended;
};

/// Inserts a session; beyond `sessions_per_user` those unused for longest end. Forgets sessions ended long ago.
Result<StartedSession> start_session(store::WriteTransaction& transaction, UserId user, std::string_view name,
                                     const TokenHash& token, const Limits& limits);
/// Ends a living session and tells its connections; false if it had ended before.
Result<bool> end_session(store::WriteTransaction& transaction, UserId user, DeviceId device);

}  // namespace kith::chat

// What the account services share beside what every use case has: tokens, passwords, presence.
#pragma once

#include "base/random.hpp"
#include "chat/context.hpp"
#include "chat/login_throttle.hpp"
#include "chat/password.hpp"
#include "chat/presence.hpp"
#include "chat/session_cache.hpp"

namespace kith::chat {

/// Handed to each account service; everything in it outlives the services and may be called from any thread.
struct AccountContext : Context {
  Random& random;
  PasswordHasher& passwords;
  LoginThrottle& throttle;
  SessionCache& sessions;
  PresenceTracker& presence;
};

}  // namespace kith::chat

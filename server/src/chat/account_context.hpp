// What the account services share: ports, limits and the state kept in memory.
#pragma once

#include <string>

#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "chat/id_codec.hpp"
#include "chat/login_throttle.hpp"
#include "chat/password.hpp"
#include "chat/presence.hpp"
#include "chat/session_cache.hpp"
#include "store/store.hpp"

namespace kith::chat {

/// Handed to each account service; everything in it outlives the services and may be called from any thread.
struct AccountContext {
  store::Store& store;
  const Clock& clock;
  Random& random;
  const Limits& limits;
  const IdCodec& ids;
  PasswordHasher& passwords;
  LoginThrottle& throttle;
  SessionCache& sessions;
  PresenceTracker& presence;
};

}  // namespace kith::chat

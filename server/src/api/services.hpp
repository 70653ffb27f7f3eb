// The use cases behind the wire, as api/ calls them; made and owned by app/.
#pragma once

#include "call/call_service.hpp"
#include "chat/account_service.hpp"
#include "chat/admin_service.hpp"
#include "chat/context.hpp"
#include "chat/hub.hpp"
#include "chat/message_service.hpp"
#include "chat/presence.hpp"
#include "chat/room_service.hpp"
#include "chat/search_service.hpp"
#include "chat/session_cache.hpp"
#include "chat/session_service.hpp"
#include "chat/sync_service.hpp"
#include "chat/user_service.hpp"

namespace kith::api {

struct Services {
  const chat::Context& context;
  chat::AccountService& accounts;
  chat::SessionService& sessions;
  chat::UserService& users;
  chat::RoomService& rooms;
  chat::MessageService& messages;
  chat::SyncService& sync;
  chat::SearchService& search;
  call::CallService& calls;
  chat::AdminService& administration;
  chat::SessionCache& session_cache;
  chat::PresenceTracker& presence;
};

}  // namespace kith::api

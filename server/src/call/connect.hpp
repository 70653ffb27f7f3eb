// What a client says when its signalling socket opens: who it is, what it may and how it wants to be served.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "sfu/media_control.hpp"

namespace kith::call {

/// What a client says of itself. Untrusted words that only choose work-arounds.
struct ClientInfo {
  std::string sdk;  ///< "js", "node", "swift"…
  std::string version;
  std::string os;
  std::string browser;
  std::string browser_version;
  int32_t client_protocol = 0;  ///< formats it understands from other clients; told to them
  std::vector<std::string> capabilities;
};

/// A verified token's claims and the query of the upgrade. Sizes are those of a request header.
struct Connect {
  CallId call;
  UserId user;
  std::string call_name;  ///< the call's id as clients know it
  std::string identity;   ///< the user's id as clients know it
  std::string name;
  sfu::Permissions permissions;
  bool can_update_metadata = false;

  ClientInfo client;
  bool auto_subscribe = true;
  bool adaptive_stream = false;
  bool may_pause = false;
  bool disable_ice_lite = false;
  std::string resume_sid;  ///< "PA_…" of the session to go on with; empty: a new one
};

}  // namespace kith::call

// What a client says when its signalling socket opens: who it is, what it may and how it wants to be served.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sfu/media_control.hpp"

namespace kith::call {

/// What a client says of itself (spec: ClientInfo). Untrusted words that only choose work-arounds; each at most 64
/// bytes.
struct ClientInfo {
  std::string sdk;  ///< "js", "node", "swift"…
  std::string version;
  std::string os;
  std::string os_version;
  std::string device_model;
  std::string browser;
  std::string browser_version;
  int32_t protocol = 0;         ///< of the signalling
  int32_t client_protocol = 0;  ///< of what clients send one another; told to the others
  std::vector<std::string> capabilities;
};

/// A verified token's claims and the query of the upgrade. Sizes are those of a request header.
struct Connect {
  std::string call;      ///< the call's id as clients know it
  std::string identity;  ///< the user's id as clients know it
  std::string name;
  std::string metadata;
  std::map<std::string, std::string> attributes;
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

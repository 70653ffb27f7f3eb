// Who asks: what every use case is told about a request.
#pragma once

#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/model.hpp"

namespace kith::chat {

/// A signed-in request.
struct Caller {
  UserId user;
  DeviceId device;
  model::ServerRole role = model::ServerRole::kUser;

  bool operator==(const Caller&) const = default;
};

/// A request before anybody is signed in. `address`: IPv4, or the /64 of IPv6, as text: what limits are counted by.
/// `device_name`: from the User-Agent, used when the request names none.
struct RequestContext {
  std::string address;
  std::string device_name;
};

}  // namespace kith::chat

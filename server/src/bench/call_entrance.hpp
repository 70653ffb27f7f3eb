// How a simulated participant gets into a call: by the API, as the web client does.
#pragma once

#include <string>

#include "base/result.hpp"
#include "net/http_client.hpp"

namespace kith::bench {

struct CallEntrance {
  std::string call;    ///< its id
  std::string target;  ///< path and query of the signalling socket, as SDKs make them
};

/// Starts a call in the first room of the user `token` belongs to, or finds the one going on there.
Result<CallEntrance> start_call(const net::ClientOptions& options, const std::string& token);
/// Lets the user into a call.
Result<CallEntrance> join_call(const net::ClientOptions& options, const std::string& token, const std::string& call);

}  // namespace kith::bench

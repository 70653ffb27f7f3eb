// How a LiveKit client describes itself and its wishes in the address it connects to.
#pragma once

#include <string>
#include <string_view>

#include "call/connect.hpp"

namespace kith::api {

/// The value of a query's parameter, percent-decoded; empty if there is none. The first one counts.
std::string query_value(std::string_view query, std::string_view name);
/// Fills in what the query says: everything but who it is and what it may, which only a token can tell. The browser may
/// be missing there: livekit-client 2.23 leaves it to the header `User-Agent`.
void read_call_query(std::string_view query, std::string_view user_agent, call::Connect& connect);

}  // namespace kith::api

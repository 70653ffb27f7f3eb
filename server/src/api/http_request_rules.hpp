// What an HTTP request is allowed to be before any use case sees it: its token, its origin, its form.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/wire.hpp"
#include "net/http_message.hpp"

namespace kith::api {

inline constexpr std::string_view kSessionCookie = "kith_session";
/// Where the media of calls is negotiated: what CallAccess names, and what clients append to.
inline constexpr std::string_view kCallPath = "/api/call";

/// The token of `Authorization: Bearer`; empty if there is none.
std::string bearer_token(const net::Request& request);
/// The session token of a request: `Authorization: Bearer`, else the cookie; empty if there is none.
std::string session_token(const net::Request& request);
/// True if the request comes from another site's page: it has an Origin that is not this server's own. Requests without
/// an Origin are no browser's, or are safe ones.
bool is_foreign_origin(const net::Request& request);
/// JSON or binary by Content-Type; nullopt for anything else.
std::optional<Form> form_of(const net::Request& request);
/// Set-Cookie for a new session, and for one that ended (empty token). `HttpOnly; SameSite=Lax`, `Secure` under TLS.
std::string session_cookie(const net::Request& request, std::string_view token);
/// Where a client that sent this request finds WebSockets: scheme and authority, e.g. "wss://chat.example.org".
std::string socket_origin(const net::Request& request);
/// What failed logins and signed-out calls are counted by: the IPv4 address, or the /64 of an IPv6 one.
std::string address_key(const net::Address& address);
/// A short name of the client for the list of sessions, e.g. "Firefox on Linux"; from User-Agent.
std::string device_name(std::string_view user_agent);

}  // namespace kith::api

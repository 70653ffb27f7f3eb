// Requests and responses as bytes (RFC 9112).
#pragma once

#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace kith::net {

struct ResponseFraming {
  std::string_view date;         ///< Date header's value
  bool keeps_alive = true;       ///< else "Connection: close" is said
  bool says_keep_alive = false;  ///< HTTP/1.0 clients need it in words
};

/// Appends status line and header; 204, 304 and 1xx get no Content-Length. Control characters become spaces.
void put_response_head(std::string& out, const Response& response, const ResponseFraming& framing);
/// True if a response of this status carries a body (RFC 9110 §6.4.1).
bool has_body(int status);
/// Appends the answer to a WebSocket handshake (RFC 6455 §4.2.2).
void put_upgrade_head(std::string& out, std::string_view accept, const Headers& headers, std::string_view date);
/// Appends a request; Content-Length only if there is a body or the method usually has one.
void put_request(std::string& out, std::string_view method, std::string_view target, std::string_view host,
                 const Headers& headers, std::string_view body);

}  // namespace kith::net

// The web client inside the binary: embedded files by path, stored compressed.
#pragma once

#include <string_view>

#include "net/http_message.hpp"

namespace kith::api {

/// Answers GET and HEAD of the client's files. A path without a file and without a dot is an address inside the client
/// (`/room/…`) and gets its page. Files with a hash in their name may be cached for ever, others are checked by ETag.
net::Response static_response(const net::Request& request);

/// The policy that lets the page run its own code and talk to its own server only.
extern const std::string_view kContentSecurityPolicy;

}  // namespace kith::api

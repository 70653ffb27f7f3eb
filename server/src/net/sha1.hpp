// SHA-1 (RFC 3174), for the WebSocket handshake, which demands it: it protects nothing there.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace kith::net {

/// 20 bytes, in network order.
std::array<char, 20> sha1(std::string_view bytes);

}  // namespace kith::net

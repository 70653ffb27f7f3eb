// The ICE candidates of a media thread: where clients are told to find it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "net/address.hpp"

namespace kith::api {

/// Most addresses offered: a client checks each of them with each of its own.
inline constexpr size_t kCandidateAddressesMax = 16;

struct MediaPorts {
  uint16_t udp = 0;
  uint16_t tcp = 0;  ///< 0: no TCP
};

/// Lines for "a=candidate:" without "a=": first each address over UDP, then over TCP (passive). Priorities fall in this
/// order (RFC 8445 §5.1.2.1, RFC 6544 §4.2). Addresses beyond the limit are left out.
std::vector<std::string> candidate_lines(const std::vector<net::Address>& addresses, const MediaPorts& ports);

/// The addresses to offer if none were configured: those of the interfaces, and the loopback ones if the server serves
/// nobody else.
std::vector<net::Address> default_media_addresses(const std::vector<net::Address>& interfaces, bool is_local_server);

}  // namespace kith::api

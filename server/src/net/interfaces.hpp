// The addresses of this machine's network interfaces.
#pragma once

#include <vector>

#include "net/address.hpp"

namespace kith::net {

/// Addresses others may reach this machine at: of interfaces that are up, IPv4 before IPv6, port 0. Without loopback
/// and link-local ones, which mean nothing elsewhere.
std::vector<Address> interface_addresses();

[[nodiscard]] bool is_loopback(const Address& address);
[[nodiscard]] bool is_link_local(const Address& address);

}  // namespace kith::net

// Addresses of peers and listeners, and ranges of them (trusted proxies, limits per address).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct sockaddr;
struct sockaddr_storage;

namespace kith::net {

/// An IP address and a port. IPv4 is kept as IPv4-mapped IPv6, so one form serves both.
struct Address {
  std::array<uint8_t, 16> ip{};
  uint16_t port = 0;

  auto operator<=>(const Address&) const = default;

  [[nodiscard]] bool is_v4() const;
  /// "192.0.2.1" or "2001:db8::1", without port.
  [[nodiscard]] std::string ip_text() const;
  /// "192.0.2.1:80" or "[2001:db8::1]:80".
  [[nodiscard]] std::string text() const;

  /// Numeric IPv4 or IPv6 without port; nullopt for anything else (names are not resolved).
  static std::optional<Address> parse_ip(std::string_view text, uint16_t port = 0);
  /// "host:port", "[v6]:port" or ":port" (all addresses); host is numeric, "localhost" or a name to resolve.
  /// `kInvalidField` if malformed or unknown.
  static Result<Address> parse(std::string_view text);

  static Address from_sockaddr(const sockaddr_storage& socket_address);
  /// Writes the address in the form the kernel wants; returns the used length.
  uint32_t to_sockaddr(sockaddr_storage& out) const;
};

/// The address a socket is bound to.
Address bound_address(int descriptor);

/// Addresses with a common prefix: "10.0.0.0/8", "2001:db8::/32" or one address.
struct AddressRange {
  Address base;
  int prefix_bits = 128;  ///< of the 16-byte form: 0 to 128

  [[nodiscard]] bool contains(const Address& address) const;
  static std::optional<AddressRange> parse(std::string_view text);
};

}  // namespace kith::net

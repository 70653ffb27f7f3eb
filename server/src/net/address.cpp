#include "net/address.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

namespace kith::net {
namespace {

constexpr std::array<uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

Address from_v4(const in_addr& v4, uint16_t port) {
  Address address{.ip = {}, .port = port};
  std::ranges::copy(kV4Prefix, address.ip.begin());
  std::memcpy(address.ip.data() + kV4Prefix.size(), &v4, sizeof v4);
  return address;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Address> resolve(const std::string& host, uint16_t port) {
  const addrinfo hints{.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return std::nullopt;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  sockaddr_storage storage{};
  std::memcpy(&storage, found->ai_addr, found->ai_addrlen);
  Address address = Address::from_sockaddr(storage);
  address.port = port;
  return address;
}

}  // namespace

bool Address::is_v4() const { return std::equal(kV4Prefix.begin(), kV4Prefix.end(), ip.begin()); }

std::string Address::ip_text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = is_v4();
  inet_ntop(v4 ? AF_INET : AF_INET6, ip.data() + (v4 ? kV4Prefix.size() : 0), text.data(), text.size());
  return text.data();
}

std::string Address::text() const {
  const std::string host = is_v4() ? ip_text() : "[" + ip_text() + "]";
  return host + ":" + std::to_string(port);
}

std::optional<Address> Address::parse_ip(std::string_view text, uint16_t port) {
  const std::string terminated(text);
  if (in_addr v4{}; inet_pton(AF_INET, terminated.c_str(), &v4) == 1) return from_v4(v4, port);
  Address address{.ip = {}, .port = port};
  if (inet_pton(AF_INET6, terminated.c_str(), address.ip.data()) == 1) return address;
  return std::nullopt;
}

Result<Address> Address::parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail(Reason::kInvalidField, "An address is HOST:PORT.");
  const auto port = parse_number<uint16_t>(text.substr(colon + 1));
  if (!port) return fail(Reason::kInvalidField, "A port is a number from 0 to 65535.");
  std::string_view host = text.substr(0, colon);
  if (host.empty()) return Address{.ip = {}, .port = *port};
  const bool is_bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  if (!is_bracketed && host.contains(':')) {
    return fail(Reason::kInvalidField, "An IPv6 address stands in brackets: [::1]:8080.");
  }
  if (auto address = parse_ip(host, *port)) return *address;
  if (auto address = resolve(std::string(host), *port)) return *address;
  return fail(Reason::kInvalidField, "The host has no address: " + std::string(host));
}

Address Address::from_sockaddr(const sockaddr_storage& socket_address) {
  if (socket_address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &socket_address, sizeof v4);
    return from_v4(v4.sin_addr, ntohs(v4.sin_port));
  }
  if (socket_address.ss_family != AF_INET6) return {};
  sockaddr_in6 v6{};
  std::memcpy(&v6, &socket_address, sizeof v6);
  Address address{.ip = {}, .port = ntohs(v6.sin6_port)};
  std::memcpy(address.ip.data(), &v6.sin6_addr, address.ip.size());
  return address;
}

uint32_t Address::to_sockaddr(sockaddr_storage& out) const {
  out = {};
  if (is_v4()) {
    sockaddr_in v4{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
    std::memcpy(&v4.sin_addr, ip.data() + kV4Prefix.size(), sizeof v4.sin_addr);
    std::memcpy(&out, &v4, sizeof v4);
    return sizeof v4;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, ip.data(), ip.size());
  std::memcpy(&out, &v6, sizeof v6);
  return sizeof v6;
}

bool AddressRange::contains(const Address& address) const {
  int left = prefix_bits;
  for (size_t i = 0; i < address.ip.size() && left > 0; ++i, left -= 8) {
    const auto mask = static_cast<uint8_t>(left >= 8 ? 0xFF : 0xFF << (8 - left));
    if (((address.ip[i] ^ base.ip[i]) & mask) != 0) return false;
  }
  return true;
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto base = Address::parse_ip(text.substr(0, slash));
  if (!base) return std::nullopt;
  if (slash == std::string_view::npos) return AddressRange{.base = *base};
  const int bits_max = base->is_v4() ? 32 : 128;
  const auto bits = parse_number<int>(text.substr(slash + 1));
  if (!bits || *bits < 0 || *bits > bits_max) return std::nullopt;
  return AddressRange{.base = *base, .prefix_bits = 128 - bits_max + *bits};
}

Address bound_address(int descriptor) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size);
  return Address::from_sockaddr(storage);
}

}  // namespace kith::net

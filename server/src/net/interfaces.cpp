#include "net/interfaces.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace kith::net {
namespace {

bool is_in(const Address& address, std::string_view range) { return AddressRange::parse(range)->contains(address); }

}  // namespace

bool is_loopback(const Address& address) { return is_in(address, "127.0.0.0/8") || is_in(address, "::1"); }

bool is_link_local(const Address& address) { return is_in(address, "169.254.0.0/16") || is_in(address, "fe80::/10"); }

std::vector<Address> interface_addresses() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
  std::vector<Address> addresses;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0) continue;
    const int family = entry->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    sockaddr_storage storage{};
    std::memcpy(&storage, entry->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    Address address = Address::from_sockaddr(storage);
    address.port = 0;
    if (!is_loopback(address) && !is_link_local(address)) addresses.push_back(address);
  }
  std::ranges::stable_partition(addresses, &Address::is_v4);
  return addresses;
}

}  // namespace kith::net

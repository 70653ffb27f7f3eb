#include "net/interfaces.hpp"

#include <gtest/gtest.h>

namespace kith::net {
namespace {

Address ip(const char* text) { return *Address::parse_ip(text); }

TEST(Interfaces, own_addresses_are_ones_others_can_use) {
  bool is_v6_part = false;
  for (const Address& address : interface_addresses()) {
    EXPECT_FALSE(is_loopback(address) || is_link_local(address)) << address.text();
    EXPECT_EQ(address.port, 0);
    is_v6_part = is_v6_part || !address.is_v4();
    EXPECT_EQ(address.is_v4(), !is_v6_part) << "IPv4 comes first";
  }
}

TEST(Interfaces, addresses_without_meaning_elsewhere_are_recognised) {
  EXPECT_TRUE(is_loopback(ip("127.0.0.1")));
  EXPECT_TRUE(is_loopback(ip("127.1.2.3")));
  EXPECT_TRUE(is_loopback(ip("::1")));
  EXPECT_FALSE(is_loopback(ip("128.0.0.1")));
  EXPECT_FALSE(is_loopback(ip("::2")));
  EXPECT_TRUE(is_link_local(ip("169.254.1.1")));
  EXPECT_TRUE(is_link_local(ip("fe80::1")));
  EXPECT_FALSE(is_link_local(ip("2001:db8::1")));
  EXPECT_FALSE(is_link_local(ip("192.168.1.1")));
}

}  // namespace
}  // namespace kith::net

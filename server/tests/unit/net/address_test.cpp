#include "net/address.hpp"

#include <gtest/gtest.h>

#include "net/address_count.hpp"

namespace kith::net {
namespace {

TEST(Address, is_read_and_written_in_both_families) {
  EXPECT_EQ(Address::parse("127.0.0.1:80")->text(), "127.0.0.1:80");
  EXPECT_EQ(Address::parse("[2001:db8::1]:8080")->text(), "[2001:db8::1]:8080");
  EXPECT_EQ(Address::parse(":9000")->text(), "[::]:9000");
  EXPECT_EQ(Address::parse("localhost:1")->port, 1);
  EXPECT_TRUE(Address::parse_ip("::ffff:10.0.0.1")->is_v4());
  for (const char* bad :
       {"", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:", "::1:80", "no such host:1"}) {
    EXPECT_FALSE(Address::parse(bad).has_value()) << bad;
  }
  EXPECT_FALSE(Address::parse_ip("1.2.3").has_value());
}

TEST(AddressRange, contains_what_shares_its_prefix) {
  const auto range = *AddressRange::parse("10.20.0.0/15");
  EXPECT_TRUE(range.contains(*Address::parse_ip("10.21.255.255")));
  EXPECT_FALSE(range.contains(*Address::parse_ip("10.22.0.0")));
  EXPECT_FALSE(range.contains(*Address::parse_ip("::1")));
  EXPECT_TRUE(AddressRange::parse("2001:db8::/33")->contains(*Address::parse_ip("2001:db8:7fff::1")));
  EXPECT_FALSE(AddressRange::parse("2001:db8::/33")->contains(*Address::parse_ip("2001:db8:8000::1")));
  EXPECT_TRUE(AddressRange::parse("0.0.0.0/0")->contains(*Address::parse_ip("203.0.113.1")));
  EXPECT_FALSE(AddressRange::parse("10.0.0.0/33").has_value());
  EXPECT_FALSE(AddressRange::parse("10.0.0.0/x").has_value());
}

TEST(AddressCount, counts_an_ipv6_network_as_one_client_and_gives_back) {
  AddressCount count(2);
  auto first = count.take(*Address::parse_ip("2001:db8::1"));
  auto second = count.take(*Address::parse_ip("2001:db8::2"));
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(count.take(*Address::parse_ip("2001:db8::3")));
  EXPECT_TRUE(count.take(*Address::parse_ip("2001:db8:0:1::1")));
  EXPECT_TRUE(count.take(*Address::parse_ip("192.0.2.1")));
  second.reset();
  EXPECT_TRUE(count.take(*Address::parse_ip("2001:db8::3")));
}

}  // namespace
}  // namespace kith::net

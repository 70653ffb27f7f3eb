#include "api/candidates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rtc/sdp.hpp"

namespace kith::api {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

net::Address ip(const char* text) { return *net::Address::parse_ip(text); }

TEST(Candidates, each_address_is_offered_over_udp_then_tcp) {
  EXPECT_THAT(candidate_lines({ip("192.0.2.1"), ip("2001:db8::1")}, {.udp = 7882, .tcp = 7881}),
              ElementsAre("candidate:1 1 udp 2130706431 192.0.2.1 7882 typ host",
                          "candidate:2 1 udp 2130706175 2001:db8::1 7882 typ host",
                          "candidate:3 1 tcp 1520435199 192.0.2.1 7881 typ host tcptype passive",
                          "candidate:4 1 tcp 1520434943 2001:db8::1 7881 typ host tcptype passive"));
}

TEST(Candidates, without_a_tcp_port_there_is_only_udp) {
  EXPECT_THAT(candidate_lines({ip("192.0.2.1")}, {.udp = 7882}), SizeIs(1));
}

TEST(Candidates, every_line_reads_back_and_priorities_fall) {
  std::vector<net::Address> addresses(kCandidateAddressesMax + 1, ip("192.0.2.1"));
  const auto lines = candidate_lines(addresses, {.udp = 1, .tcp = 2});
  ASSERT_THAT(lines, SizeIs(2 * kCandidateAddressesMax));
  uint32_t last = UINT32_MAX;
  for (const std::string& line : lines) {
    const auto candidate = rtc::SdpCandidate::parse(line);
    ASSERT_TRUE(candidate) << line;
    EXPECT_LT(candidate->priority, last) << line;
    last = candidate->priority;
  }
}

TEST(Candidates, loopback_is_offered_by_servers_that_serve_nobody_else) {
  const std::vector<net::Address> interfaces = {ip("192.0.2.1")};
  EXPECT_THAT(default_media_addresses(interfaces, false), ElementsAre(ip("192.0.2.1")));
  EXPECT_THAT(default_media_addresses(interfaces, true), ElementsAre(ip("192.0.2.1"), ip("127.0.0.1")));
  EXPECT_THAT(default_media_addresses({}, false), ElementsAre(ip("127.0.0.1")));
}

}  // namespace
}  // namespace kith::api

#include "net/udp_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "net_fixture.hpp"

namespace kith::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Remembers what came, as text.
struct Received final : DatagramHandler {
  void handle_datagram(Instant, const rtc::Path& path, rtc::MutableBytes datagram) override {
    datagrams.emplace_back(rtc::as_text(datagram));
    paths.push_back(path);
  }
  void handle_closed(const rtc::Path&) override {}
  std::vector<std::string> datagrams;
  std::vector<rtc::Path> paths;
};

/// A socket on loopback that is read when told.
struct Peer {
  explicit Peer(const char* ip = "127.0.0.1", bool segments = true, bool keeps_addresses = false)
      : socket(*UdpSocket::bind(
            {.address = *Address::parse_ip(ip), .segments = segments, .keeps_addresses = keeps_addresses})) {
    EXPECT_TRUE(socket->start(*reactor, received));
  }
  /// Where it is reached at this loopback address.
  [[nodiscard]] rtc::Path path(const char* ip = "127.0.0.1") const {
    return {.remote = {.ip = Address::parse_ip(ip)->ip, .port = socket->address().port}};
  }
  void send(const rtc::Path& to, std::string_view text) {
    rtc::Outbox outbox;
    outbox.send(to, rtc::as_bytes(text));
    socket->send(outbox);
  }
  const std::vector<std::string>& read() {
    for (int pass = 0; pass < 4; ++pass) reactor->run_pass(Duration::zero());
    return received.datagrams;
  }

  TestClock clock;
  std::unique_ptr<Reactor> reactor = *Reactor::create(clock);
  Received received;
  std::unique_ptr<UdpSocket> socket;
};

TEST(UdpSocket, datagrams_go_there_and_back) {
  Peer server;
  Peer client;
  client.send(server.path(), "hello");
  EXPECT_THAT(server.read(), ElementsAre("hello"));
  ASSERT_THAT(server.received.paths, ElementsAre(client.path()));
  server.send(server.received.paths[0], "hello back");
  EXPECT_THAT(client.read(), ElementsAre("hello back"));
}

TEST(UdpSocket, one_socket_serves_both_versions_of_ip) {
  Peer server("::");
  Peer v4("127.0.0.1");
  Peer v6("::1");
  v4.send(server.path("127.0.0.1"), "four");
  v6.send(server.path("::1"), "six");
  EXPECT_THAT(server.read(), ElementsAre("four", "six"));
  EXPECT_TRUE(server.received.paths[0].remote.is_v4());
  for (const rtc::Path& path : server.received.paths) server.send(path, "back");
  EXPECT_THAT(v4.read(), ElementsAre("back"));
  EXPECT_THAT(v6.read(), ElementsAre("back"));
}

/// Sends `packets` packets, each to every subscriber in turn, as a forwarded key frame does.
void expect_burst_in_order(bool segments, uint64_t groups_per_subscriber) {
  constexpr size_t kSubscribers = 20;
  constexpr size_t kPackets = 12;
  Peer server("127.0.0.1", segments);
  std::vector<std::unique_ptr<Peer>> subscribers;
  for (size_t i = 0; i < kSubscribers; ++i) subscribers.push_back(std::make_unique<Peer>("127.0.0.1", segments));
  rtc::Outbox outbox;
  std::vector<std::string> packets;
  for (size_t packet = 0; packet < kPackets; ++packet) {
    packets.emplace_back(packet + 1 == kPackets ? 300 : 1200, static_cast<char>('a' + packet));
    for (const auto& subscriber : subscribers) outbox.send(subscriber->path(), rtc::as_bytes(packets.back()));
  }
  server.socket->send(outbox);
  for (const auto& subscriber : subscribers) EXPECT_EQ(subscriber->read(), packets);
  const UdpMetrics& metrics = server.socket->metrics();
  EXPECT_EQ(metrics.datagrams_out.value(), kSubscribers * kPackets);
  EXPECT_EQ(metrics.groups_out.value(), kSubscribers * groups_per_subscriber);
  EXPECT_EQ(metrics.dropped_full.value() + metrics.dropped_refused.value(), 0U);
}

TEST(UdpSocket, burst_arrives_in_order_at_every_subscriber_in_one_group_each) { expect_burst_in_order(true, 1); }

TEST(UdpSocket, burst_arrives_in_order_where_the_kernel_cannot_segment) { expect_burst_in_order(false, 12); }

TEST(UdpSocket, more_than_one_call_takes_leaves_whole) {
  Peer server;
  Peer client;
  rtc::Outbox outbox;
  std::vector<std::string> sent;
  for (size_t i = 0; i < 200; ++i) {
    sent.push_back("datagram " + std::to_string(i) + std::string(i % 3, '.'));  // sizes that cannot be joined
    outbox.send(client.path(), rtc::as_bytes(sent.back()));
  }
  server.socket->send(outbox);
  EXPECT_EQ(client.read(), sent);
  EXPECT_EQ(client.socket->metrics().datagrams_in.value(), 200U);
}

TEST(UdpSocket, destination_that_is_refused_costs_only_its_own_datagrams) {
  Peer server;
  Peer client;
  rtc::Outbox outbox;
  const rtc::Path nowhere{.remote = rtc::Endpoint::v4(192, 0, 2, 1, 9)};  // not reachable from a loopback address
  for (const char* text : {"one", "two"}) {
    outbox.send(nowhere, rtc::as_bytes(text));
    outbox.send(client.path(), rtc::as_bytes(text));
  }
  server.socket->send(outbox);
  EXPECT_THAT(client.read(), ElementsAre("one", "two"));
  EXPECT_EQ(server.socket->metrics().dropped_refused.value(), 2U);
  EXPECT_EQ(server.socket->metrics().datagrams_out.value(), 2U);
}

TEST(UdpSocket, datagram_over_the_limit_is_dropped_and_counted) {
  for (const bool segments : {true, false}) {
    Peer server("127.0.0.1", segments);
    Peer client;
    client.send(server.path(), std::string(kDatagramBytesMax, 'x'));
    EXPECT_THAT(server.read(), SizeIs(1));
    client.send(server.path(), std::string(kDatagramBytesMax + 1, 'x'));
    EXPECT_THAT(server.read(), SizeIs(1));
    EXPECT_EQ(server.socket->metrics().truncated.value(), 1U);
  }
}

TEST(UdpSocket, taken_port_is_told) {
  Peer server;
  const auto second = UdpSocket::bind({.address = server.socket->address()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, Reason::kInvalidField);
  EXPECT_NE(second.error().message.find(std::to_string(server.socket->address().port)), std::string::npos);
}

TEST(UdpSocket, answers_leave_from_the_address_the_peer_uses) {
  for (const bool segments : {true, false}) {
    Peer server("::", segments, true);
    Peer v4("0.0.0.0");
    Peer v6("::1");
    for (const char* ip : {"127.0.0.1", "127.0.0.2", "127.0.0.3"}) {
      v4.send(server.path(ip), ip);
      server.read();
      const rtc::Path path = server.received.paths.back();
      EXPECT_FALSE(path.is_tcp());
      rtc::Outbox outbox;
      for (int i = 0; i < 3; ++i) outbox.send(path, rtc::as_bytes(ip));
      server.socket->send(outbox);
      v4.read();
      for (int i = 0; i < 3; ++i) EXPECT_EQ(v4.received.paths.at(v4.received.paths.size() - 3 + i), server.path(ip));
    }
    EXPECT_EQ(std::set(server.received.paths.begin(), server.received.paths.end()).size(), 3U);
    v6.send(server.path("::1"), "six");
    server.read();
    server.send(server.received.paths.back(), "six");
    EXPECT_THAT(v6.read(), ElementsAre("six"));
    EXPECT_EQ(server.socket->metrics().dropped_refused.value(), 0U);
  }
}

TEST(UdpSocket, local_addresses_are_numbered_as_long_as_numbers_last) {
  LocalAddresses locals;
  for (uint32_t i = 1; i < rtc::Path::kTcpConnectionFirst; ++i) {
    EXPECT_EQ(locals.number_of({static_cast<uint8_t>(i)}), i);
  }
  EXPECT_EQ(locals.number_of({0, 1}), 0U);
  EXPECT_EQ(locals.number_of({7}), 7U);
  EXPECT_EQ(*locals.find(7), LocalAddresses::Ip{7});
  EXPECT_EQ(locals.find(0), nullptr);
  EXPECT_EQ(locals.find(rtc::Path::kTcpConnectionFirst), nullptr);
}

TEST(UdpSocket, datagrams_of_tcp_paths_are_somebody_elses) {
  Peer server;
  Peer client;
  rtc::Path path = client.path();
  path.connection = rtc::Path::kTcpConnectionFirst;
  server.send(path, "not for UDP");
  EXPECT_THAT(client.read(), IsEmpty());
}

}  // namespace
}  // namespace kith::net

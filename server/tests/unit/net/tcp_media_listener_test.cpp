#include "net/tcp_media_listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "net_fixture.hpp"
#include "rtc/stun.hpp"

namespace kith::net {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string framed(std::string_view datagram) {
  return std::string(rtc::as_text(rtc::tcp_frame_header(datagram.size()))) + std::string(datagram);
}

std::string stun_request() {
  std::array<uint8_t, rtc::kStunBytesMax> bytes{};
  rtc::StunWriter writer(bytes, rtc::StunClass::kRequest, {});
  return std::string(rtc::as_text(rtc::Bytes(bytes).first(writer.finish({}))));
}

/// A listener on loopback that runs when told, and what its handler saw.
class TcpMediaListenerTest : public testing::Test, public DatagramHandler {
 protected:
  void start(TcpMediaListener::Options options = {}) {
    options.address = *Address::parse_ip("127.0.0.1");
    listener = *TcpMediaListener::bind(options);
    listener->start(*reactor, *this);
  }
  void run() {
    for (int pass = 0; pass < 4; ++pass) reactor->run_pass(Duration::zero());
  }
  void advance(Duration by) {
    clock.advance(by);
    run();
  }
  void send(const rtc::Path& path, std::string_view datagram) {
    rtc::Outbox outbox;
    outbox.send(path, rtc::as_bytes(datagram));
    listener->send(outbox);
  }
  /// A client that has said its first words.
  std::unique_ptr<RawClient> connected() {
    auto client = std::make_unique<RawClient>(listener->address());
    client->send(framed(stun_request()));
    run();
    return client;
  }

  void handle_datagram(Instant, const rtc::Path& path, rtc::MutableBytes datagram) override {
    datagrams.emplace_back(rtc::as_text(datagram));
    paths.push_back(path);
  }
  void handle_closed(const rtc::Path& path) override { closed.push_back(path); }

  TestClock clock;
  std::unique_ptr<Reactor> reactor = *Reactor::create(clock);
  std::vector<std::string> datagrams;
  std::vector<rtc::Path> paths;
  std::vector<rtc::Path> closed;
  std::unique_ptr<TcpMediaListener> listener;  // tells of its connections when it ends
};

TEST_F(TcpMediaListenerTest, datagrams_go_there_and_back) {
  start();
  const auto client = connected();
  EXPECT_THAT(datagrams, ElementsAre(stun_request()));
  ASSERT_THAT(paths, SizeIs(1));
  EXPECT_TRUE(paths[0].is_tcp());
  client->send(framed("one") + framed("two"));
  run();
  EXPECT_THAT(datagrams, ElementsAre(stun_request(), "one", "two"));
  send(paths[0], "three");
  send(paths[0], "four");
  run();
  EXPECT_EQ(client->read_exactly(11), framed("three") + framed("four").substr(0, 4));
  EXPECT_EQ(client->read_exactly(2), "ur");
}

TEST_F(TcpMediaListenerTest, connections_have_numbers_of_their_own) {
  start();
  connected();
  run();
  connected();
  run();
  ASSERT_THAT(paths, SizeIs(2));
  EXPECT_NE(paths[0].connection, paths[1].connection);
  EXPECT_EQ(closed, paths);
  send(paths[0], "to somebody who has left");
  EXPECT_EQ(listener->metrics().datagrams_out.value(), 0U);
  EXPECT_EQ(listener->metrics().opened.value(), 2U);
  EXPECT_EQ(listener->metrics().open.value(), 0U);
}

TEST_F(TcpMediaListenerTest, who_does_not_begin_with_stun_is_closed) {
  start();
  RawClient client(listener->address());
  client.send("GET / HTTP/1.1\r\n\r\n");
  client.send(framed("hello"));
  run();
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_THAT(datagrams, IsEmpty());
  EXPECT_THAT(closed, IsEmpty());
}

TEST_F(TcpMediaListenerTest, who_says_nothing_for_ten_seconds_is_closed) {
  start();
  RawClient client(listener->address());
  run();
  advance(seconds(9));
  EXPECT_EQ(listener->metrics().open.value(), 1U);
  advance(seconds(2));
  EXPECT_EQ(listener->metrics().open.value(), 0U);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(TcpMediaListenerTest, peer_that_falls_silent_is_closed_and_its_path_told) {
  start();
  const auto client = connected();
  advance(seconds(39));
  client->send(framed("still here"));
  run();
  advance(seconds(39));
  EXPECT_THAT(closed, IsEmpty());
  advance(seconds(2));
  EXPECT_EQ(closed, std::vector{paths[0]});
}

TEST_F(TcpMediaListenerTest, datagram_over_the_limit_ends_the_connection) {
  start();
  const auto client = connected();
  client->send(framed(std::string(kDatagramBytesMax, 'x')));
  run();
  EXPECT_THAT(datagrams, SizeIs(2));
  client->send(framed(std::string(kDatagramBytesMax + 1, 'x')));
  run();
  EXPECT_THAT(datagrams, SizeIs(2));
  EXPECT_THAT(closed, SizeIs(1));
}

TEST_F(TcpMediaListenerTest, slow_reader_loses_whole_datagrams_and_nothing_grows) {
  start();
  const auto client = connected();
  const std::string datagram(1'000, 'x');
  constexpr size_t kSent = 50'000;
  for (size_t i = 0; i < kSent; ++i) {
    send(paths[0], datagram);
    if (i % 100 == 0) run();
  }
  const TcpMediaMetrics& metrics = listener->metrics();
  EXPECT_GT(metrics.dropped_full.value(), 0U);
  EXPECT_EQ(metrics.dropped_full.value() + metrics.datagrams_out.value(), kSent);
  for (size_t i = 0; i < metrics.datagrams_out.value(); ++i) {
    ASSERT_EQ(client->read_exactly(datagram.size() + 2), framed(datagram));
    run();
  }
}

TEST_F(TcpMediaListenerTest, connections_beyond_a_limit_are_refused) {
  start({.connections_max = 3, .connections_per_address = 2});
  RawClient first(listener->address());
  RawClient second(listener->address());
  RawClient third(listener->address());
  run();
  EXPECT_EQ(listener->metrics().open.value(), 2U);
  EXPECT_EQ(listener->metrics().refused.value(), 1U);
  EXPECT_EQ(third.read_to_end(), "");
}

TEST_F(TcpMediaListenerTest, connections_beyond_the_total_are_refused) {
  start({.connections_max = 1, .connections_per_address = 2});
  RawClient first(listener->address());
  RawClient second(listener->address());
  run();
  EXPECT_EQ(listener->metrics().open.value(), 1U);
  EXPECT_EQ(listener->metrics().refused.value(), 1U);
}

TEST_F(TcpMediaListenerTest, taken_port_is_told) {
  start();
  const auto second = TcpMediaListener::bind({.address = listener->address()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, Reason::kInvalidField);
}

TEST_F(TcpMediaListenerTest, all_connections_end_with_the_listener) {
  start();
  const auto client = connected();
  listener.reset();
  EXPECT_THAT(closed, SizeIs(1));
  EXPECT_EQ(client->read_to_end(), "");
}

}  // namespace
}  // namespace kith::net

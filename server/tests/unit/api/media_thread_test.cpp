#include "api/media_thread.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "net/system_clock.hpp"
#include "net/tcp_media_listener.hpp"
#include "rtc/stun.hpp"

namespace kith::api {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

rtc::Path path_to(const net::Address& address) { return {.remote = {.ip = address.ip, .port = address.port}}; }

/// Sends back what comes, at the end of the pass, and runs one timer.
struct EchoCore : MediaCore {
  void handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram, rtc::Outbox&) override {
    tell(now);
    waiting.emplace_back(path, rtc::as_text(datagram));
  }
  void finish_pass(Instant now, rtc::Outbox& outbox) override {
    tell(now);
    ++passes;
    for (const auto& [path, text] : waiting) outbox.send(path, rtc::as_bytes(text));
    waiting.clear();
  }
  std::optional<Instant> next_timeout() const override { return due; }
  void handle_timeout(Instant now, rtc::Outbox&) override {
    tell(now);
    EXPECT_LE(*due, now);
    due.reset();
    timed_out.set_value();
  }
  void forget_path(const rtc::Path& path) override { forgotten.set_value(path); }
  void tell(Instant now) {
    EXPECT_GE(now, newest);
    newest = now;
  }

  std::vector<std::pair<rtc::Path, std::string>> waiting;
  std::optional<Instant> due;
  Instant newest;
  size_t passes = 0;
  std::promise<void> timed_out;
  std::promise<rtc::Path> forgotten;
};

/// The other end: a UDP socket and a loop of its own.
struct UdpClient final : net::DatagramHandler {
  UdpClient() { EXPECT_TRUE(socket->start(*reactor, *this)); }
  void handle_datagram(Instant, const rtc::Path&, rtc::MutableBytes datagram) override {
    received.emplace_back(rtc::as_text(datagram));
  }
  void handle_closed(const rtc::Path&) override {}
  void send(const rtc::Path& to, const std::vector<std::string>& datagrams) {
    rtc::Outbox outbox;
    for (const std::string& datagram : datagrams) outbox.send(to, rtc::as_bytes(datagram));
    socket->send(outbox);
  }
  /// Waits until so many have come; gives up after ten seconds.
  const std::vector<std::string>& wait_for(size_t count) {
    const Instant end = clock.now() + std::chrono::seconds(10);
    while (received.size() < count && clock.now() < end) reactor->run_pass(milliseconds(100));
    return received;
  }

  net::SystemClock clock;
  std::unique_ptr<net::Reactor> reactor = *net::Reactor::create(clock);
  std::unique_ptr<net::UdpSocket> socket = *net::UdpSocket::bind({.address = *net::Address::parse_ip("127.0.0.1")});
  std::vector<std::string> received;
};

class MediaThreadTest : public testing::Test {
 protected:
  MediaThreadTest() {
    const net::Address loopback = *net::Address::parse_ip("127.0.0.1");
    thread = *MediaThread::create({.udp = loopback, .tcp = loopback}, clock);
    EXPECT_TRUE(thread->start(core));
  }
  /// Runs a job on the thread and waits for the end of its pass.
  void run(MediaThread::MediaJob job) {
    thread->post(std::move(job));
    std::promise<void> done;
    thread->post([&](Instant, rtc::Outbox&) { done.set_value(); });
    done.get_future().wait();
  }

  net::SystemClock clock;
  EchoCore core;
  std::unique_ptr<MediaThread> thread;
};

TEST_F(MediaThreadTest, datagrams_reach_the_core_and_its_answers_leave_with_the_pass) {
  UdpClient client;
  client.send(path_to(thread->udp_address()), {"one", "two", "three"});
  EXPECT_THAT(client.wait_for(3), ElementsAre("one", "two", "three"));
  thread->stop();
  MediaMetrics metrics;
  thread->add_to(metrics);
  EXPECT_EQ(metrics.datagrams_in, 3U);
  EXPECT_EQ(metrics.datagrams_out, 3U);
  EXPECT_EQ(metrics.bytes_in, 11U);
  EXPECT_EQ(metrics.dropped, 0U);
  EXPECT_LE(core.passes, 3U);
}

TEST_F(MediaThreadTest, jobs_run_in_order_and_may_send) {
  UdpClient client;
  const rtc::Path path = path_to(client.socket->address());
  for (const char* text : {"one", "two"}) {
    thread->post([path, text](Instant, rtc::Outbox& outbox) { outbox.send(path, rtc::as_bytes(text)); });
  }
  EXPECT_THAT(client.wait_for(2), ElementsAre("one", "two"));
}

TEST_F(MediaThreadTest, timer_runs_when_the_core_asked_for_it) {
  auto timed_out = core.timed_out.get_future();
  run([&](Instant now, rtc::Outbox&) { core.due = now + std::chrono::hours(1); });
  run([&](Instant now, rtc::Outbox&) { core.due = now + milliseconds(20); });
  EXPECT_EQ(timed_out.wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST_F(MediaThreadTest, timer_that_moved_back_does_not_run_early) {
  auto timed_out = core.timed_out.get_future();
  run([&](Instant now, rtc::Outbox&) { core.due = now + milliseconds(5); });
  run([&](Instant now, rtc::Outbox&) { core.due = now + milliseconds(30); });  // handle_timeout expects the later one
  EXPECT_EQ(timed_out.wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST_F(MediaThreadTest, stun_request_of_nobody_is_answered_by_the_thread) {
  UdpClient client;
  std::array<uint8_t, rtc::kStunBytesMax> bytes{};
  rtc::StunWriter writer(bytes, rtc::StunClass::kRequest, {1, 2, 3});
  writer.priority(0);
  writer.priority(0);
  const std::string request(rtc::as_text(rtc::Bytes(bytes).first(writer.finish({}))));
  client.send(path_to(thread->udp_address()), {request});
  ASSERT_EQ(client.wait_for(1).size(), 1U);
  const auto answer = rtc::StunMessage::parse(rtc::as_bytes(client.received[0]));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->message_class, rtc::StunClass::kSuccess);
  EXPECT_EQ(answer->mapped_address, path_to(client.socket->address()).remote);
}

TEST_F(MediaThreadTest, nothing_reaches_the_core_after_stop) {
  UdpClient client;
  client.send(path_to(thread->udp_address()), {"one"});
  client.wait_for(1);
  thread->stop();
  const size_t passes = core.passes;
  client.send(path_to(thread->udp_address()), {"two"});
  thread->post([&](Instant, rtc::Outbox&) { ++core.passes; });
  thread.reset();
  EXPECT_EQ(core.passes, passes);
  EXPECT_THAT(core.waiting, IsEmpty());
}

TEST_F(MediaThreadTest, taken_port_is_told) {
  const auto second = MediaThread::create({.udp = thread->udp_address()}, clock);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, Reason::kInvalidField);
  const auto third =
      MediaThread::create({.udp = *net::Address::parse_ip("127.0.0.1"), .tcp = thread->tcp_address()}, clock);
  EXPECT_FALSE(third);
}

}  // namespace
}  // namespace kith::api

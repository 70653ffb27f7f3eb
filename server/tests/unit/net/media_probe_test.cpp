#include "net/media_probe.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "net/system_clock.hpp"
#include "net/tcp_media_listener.hpp"
#include "net/udp_socket.hpp"
#include "net_fixture.hpp"
#include "rtc/stun.hpp"

namespace kith::net {
namespace {

/// A media port on a thread of its own that answers Binding requests, or says something else.
class MediaPort final : public DatagramHandler {
 public:
  explicit MediaPort(bool speaks_stun = true) : speaks_stun_(speaks_stun) {
    EXPECT_TRUE(udp->start(*reactor, *this));
    tcp->start(*reactor, *this);
    thread_ = std::thread([this] { reactor->run(); });
  }
  ~MediaPort() override {
    reactor->stop();
    thread_.join();
  }
  void handle_datagram(Instant, const rtc::Path& path, rtc::MutableBytes datagram) override {
    rtc::Outbox outbox;
    if (speaks_stun_) {
      outbox.commit(path, rtc::answer_plain_binding(datagram, path.remote, outbox.begin(rtc::kStunBytesMax)));
    } else {
      outbox.send(path, rtc::as_bytes("good morning"));
    }
    udp->send(outbox);
    tcp->send(outbox);
  }
  void handle_closed(const rtc::Path&) override {}

  SystemClock clock;
  std::unique_ptr<Reactor> reactor = *Reactor::create(clock);
  std::unique_ptr<UdpSocket> udp = *UdpSocket::bind({.address = *Address::parse_ip("127.0.0.1")});
  std::unique_ptr<TcpMediaListener> tcp = *TcpMediaListener::bind({.address = *Address::parse_ip("127.0.0.1")});

 private:
  const bool speaks_stun_;
  std::thread thread_;
};

class MediaProbeTest : public testing::Test {
 protected:
  static constexpr Duration kLong = std::chrono::seconds(10);
  Probe udp(const Address& address, Duration timeout = kLong) { return probe_udp(address, timeout, clock, random); }
  Probe tcp(const Address& address) { return probe_tcp(address, kLong, clock, random); }

  SystemClock clock;
  SeededRandom random{1};
};

TEST_F(MediaProbeTest, open_ports_answer_and_tell_our_address) {
  MediaPort port;
  for (const Probe& probe : {udp(port.udp->address()), tcp(port.tcp->address())}) {
    EXPECT_EQ(probe.outcome, ProbeOutcome::kAnswers);
    EXPECT_EQ(probe.seen_as.value().ip_text(), "127.0.0.1");
  }
}

TEST_F(MediaProbeTest, ports_nobody_listens_on_are_refused) {
  const auto [closed_udp, closed_tcp] = [] {
    MediaPort port;
    return std::pair(port.udp->address(), port.tcp->address());
  }();
  EXPECT_EQ(udp(closed_udp).outcome, ProbeOutcome::kRefused);
  EXPECT_EQ(tcp(closed_tcp).outcome, ProbeOutcome::kRefused);
}

TEST_F(MediaProbeTest, ports_of_something_else_are_told_apart) {
  MediaPort port(false);
  EXPECT_EQ(udp(port.udp->address()).outcome, ProbeOutcome::kOther);
  EXPECT_EQ(tcp(port.tcp->address()).outcome, ProbeOutcome::kOther);
}

TEST_F(MediaProbeTest, port_that_says_nothing_is_silent) {
  const auto mute = *UdpSocket::bind({.address = *Address::parse_ip("127.0.0.1")});
  EXPECT_EQ(udp(mute->address(), std::chrono::milliseconds(60)).outcome, ProbeOutcome::kSilent);
}

}  // namespace
}  // namespace kith::net

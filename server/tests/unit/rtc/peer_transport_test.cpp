#include "rtc/peer_transport.hpp"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <string>
#include <vector>

#include "base/random.hpp"

namespace kith::rtc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Instant kStart{seconds(1000)};
constexpr uint32_t kPriority = 2130706431;

/// One way between the two: how the client names the server's end, and the server the client's.
struct Link {
  Path server;  ///< as the client sees it
  Path client;  ///< as the server sees it
  bool is_cut = false;
};

/// A transport and what it was handed.
struct Peer {
  Peer(IceRole role, const DtlsCertificate& certificate, Random& random)
      : transport({.ice_role = role, .local = IceCredentials::make(random), .certificate = certificate}, random) {}

  PeerTransport transport;
  std::vector<std::string> rtp;
  std::vector<std::string> rtcp;
  std::vector<Path> media_paths;  ///< where each of them came from
  std::vector<std::string> messages;
  std::vector<uint16_t> channels;
  size_t sent = 0;
};

/// A lite server and a controlling client on a seeded lossy network, in simulated time.
class Network {
 public:
  static constexpr Duration kTransit = milliseconds(20);

  explicit Network(uint64_t seed, DtlsRole server_role = DtlsRole::kPassive)
      : random(seed), server_role_(server_role) {}

  SeededRandom random;
  DtlsCertificate server_certificate = std::move(*DtlsCertificate::create());
  DtlsCertificate client_certificate = std::move(*DtlsCertificate::create());
  Peer server{IceRole::kLite, server_certificate, random};
  Peer client{IceRole::kControlling, client_certificate, random};
  std::array<Link, 2> links{Link{.server = {.remote = Endpoint::v4(192, 0, 2, 1, 7882)},
                                 .client = {.remote = Endpoint::v4(198, 51, 100, 1, 40000)}},
                            Link{.server = {.remote = Endpoint::v4(192, 0, 2, 2, 7882)},
                                 .client = {.remote = Endpoint::v4(203, 0, 113, 9, 50000)}}};
  uint64_t loss_percent = 0;
  Instant now = kStart;

  /// Exchanges descriptions and candidates.
  void begin() {
    describe();
    for (size_t i = 0; i < links.size(); ++i) {
      client.transport.add_remote_candidate(now, links[i].server, kPriority - static_cast<uint32_t>(i));
    }
  }
  void describe() {
    const DtlsRole client_role = server_role_ == DtlsRole::kPassive ? DtlsRole::kActive : DtlsRole::kPassive;
    EXPECT_TRUE(server.transport.set_remote(client.transport.local_credentials(), client_certificate.fingerprint(),
                                            server_role_));
    EXPECT_TRUE(client.transport.set_remote(server.transport.local_credentials(), server_certificate.fingerprint(),
                                            client_role));
  }
  void run(Duration time) {
    const Instant until = now + time;
    size_t steps = 0;
    while (true) {
      ASSERT_LT(++steps, 100'000U) << "a timer does not move on";
      Instant next = until;
      if (!flights_.empty()) next = std::min(next, flights_.front().arrives);
      for (const Peer* peer : {&server, &client}) {
        if (const auto due = peer->transport.next_timeout()) next = std::min(next, *due);
      }
      now = std::max(now, next);
      if (now >= until) return;
      deliver();
      for (Peer* peer : {&server, &client}) {
        peer->transport.handle_timeout(now, outbox_);
        post(*peer);
      }
    }
  }
  [[nodiscard]] bool is_connected() {
    return server.transport.state() == TransportState::kConnected &&
           client.transport.state() == TransportState::kConnected;
  }
  void connect() {
    begin();
    run(seconds(5));
    ASSERT_TRUE(is_connected());
  }
  void send_rtp(Peer& from, uint16_t sequence, std::string_view payload) {
    std::array<uint8_t, 12> header{0x80, 96};
    store_u16(header.data() + 2, sequence);
    store_u32(header.data() + 8, 0x1234);
    const MutableBytes out = outbox_.begin(header.size() + payload.size() + kSrtpOverheadMax);
    const size_t size = from.transport.outbound()->protect_rtp(header, {}, as_bytes(payload), out);
    outbox_.commit(*from.transport.path(), size);
    post(from);
  }
  void send_rtcp(Peer& from) {
    const std::array<uint8_t, 8> report{0x80, 201, 0, 1, 0, 0, 0, 1};
    const MutableBytes out = outbox_.begin(report.size() + kSrtpOverheadMax);
    outbox_.commit(*from.transport.path(), from.transport.outbound()->protect_rtcp(report, out));
    post(from);
  }
  void send_message(Peer& from, uint16_t channel, std::string_view text) {
    EXPECT_EQ(from.transport.data()->send(now, channel, as_bytes(text), true), SendStatus::kQueued);
    from.transport.flush_data(now, outbox_);
    post(from);
  }
  void close(Peer& peer) {
    peer.transport.close(now, outbox_);
    post(peer);
  }
  /// A datagram that none of the two sent.
  void inject(Peer& to, const Path& path, std::vector<uint8_t> datagram) {
    const PeerTransport::Output output = to.transport.handle_datagram(now, path, datagram, outbox_);
    EXPECT_EQ(output.kind, Received::kNothing);
    post(to);
  }
  /// The datagrams under way, taken off the wire.
  std::vector<std::vector<uint8_t>> take_flights() {
    std::vector<std::vector<uint8_t>> taken;
    for (Flight& flight : flights_) taken.push_back(std::move(flight.bytes));
    flights_.clear();
    return taken;
  }

 private:
  struct Flight {
    Instant arrives;
    Peer* to;
    Path from;
    std::vector<uint8_t> bytes;
  };
  void post(Peer& from) {
    for (const Outbox::Datagram& datagram : outbox_.datagrams()) {
      ++from.sent;
      for (const Link& link : links) {
        const bool is_this = datagram.path == (&from == &client ? link.server : link.client);
        if (!is_this || link.is_cut || random.below(100) < loss_percent) continue;
        const Bytes bytes = outbox_.bytes(datagram);
        flights_.push_back({.arrives = now + kTransit,
                            .to = &from == &client ? &server : &client,
                            .from = &from == &client ? link.client : link.server,
                            .bytes = {bytes.begin(), bytes.end()}});
      }
    }
    outbox_.clear();
  }
  void deliver() {
    while (!flights_.empty() && flights_.front().arrives <= now) {
      Flight flight = std::move(flights_.front());
      flights_.pop_front();
      Peer& to = *flight.to;
      const PeerTransport::Output output = to.transport.handle_datagram(now, flight.from, flight.bytes, outbox_);
      if (output.kind != Received::kNothing) to.media_paths.push_back(flight.from);
      if (output.kind == Received::kRtp) to.rtp.emplace_back(as_text(output.bytes.subspan(12)));
      if (output.kind == Received::kRtcp) to.rtcp.emplace_back(as_text(output.bytes));
      take_events(to);
      post(to);
    }
  }
  static void take_events(Peer& peer) {
    if (peer.transport.data() == nullptr) return;
    for (const ChannelEvent& event : peer.transport.data()->take_events()) {
      if (const auto* opened = std::get_if<ChannelOpened>(&event)) peer.channels.push_back(opened->channel);
      if (const auto* received = std::get_if<MessageReceived>(&event)) peer.messages.push_back(received->message);
    }
  }

  DtlsRole server_role_;
  Outbox outbox_;
  std::deque<Flight> flights_;
};

TEST(PeerTransport, media_flows_both_ways_once_connected) {
  Network network(1);
  network.connect();
  EXPECT_EQ(network.server.transport.path(), network.links[0].client);
  network.send_rtp(network.client, 1, "from the client");
  network.send_rtp(network.server, 1, "from the server");
  network.send_rtcp(network.client);
  network.send_rtcp(network.server);
  network.run(seconds(1));
  EXPECT_EQ(network.server.rtp, std::vector<std::string>{"from the client"});
  EXPECT_EQ(network.client.rtp, std::vector<std::string>{"from the server"});
  EXPECT_EQ(network.server.rtcp.size(), 1U);
  EXPECT_EQ(network.client.rtcp, network.server.rtcp);
}

TEST(PeerTransport, server_may_be_the_active_side) {
  Network network(2, DtlsRole::kActive);
  network.connect();
  network.send_rtp(network.client, 1, "hello");
  network.run(seconds(1));
  EXPECT_EQ(network.server.rtp, std::vector<std::string>{"hello"});
}

TEST(PeerTransport, it_connects_where_a_fifth_is_lost) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    Network network(seed);
    network.loss_percent = 20;
    network.begin();
    network.run(seconds(10));
    ASSERT_TRUE(network.is_connected()) << "seed " << seed;
  }
}

TEST(PeerTransport, messages_pass_both_ways_through_loss) {
  Network network(3);
  network.loss_percent = 20;
  network.connect();
  const auto channel = network.client.transport.data()->open_channel({.label = "chat"});
  ASSERT_TRUE(channel);
  std::vector<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    expected.push_back("message " + std::to_string(i));
    network.send_message(network.client, *channel, expected.back());
  }
  network.run(seconds(30));
  EXPECT_EQ(network.server.messages, expected);
  ASSERT_EQ(network.server.channels.size(), 1U);
  network.send_message(network.server, network.server.channels[0], "answer");
  network.run(seconds(30));
  EXPECT_EQ(network.client.messages, std::vector<std::string>{"answer"});
}

TEST(PeerTransport, handshake_that_begins_before_the_description_is_there_is_caught_up) {
  Network network(4);
  ASSERT_TRUE(network.client.transport.set_remote(network.server.transport.local_credentials(),
                                                  network.server_certificate.fingerprint(), DtlsRole::kActive));
  network.client.transport.add_remote_candidate(network.now, network.links[0].server, kPriority);
  network.run(milliseconds(500));
  EXPECT_NE(network.server.transport.counters().early, 0U);
  EXPECT_EQ(network.server.transport.data(), nullptr);
  network.describe();
  network.run(seconds(2));
  EXPECT_TRUE(network.is_connected());
}

TEST(PeerTransport, ice_restart_keeps_the_session_and_media_flows_meanwhile) {
  Network network(5);
  network.connect();
  const IceCredentials old = network.server.transport.local_credentials();
  const SrtpOutbound* const outbound = network.server.transport.outbound();
  network.server.transport.restart_ice(IceCredentials::make(network.random));
  network.client.transport.restart_ice(IceCredentials::make(network.random));
  EXPECT_EQ(network.server.transport.previous_local_credentials(), old);
  network.send_rtp(network.server, 1, "during");
  network.describe();
  network.run(seconds(5));
  EXPECT_EQ(network.server.transport.outbound(), outbound);
  EXPECT_FALSE(network.server.transport.previous_local_credentials());
  network.send_rtp(network.server, 2, "after");
  network.run(seconds(20));
  EXPECT_EQ(network.client.rtp, (std::vector<std::string>{"during", "after"}));
  EXPECT_TRUE(network.is_connected());
}

TEST(PeerTransport, media_moves_to_the_other_path_when_the_first_is_cut) {
  Network network(6);
  network.connect();
  network.links[0].is_cut = true;
  network.run(seconds(25));
  ASSERT_TRUE(network.is_connected());
  EXPECT_EQ(network.server.transport.path(), network.links[1].client);
  network.send_rtp(network.client, 1, "over there");
  network.send_rtp(network.server, 1, "and back");
  network.run(seconds(1));
  EXPECT_EQ(network.server.rtp, std::vector<std::string>{"over there"});
  EXPECT_EQ(network.client.rtp, std::vector<std::string>{"and back"});
  EXPECT_EQ(network.server.media_paths, std::vector<Path>{network.links[1].client});
}

TEST(PeerTransport, silent_peer_is_disconnected_and_then_left_in_peace) {
  Network network(7);
  network.connect();
  for (Link& link : network.links) link.is_cut = true;
  network.run(seconds(10));
  EXPECT_EQ(network.server.transport.state(), TransportState::kDisconnected);
  network.run(seconds(30));
  EXPECT_FALSE(network.server.transport.path());
  const size_t sent = network.server.sent;
  network.run(seconds(60));
  EXPECT_EQ(network.server.sent, sent);
}

TEST(PeerTransport, wrong_fingerprint_fails) {
  Network network(8);
  std::string wrong = network.client_certificate.fingerprint();
  wrong[0] = wrong[0] == '0' ? '1' : '0';
  ASSERT_TRUE(
      network.server.transport.set_remote(network.client.transport.local_credentials(), wrong, DtlsRole::kPassive));
  ASSERT_TRUE(network.client.transport.set_remote(network.server.transport.local_credentials(),
                                                  network.server_certificate.fingerprint(), DtlsRole::kActive));
  network.client.transport.add_remote_candidate(network.now, network.links[0].server, kPriority);
  network.run(seconds(5));
  EXPECT_EQ(network.server.transport.state(), TransportState::kFailed);
  EXPECT_EQ(network.client.transport.state(), TransportState::kFailed);
  EXPECT_EQ(network.server.transport.outbound(), nullptr);
}

TEST(PeerTransport, running_session_is_not_exchanged) {
  Network network(9);
  network.connect();
  const IceCredentials remote = network.client.transport.local_credentials();
  const std::string other = DtlsCertificate::create()->fingerprint();
  PeerTransport& transport = network.server.transport;
  EXPECT_EQ(transport.set_remote(remote, other, DtlsRole::kPassive).error().reason, Reason::kInvalidField);
  EXPECT_EQ(transport.set_remote(remote, "sha-1", DtlsRole::kPassive).error().reason, Reason::kInvalidField);
  EXPECT_EQ(transport.set_remote(remote, network.client_certificate.fingerprint(), DtlsRole::kActive).error().reason,
            Reason::kInvalidField);
  network.send_rtp(network.client, 1, "still here");
  network.run(seconds(1));
  EXPECT_EQ(network.server.rtp, std::vector<std::string>{"still here"});
}

TEST(PeerTransport, garbage_changes_nothing) {
  Network network(10);
  network.connect();
  const Path unknown{.remote = Endpoint::v4(10, 1, 1, 1, 1)};
  const size_t sent = network.server.sent;
  for (int i = 0; i < 5'000; ++i) {
    std::vector<uint8_t> datagram(network.random.below(1300));
    network.random.fill(std::as_writable_bytes(std::span(datagram)));
    network.inject(network.server, i % 2 == 0 ? network.links[0].client : unknown, datagram);
  }
  EXPECT_EQ(network.server.sent, sent);
  const PeerTransport::Counters& counters = network.server.transport.counters();
  EXPECT_NE(counters.unknown_protocol, 0U);
  EXPECT_NE(counters.unknown_path, 0U);
  EXPECT_NE(counters.unauthentic_rtp, 0U);
  EXPECT_NE(counters.unauthentic_rtcp, 0U);
  network.send_rtp(network.client, 1, "after the flood");
  network.send_rtp(network.server, 1, "and back");
  network.run(seconds(1));
  EXPECT_EQ(network.server.rtp, std::vector<std::string>{"after the flood"});
  EXPECT_EQ(network.client.rtp, std::vector<std::string>{"and back"});
}

TEST(PeerTransport, true_media_from_a_path_nobody_proved_is_dropped) {
  Network network(11);
  network.connect();
  network.take_flights();
  network.send_rtp(network.client, 1, "hello");
  const auto flights = network.take_flights();
  ASSERT_EQ(flights.size(), 1U);
  network.inject(network.server, {.remote = Endpoint::v4(10, 1, 1, 1, 1)}, flights[0]);
  EXPECT_EQ(network.server.transport.counters().unknown_path, 1U);
  EXPECT_EQ(network.server.transport.path(), network.links[0].client);
}

TEST(PeerTransport, replayed_media_is_dropped) {
  Network network(12);
  network.connect();
  network.take_flights();
  network.send_rtp(network.client, 1, "hello");
  const auto flights = network.take_flights();
  ASSERT_EQ(flights.size(), 1U);
  std::vector<uint8_t> first = flights[0];
  Outbox outbox;
  const auto output = network.server.transport.handle_datagram(network.now, network.links[0].client, first, outbox);
  EXPECT_EQ(output.kind, Received::kRtp);
  network.inject(network.server, network.links[0].client, flights[0]);
  EXPECT_EQ(network.server.transport.counters().unauthentic_rtp, 1U);
}

TEST(PeerTransport, goodbye_ends_both_sides) {
  Network network(13);
  network.connect();
  network.close(network.client);
  EXPECT_EQ(network.client.transport.state(), TransportState::kFailed);
  network.run(seconds(1));
  EXPECT_EQ(network.server.transport.state(), TransportState::kFailed);
  EXPECT_EQ(network.server.transport.outbound(), nullptr);
}

TEST(PeerTransport, anything_authentic_shows_that_the_peer_is_there) {
  Network network(14);
  network.connect();
  network.run(seconds(1));
  const Instant before = network.server.transport.last_received();
  network.send_rtp(network.client, 1, "hello");
  network.run(Network::kTransit + milliseconds(1));
  EXPECT_GT(network.server.transport.last_received(), before);
}

}  // namespace
}  // namespace kith::rtc

#include "rtc/ice_agent.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace kith::rtc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

const IceCredentials kOurs{.ufrag = "ours", .pwd = "our password of 22 char"};
const IceCredentials kTheirs{.ufrag = "them", .pwd = "their password of 22 ch"};

Path udp(uint8_t last, uint16_t port = 5000) { return {.remote = Endpoint::v4(192, 0, 2, last, port)}; }
Path tcp(uint32_t connection) {
  return {.remote = Endpoint::v4(192, 0, 2, 1, 9), .connection = rtc::Path::kTcpConnectionFirst + connection};
}

/// An agent, the time, and a peer made of hand-written messages.
class IceAgentTest : public testing::Test {
 protected:
  /// What a request of the peer says.
  struct Check {
    bool nominates = false;
    IceCredentials to = kOurs;
    uint32_t priority = 100;
    bool is_controlled = false;
  };

  std::vector<uint8_t> request(const Check& check) {
    std::vector<uint8_t> bytes(kStunBytesMax);
    StunTransactionId transaction{};
    store_u32(transaction.data(), ++transactions_);
    StunWriter writer(bytes, StunClass::kRequest, transaction);
    writer.username(check.to.ufrag, kTheirs.ufrag);
    writer.priority(check.priority);
    if (check.is_controlled) {
      writer.ice_controlled(9);
    } else {
      writer.ice_controlling(9);
    }
    if (check.nominates) writer.use_candidate();
    bytes.resize(writer.finish(check.to.pwd));
    return bytes;
  }
  void receive(IceAgent& agent, const Path& path, const Check& check) {
    agent.handle_datagram(now, path, request(check), outbox);
  }
  void nominate(IceAgent& agent, const Path& path, uint32_t priority = 100) {
    receive(agent, path, {.nominates = true, .priority = priority});
  }
  /// Takes the messages that wait to leave, oldest first.
  std::vector<std::pair<Path, StunMessage>> sent() {
    kept_ = std::move(outbox);
    outbox = Outbox();
    std::vector<std::pair<Path, StunMessage>> messages;
    for (const auto& datagram : kept_.datagrams()) {
      messages.emplace_back(datagram.path, StunMessage::parse(kept_.bytes(datagram)).value());
    }
    return messages;
  }
  /// Answers every check the agent sent on a path that works.
  void answer_checks(IceAgent& agent, const std::function<bool(const Path&)>& works) {
    for (const auto& [path, message] : sent()) {
      if (message.message_class != StunClass::kRequest || !works(path)) continue;
      std::vector<uint8_t> bytes(kStunBytesMax);
      StunWriter writer(bytes, StunClass::kSuccess, message.transaction);
      writer.xor_mapped_address(Endpoint::v4(203, 0, 113, 1, 7882));
      bytes.resize(writer.finish(kTheirs.pwd));
      agent.handle_datagram(now, path, bytes, outbox);
    }
  }
  void advance_to_timeout(IceAgent& agent) {
    now = std::max(now, agent.next_timeout().value());
    agent.handle_timeout(now, outbox);
  }

  Instant now{seconds(1000)};
  SeededRandom random{1};
  Outbox outbox;
  Outbox kept_;
  uint32_t transactions_ = 0;
};

TEST_F(IceAgentTest, made_credentials_are_long_enough_and_differ) {
  const IceCredentials first = IceCredentials::make(random);
  const IceCredentials second = IceCredentials::make(random);
  EXPECT_THAT(first.ufrag, SizeIs(8));
  EXPECT_THAT(first.pwd, SizeIs(24));
  EXPECT_NE(first.ufrag, second.ufrag);
  EXPECT_NE(first.pwd, second.pwd);
  EXPECT_EQ((first.ufrag + first.pwd).find('='), std::string::npos);
}

TEST_F(IceAgentTest, lite_agent_answers_with_the_senders_address) {
  IceAgent agent(IceRole::kLite, kOurs, random);
  receive(agent, udp(7), {});
  const auto messages = sent();
  ASSERT_THAT(messages, SizeIs(1));
  const auto& [path, answer] = messages.front();
  EXPECT_EQ(path, udp(7));
  EXPECT_EQ(answer.message_class, StunClass::kSuccess);
  EXPECT_EQ(answer.mapped_address, udp(7).remote);
  EXPECT_TRUE(answer.is_signed_with(kOurs.pwd));
  EXPECT_TRUE(agent.knows(udp(7)));
  EXPECT_FALSE(agent.knows(udp(8)));
}

TEST_F(IceAgentTest, lite_agent_takes_the_path_that_is_nominated_and_never_checks) {
  IceAgent agent(IceRole::kLite, kOurs, random);
  agent.set_remote(kTheirs);
  agent.add_remote_candidate(now, udp(7), 1);
  receive(agent, udp(7), {});
  EXPECT_FALSE(agent.path());
  EXPECT_EQ(agent.state(), IceState::kNew);
  nominate(agent, udp(7));
  EXPECT_EQ(agent.path(), udp(7));
  EXPECT_EQ(agent.state(), IceState::kConnected);
  for (const auto& [path, message] : sent()) EXPECT_EQ(message.message_class, StunClass::kSuccess);
}

TEST_F(IceAgentTest, peer_may_move_to_another_path_at_any_time) {
  IceAgent agent(IceRole::kLite, kOurs, random);
  nominate(agent, udp(7));
  now += milliseconds(10);
  nominate(agent, udp(8));
  EXPECT_EQ(agent.path(), udp(8));
  now += seconds(60);
  nominate(agent, udp(7));
  EXPECT_EQ(agent.path(), udp(7));
}

TEST_F(IceAgentTest, udp_is_preferred_while_the_peer_nominates_it_too) {
  IceAgent agent(IceRole::kLite, kOurs, random);
  nominate(agent, tcp(1));
  EXPECT_EQ(agent.path(), tcp(1));
  nominate(agent, udp(7));
  EXPECT_EQ(agent.path(), udp(7));
  now += milliseconds(2'900);
  nominate(agent, tcp(1));
  EXPECT_EQ(agent.path(), udp(7));
  now += milliseconds(100);
  nominate(agent, tcp(1));
  EXPECT_EQ(agent.path(), tcp(1));
}

TEST_F(IceAgentTest, unsigned_and_wrongly_signed_requests_change_nothing) {
  IceAgent agent(IceRole::kLite, kOurs, random);
  receive(agent, udp(7), {.nominates = true, .to = {.ufrag = kOurs.ufrag, .pwd = "another password"}});
  receive(agent, udp(7), {.nominates = true, .to = {.ufrag = "else", .pwd = kOurs.pwd}});
  receive(agent, udp(7), {.nominates = true, .to = {.ufrag = kOurs.ufrag, .pwd = ""}});
  agent.handle_datagram(now, udp(7), as_bytes("not STUN at all, but long enough"), outbox);
  EXPECT_THAT(sent(), IsEmpty());
  EXPECT_FALSE(agent.path());
  EXPECT_FALSE(agent.knows(udp(7)));
  EXPECT_EQ(agent.counters(), (IceAgent::Counters{.malformed = 1, .unauthenticated = 3}));
}

TEST_F(IceAgentTest, unknown_attribute_that_must_be_understood_is_refused) {
  IceAgent agent(IceRole::kLite, kOurs, random);
  std::vector<uint8_t> bytes(kStunBytesMax);
  StunWriter writer(bytes, StunClass::kRequest, {});
  writer.username(kOurs.ufrag, kTheirs.ufrag);
  writer.use_candidate();
  writer.attribute(0x0026, as_bytes("??"));
  bytes.resize(writer.finish(kOurs.pwd));
  agent.handle_datagram(now, udp(7), bytes, outbox);
  const auto messages = sent();
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_EQ(messages.front().second.message_class, StunClass::kError);
  EXPECT_EQ(messages.front().second.error_code, 420);
  EXPECT_FALSE(agent.path());
}

TEST_F(IceAgentTest, lite_agent_is_disconnected_after_seven_silent_seconds_and_comes_back) {
  IceAgent agent(IceRole::kLite, kOurs, random);
  nominate(agent, udp(7));
  EXPECT_EQ(agent.next_timeout(), now + seconds(7));
  now += milliseconds(6'999);
  agent.handle_timeout(now, outbox);
  EXPECT_EQ(agent.state(), IceState::kConnected);
  now += milliseconds(1);
  agent.handle_timeout(now, outbox);
  EXPECT_EQ(agent.state(), IceState::kDisconnected);
  EXPECT_EQ(agent.path(), udp(7));
  receive(agent, udp(7), {});
  EXPECT_EQ(agent.state(), IceState::kConnected);
}

TEST_F(IceAgentTest, nothing_may_be_sent_when_consent_has_run_out) {
  IceAgent agent(IceRole::kLite, kOurs, random);
  nominate(agent, udp(7));
  const Instant start = now;
  while (agent.next_timeout()) advance_to_timeout(agent);
  EXPECT_EQ(now, start + seconds(30));
  EXPECT_FALSE(agent.path());
  EXPECT_EQ(agent.state(), IceState::kDisconnected);
  nominate(agent, udp(7));
  EXPECT_EQ(agent.path(), udp(7));
  EXPECT_EQ(agent.state(), IceState::kConnected);
}

TEST_F(IceAgentTest, old_credentials_are_accepted_until_the_peer_uses_the_new_ones) {
  const IceCredentials next{.ufrag = "next", .pwd = "next password of 22 ch."};
  IceAgent agent(IceRole::kLite, kOurs, random);
  nominate(agent, udp(7));
  agent.restart(next);
  EXPECT_EQ(agent.local(), next);
  EXPECT_EQ(agent.path(), udp(7));
  sent();
  receive(agent, udp(7), {});
  EXPECT_TRUE(sent().at(0).second.is_signed_with(kOurs.pwd));
  receive(agent, udp(8), {.nominates = true, .to = next});
  EXPECT_TRUE(sent().at(0).second.is_signed_with(next.pwd));
  EXPECT_EQ(agent.path(), udp(8));
  EXPECT_FALSE(agent.previous_local());
  receive(agent, udp(7), {});
  EXPECT_THAT(sent(), IsEmpty());
  EXPECT_EQ(agent.counters().unauthenticated, 1U);
}

TEST_F(IceAgentTest, wrong_password_for_the_new_user_does_not_end_the_old_credentials) {
  IceAgent agent(IceRole::kLite, kOurs, random);
  agent.restart({.ufrag = "next", .pwd = "next password of 22 ch."});
  receive(agent, udp(7), {.to = {.ufrag = "next", .pwd = "guessed"}});
  EXPECT_TRUE(agent.previous_local());
}

TEST_F(IceAgentTest, number_of_paths_is_bounded_and_the_selected_one_stays) {
  IceAgent agent(IceRole::kLite, kOurs, random);
  nominate(agent, udp(1));
  for (uint16_t port = 1; port <= IceAgent::kPathsMax; ++port) {
    now += milliseconds(1);
    receive(agent, udp(2, port), {});
  }
  EXPECT_EQ(agent.path(), udp(1));
  EXPECT_TRUE(agent.knows(udp(1)));
  EXPECT_FALSE(agent.knows(udp(2, 1)));
  EXPECT_TRUE(agent.knows(udp(2, 2)));
  EXPECT_TRUE(agent.knows(udp(2, IceAgent::kPathsMax)));
}

TEST_F(IceAgentTest, closed_connection_is_no_path_any_more) {
  IceAgent agent(IceRole::kLite, kOurs, random);
  nominate(agent, tcp(1));
  agent.forget_path(tcp(1));
  EXPECT_FALSE(agent.path());
  EXPECT_FALSE(agent.knows(tcp(1)));
  EXPECT_EQ(agent.state(), IceState::kDisconnected);
  nominate(agent, tcp(2));
  EXPECT_EQ(agent.path(), tcp(2));
  EXPECT_EQ(agent.state(), IceState::kConnected);
}

TEST_F(IceAgentTest, controlled_agent_selects_a_nominated_path_once_its_own_check_succeeded) {
  IceAgent agent(IceRole::kControlled, kOurs, random);
  agent.set_remote(kTheirs);
  nominate(agent, udp(7));
  EXPECT_FALSE(agent.path());
  const auto messages = sent();
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_EQ(messages[0].second.message_class, StunClass::kSuccess);
  const StunMessage& check = messages[1].second;
  EXPECT_EQ(check.message_class, StunClass::kRequest);
  EXPECT_EQ(check.username, "them:ours");
  EXPECT_TRUE(check.ice_controlled);
  EXPECT_FALSE(check.use_candidate);
  EXPECT_TRUE(check.is_signed_with(kTheirs.pwd));
  advance_to_timeout(agent);
  answer_checks(agent, [](const Path&) { return true; });
  EXPECT_EQ(agent.path(), udp(7));
  EXPECT_EQ(agent.state(), IceState::kConnected);
}

TEST_F(IceAgentTest, nomination_before_the_peers_credentials_are_known_is_not_lost) {
  IceAgent agent(IceRole::kControlled, kOurs, random);
  nominate(agent, udp(7));
  EXPECT_FALSE(agent.next_timeout());
  agent.set_remote(kTheirs);
  sent();
  advance_to_timeout(agent);
  answer_checks(agent, [](const Path&) { return true; });
  EXPECT_EQ(agent.path(), udp(7));
}

TEST_F(IceAgentTest, controlled_agent_uses_the_best_of_several_nominated_paths) {
  IceAgent agent(IceRole::kControlled, kOurs, random);
  agent.set_remote(kTheirs);
  nominate(agent, tcp(1), 900);
  nominate(agent, udp(7), 200);
  nominate(agent, udp(8), 100);
  answer_checks(agent, [](const Path&) { return true; });
  EXPECT_EQ(agent.path(), udp(7));
}

TEST_F(IceAgentTest, full_agent_checks_its_path_about_every_two_seconds) {
  IceAgent agent(IceRole::kControlled, kOurs, random);
  agent.set_remote(kTheirs);
  nominate(agent, udp(7));
  answer_checks(agent, [](const Path&) { return true; });
  const Instant start = now;
  for (int i = 0; i < 50; ++i) {
    advance_to_timeout(agent);
    EXPECT_EQ(agent.state(), IceState::kConnected);
    answer_checks(agent, [](const Path&) { return true; });
  }
  EXPECT_GT(now - start, seconds(80));
  EXPECT_LT(now - start, seconds(120));
}

TEST_F(IceAgentTest, full_agent_needs_answers_not_only_requests) {
  IceAgent agent(IceRole::kControlled, kOurs, random);
  agent.set_remote(kTheirs);
  nominate(agent, udp(7));
  answer_checks(agent, [](const Path&) { return true; });
  const Instant start = now;
  while (agent.state() == IceState::kConnected) {
    receive(agent, udp(7), {});
    advance_to_timeout(agent);
  }
  EXPECT_EQ(now - start, seconds(7));
}

TEST_F(IceAgentTest, role_conflicts_end_with_the_peer_changing_its_role) {
  IceAgent controlled(IceRole::kControlled, kOurs, random);
  receive(controlled, udp(7), {.nominates = true, .is_controlled = true});
  IceAgent controlling(IceRole::kControlling, kOurs, random);
  receive(controlling, udp(7), {});
  const auto messages = sent();
  ASSERT_THAT(messages, SizeIs(2));
  for (const auto& [path, message] : messages) EXPECT_EQ(message.error_code, 487);
  EXPECT_EQ(controlled.counters().role_conflicts, 1U);
  EXPECT_FALSE(controlled.knows(udp(7)));
  // A lite agent has no role to lose.
  IceAgent lite(IceRole::kLite, kOurs, random);
  receive(lite, udp(7), {.nominates = true, .is_controlled = true});
  EXPECT_EQ(sent().at(0).second.message_class, StunClass::kSuccess);
}

TEST_F(IceAgentTest, answers_to_nothing_we_asked_are_ignored) {
  IceAgent agent(IceRole::kControlled, kOurs, random);
  agent.set_remote(kTheirs);
  nominate(agent, udp(7));
  for (const auto& [path, message] : sent()) {
    if (message.message_class != StunClass::kRequest) continue;
    const auto answer = [&](const StunTransactionId& transaction, std::string_view password, const Path& from) {
      std::vector<uint8_t> bytes(kStunBytesMax);
      StunWriter writer(bytes, StunClass::kSuccess, transaction);
      bytes.resize(writer.finish(password));
      agent.handle_datagram(now, from, bytes, outbox);
    };
    answer({}, kTheirs.pwd, udp(7));
    answer(message.transaction, kTheirs.pwd, udp(8));
    answer(message.transaction, "guessed", udp(7));
    EXPECT_FALSE(agent.path());
    answer(message.transaction, kTheirs.pwd, udp(7));
  }
  EXPECT_EQ(agent.path(), udp(7));
  EXPECT_EQ(agent.counters().unexpected, 2U);
  EXPECT_EQ(agent.counters().unauthenticated, 1U);
}

TEST_F(IceAgentTest, unanswered_checks_back_off_and_end) {
  IceAgent agent(IceRole::kControlling, kOurs, random);
  agent.set_remote(kTheirs);
  agent.add_remote_candidate(now, udp(7), 1);
  const Instant start = now;
  std::vector<Duration> at;
  while (agent.next_timeout()) {
    advance_to_timeout(agent);
    EXPECT_THAT(sent(), SizeIs(1));
    at.push_back(now - start);
  }
  EXPECT_THAT(at,
              testing::ElementsAre(milliseconds(0), milliseconds(250), milliseconds(750), milliseconds(1'750),
                                   milliseconds(3'750), milliseconds(5'750), milliseconds(7'750), milliseconds(9'750)));
}

TEST_F(IceAgentTest, controlling_agent_nominates_what_works_and_prefers_udp) {
  IceAgent agent(IceRole::kControlling, kOurs, random);
  agent.set_remote(kTheirs);
  agent.add_remote_candidate(now, udp(7), 300);
  agent.add_remote_candidate(now, udp(8), 200);
  agent.add_remote_candidate(now, tcp(1), 900);
  advance_to_timeout(agent);
  bool is_udp_open = false;
  const auto works = [&](const Path& path) { return path.is_tcp() || (is_udp_open && path == udp(8)); };
  answer_checks(agent, works);
  answer_checks(agent, works);
  EXPECT_EQ(agent.path(), tcp(1));
  is_udp_open = true;
  for (int i = 0; i < 4; ++i) {
    advance_to_timeout(agent);
    answer_checks(agent, works);
    answer_checks(agent, works);
  }
  EXPECT_EQ(agent.path(), udp(8));
}

TEST_F(IceAgentTest, controlling_agent_looks_for_another_path_when_its_own_dies) {
  IceAgent agent(IceRole::kControlling, kOurs, random);
  agent.set_remote(kTheirs);
  agent.add_remote_candidate(now, udp(7), 300);
  agent.add_remote_candidate(now, udp(8), 200);
  Path dead = udp(8);
  const auto works = [&](const Path& path) { return path != dead; };
  advance_to_timeout(agent);
  answer_checks(agent, works);
  answer_checks(agent, works);
  EXPECT_EQ(agent.path(), udp(7));
  dead = udp(7);
  const Instant start = now;
  while (agent.path() != udp(8) && now - start < seconds(20)) {
    advance_to_timeout(agent);
    answer_checks(agent, works);
  }
  EXPECT_EQ(agent.path(), udp(8));
  EXPECT_EQ(agent.state(), IceState::kConnected);
  EXPECT_LT(now - start, seconds(9));
}

/// Hands what one agent sends to the other, until both are silent.
void converse(Instant now, IceAgent& first, IceAgent& second, Outbox& from_first, Outbox& from_second) {
  while (!from_first.empty() || !from_second.empty()) {
    const Outbox forth = std::exchange(from_first, {});
    const Outbox back = std::exchange(from_second, {});
    for (const auto& datagram : forth.datagrams()) {
      second.handle_datagram(now, datagram.path, forth.bytes(datagram), from_second);
    }
    for (const auto& datagram : back.datagrams()) {
      first.handle_datagram(now, datagram.path, back.bytes(datagram), from_first);
    }
  }
}

TEST_F(IceAgentTest, controlling_agent_connects_with_every_kind_of_server) {
  for (const IceRole role : {IceRole::kLite, IceRole::kControlled}) {
    IceAgent client(IceRole::kControlling, kTheirs, random);
    IceAgent server(role, kOurs, random);
    Outbox from_client;
    Outbox from_server;
    client.set_remote(kOurs);
    server.set_remote(kTheirs);
    client.add_remote_candidate(now, udp(7), 1);
    for (int round = 0; round < 30; ++round) {
      now += milliseconds(500);
      client.handle_timeout(now, from_client);
      server.handle_timeout(now, from_server);
      converse(now, client, server, from_client, from_server);
    }
    EXPECT_EQ(client.path(), udp(7));
    EXPECT_EQ(server.path(), udp(7));
    EXPECT_EQ(client.state(), IceState::kConnected);
    EXPECT_EQ(server.state(), IceState::kConnected);
    EXPECT_EQ(client.counters(), IceAgent::Counters{});
    EXPECT_EQ(server.counters(), IceAgent::Counters{});
  }
}

TEST_F(IceAgentTest, restart_of_both_sides_keeps_the_path_and_checks_anew) {
  IceAgent client(IceRole::kControlling, kTheirs, random);
  IceAgent server(IceRole::kControlled, kOurs, random);
  Outbox from_client;
  Outbox from_server;
  client.set_remote(kOurs);
  server.set_remote(kTheirs);
  client.add_remote_candidate(now, udp(7), 1);
  const auto run = [&](int rounds) {
    for (int round = 0; round < rounds; ++round) {
      now += milliseconds(500);
      client.handle_timeout(now, from_client);
      server.handle_timeout(now, from_server);
      converse(now, client, server, from_client, from_server);
      EXPECT_EQ(client.path(), udp(7));
    }
  };
  run(4);
  const IceCredentials new_ours = IceCredentials::make(random);
  const IceCredentials new_theirs = IceCredentials::make(random);
  server.restart(new_ours);
  client.restart(new_theirs);
  client.set_remote(new_ours);
  server.set_remote(new_theirs);
  run(40);
  EXPECT_EQ(server.state(), IceState::kConnected);
  EXPECT_EQ(client.state(), IceState::kConnected);
  EXPECT_FALSE(server.previous_local());
}

}  // namespace
}  // namespace kith::rtc

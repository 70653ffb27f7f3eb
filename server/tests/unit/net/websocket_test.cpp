// WebSockets over real sockets on loopback; time moves only when told.
#include "net/websocket.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "net/websocket_client.hpp"
#include "net_fixture.hpp"

namespace kith::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kHandshake =
    "GET /ws HTTP/1.1\r\nHost: kith\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
constexpr std::array<uint8_t, 4> kMask = {1, 2, 3, 4};

std::string from_client(Opcode opcode, std::string_view payload) { return *make_masked_frame(opcode, payload, kMask); }

/// What the sockets of a test server did; touched on its reactor, except for what is atomic.
struct Log {
  std::vector<WebSocket*> sockets;
  std::vector<std::string> messages;
  std::vector<CloseCode> closes;
  std::atomic<int> opened = 0;
  std::atomic<int> closed = 0;
  std::atomic<int> received = 0;
};

class LoggingSession final : public SocketHandler {
 public:
  LoggingSession(Log& log, WebSocket& socket) : log_(log), socket_(&socket) {
    log.sockets.push_back(&socket);
    ++log.opened;
  }
  void on_message(std::string_view payload, bool is_text) override {
    log_.messages.emplace_back(payload);
    ++log_.received;
    if (payload == "close me") return socket_->close(CloseCode::kPolicy, "as you wish");
    socket_->send(is_text ? Opcode::kText : Opcode::kBinary, "echo " + std::string(payload));
  }
  void on_closed(CloseCode code) override {
    std::erase(log_.sockets, socket_);
    log_.closes.push_back(code);
    ++log_.closed;
  }

 private:
  Log& log_;
  WebSocket* socket_;
};

class SilentSession final : public SocketHandler {
 public:
  void on_message(std::string_view, bool) override {}
  void on_closed(CloseCode) override {}
};

struct WebSocketTest : testing::Test {
  void start(const std::function<void(ServerOptions&)>& change = {}) {
    handler.on_request = [this](Request request, Responder responder) {
      if (!request.is_websocket_upgrade) return responder.respond({.status = 404, .headers = {}, .body = {}});
      responder.upgrade([this](WebSocket& socket) { return std::make_shared<LoggingSession>(log, socket); },
                        {{"X-Extra", "yes"}}, socket_options);
    };
    server.emplace(handler, change);
  }
  /// A client behind its handshake.
  std::unique_ptr<RawClient> open(int receive_buffer = 0) {
    const int before = log.opened;
    auto client = std::make_unique<RawClient>(server->address(), nullptr, receive_buffer);
    client->send(kHandshake);
    EXPECT_TRUE(client->read_until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    EXPECT_TRUE(eventually([&] { return log.opened == before + 1; }));
    return client;
  }
  std::vector<CloseCode> closes() {
    std::vector<CloseCode> copy;
    on_reactor([&] { copy = log.closes; });
    return copy;
  }
  void on_reactor(const std::function<void()>& job) { server->run_on_reactor(job); }

  WebSocketOptions socket_options;  ///< of sockets that open from now on
  ScriptedHandler handler;
  Log log;
  std::optional<TestServer> server;
};

TEST_F(WebSocketTest, shakes_hands_and_answers_also_frames_that_came_with_the_handshake) {
  start();
  RawClient client(server->address());
  client.send(kHandshake + from_client(Opcode::kText, "early"));
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_NE(head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
  EXPECT_NE(head.find("X-Extra: yes\r\n"), std::string::npos);
  EXPECT_EQ(client.read_exactly(12), *make_frame(Opcode::kText, "echo early"));
  client.send(from_client(Opcode::kBinary, "late"));
  EXPECT_EQ(client.read_exactly(11), *make_frame(Opcode::kBinary, "echo late"));
  EXPECT_EQ(server->server->metrics().messages_in, 2U);
}

TEST_F(WebSocketTest, a_handler_may_refuse_or_accept_later) {
  std::optional<Responder> waiting;
  std::atomic<int> asked = 0;
  handler.on_request = [&](Request, Responder responder) {
    waiting.emplace(std::move(responder));
    ++asked;
  };
  server.emplace(handler);
  RawClient client(server->address());
  client.send(kHandshake);
  ASSERT_TRUE(eventually([&] { return asked == 1; }));
  on_reactor([&] { waiting->respond({.status = 401, .headers = {}, .body = "who are you"}); });
  EXPECT_TRUE(client.read_response().ends_with("who are you"));
  client.send(kHandshake + from_client(Opcode::kText, "hello"));
  ASSERT_TRUE(eventually([&] { return asked == 2; }));
  on_reactor([&] {
    waiting->upgrade([this](WebSocket& socket) { return std::make_shared<LoggingSession>(log, socket); });
    waiting.reset();
  });
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_exactly(12), *make_frame(Opcode::kText, "echo hello"));
}

TEST_F(WebSocketTest, one_frame_reaches_all_and_a_pass_writes_once_per_socket) {
  start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(open());
  on_reactor([] {});
  const uint64_t writes = server->server->metrics().writes;
  std::string expected;
  on_reactor([&] {
    for (int i = 0; i < 20; ++i) {
      const SharedBuffer frame = make_frame(Opcode::kBinary, "message " + std::to_string(i));
      expected += *frame;
      for (WebSocket* socket : log.sockets) socket->send(frame);
    }
  });
  for (const auto& client : clients) EXPECT_EQ(client->read_exactly(expected.size()), expected);
  on_reactor([] {});
  EXPECT_EQ(server->server->metrics().writes - writes, clients.size());
}

TEST_F(WebSocketTest, a_broadcast_reaches_the_sockets_of_every_reactor) {
  std::vector<std::vector<WebSocket*>> sockets(3);
  std::atomic<size_t> opened = 0;
  handler.on_request = [&](Request, Responder responder) {
    auto& of_reactor = sockets[responder.reactor().index()];
    responder.upgrade([&](WebSocket& socket) {
      of_reactor.push_back(&socket);
      ++opened;
      return std::make_shared<SilentSession>();
    });
  };
  server.emplace(handler, [](ServerOptions& options) { options.reactors = 3; });
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(std::make_unique<RawClient>(server->address()));
    clients.back()->send(kHandshake);
    clients.back()->read_until("\r\n\r\n");
  }
  ASSERT_TRUE(eventually([&] { return opened == clients.size(); }));
  const SharedBuffer frame = make_frame(Opcode::kBinary, "to all");
  server->server->post_to_all([&](Reactor& reactor) -> Job {
    return [&of_reactor = sockets[reactor.index()], frame] {
      const SharedBuffer local = share_locally(frame);
      for (WebSocket* socket : of_reactor) socket->send(local);
    };
  });
  for (const auto& client : clients) EXPECT_EQ(client->read_exactly(frame->size()), *frame);
}

TEST_F(WebSocketTest, ping_is_answered_and_close_is_echoed) {
  start();
  auto client = open();
  client->send(from_client(Opcode::kPing, "still there?") + from_client(Opcode::kClose,
                                                                        "\x0F\xA1"
                                                                        "bye"));
  EXPECT_EQ(client->read_to_end(),
            *make_frame(Opcode::kPong, "still there?") + *make_frame(Opcode::kClose, "\x0F\xA1"));
  ASSERT_TRUE(eventually([&] { return log.closed == 1; }));
  EXPECT_EQ(closes().at(0), CloseCode{4001});
  EXPECT_TRUE(eventually([&] { return server->server->metrics().connections_open == 0; }));
  EXPECT_EQ(server->server->metrics().websockets_open, 0U);
}

TEST_F(WebSocketTest, close_sends_what_is_queued_first_and_hears_no_more_messages) {
  start();
  auto client = open();
  client->send(from_client(Opcode::kText, "first") + from_client(Opcode::kText, "close me") +
               from_client(Opcode::kText, "ignored"));
  const std::string expected = *make_frame(Opcode::kText, "echo first") +
                               *make_close_frame(WebSocketRole::kServer, CloseCode::kPolicy, "as you wish", kMask);
  EXPECT_EQ(client->read_exactly(expected.size()), expected);
  client->send(from_client(Opcode::kClose, "\x03\xF0"));
  EXPECT_EQ(client->read_to_end(), "");
  ASSERT_TRUE(eventually([&] { return log.closed == 1; }));
  EXPECT_EQ(closes().at(0), CloseCode::kPolicy);
  on_reactor([&] { EXPECT_EQ(log.messages, (std::vector<std::string>{"first", "close me"})); });
}

TEST_F(WebSocketTest, a_peer_that_does_not_close_in_turn_is_left_after_a_while) {
  start();
  auto client = open();
  client->send(from_client(Opcode::kText, "close me"));
  client->read_until("as you wish");
  server->advance(seconds(6));
  EXPECT_EQ(client->read_to_end(), "");
  EXPECT_EQ(log.closed, 1);
}

TEST_F(WebSocketTest, a_vanished_peer_is_reported_as_abnormal) {
  start();
  open().reset();
  ASSERT_TRUE(eventually([&] { return log.closed == 1; }));
  EXPECT_EQ(closes().at(0), CloseCode::kAbnormal);
}

TEST_F(WebSocketTest, protocol_errors_close_with_their_code) {
  start([](ServerOptions& options) { options.limits.ws_message_bytes = 1000; });
  const std::pair<CloseCode, std::string> cases[] = {
      {CloseCode::kProtocolError, "\x81\x05Hello"},
      {CloseCode::kInvalidPayload, from_client(Opcode::kText, "\xC0\x80")},
      {CloseCode::kTooBig, from_client(Opcode::kBinary, std::string(1001, 'x'))},
  };
  for (const auto& [code, bytes] : cases) {
    auto client = open();
    client->send(bytes);
    const std::string closing = client->read_to_end();
    ASSERT_GE(closing.size(), 4U);
    EXPECT_EQ(closing[0], '\x88');
    EXPECT_EQ(close_code_of(closing.substr(2)), code);
  }
  ASSERT_TRUE(eventually([&] { return log.closed == 3; }));
  EXPECT_EQ(server->server->metrics().protocol_errors, 3U);
  auto client = open();
  client->send(from_client(Opcode::kBinary, std::string(1000, 'x')));
  EXPECT_EQ(client->read_exactly(4 + 1005).size(), 1009U) << "the limit itself passes";
}

TEST_F(WebSocketTest, a_slow_reader_is_disconnected_not_buffered) {
  start([](ServerOptions& options) {
    options.limits.ws_queue_bytes = 100'000;
    options.send_buffer_bytes = 4096;
  });
  auto slow = open(2048);
  auto quick = open();
  const SharedBuffer frame = make_frame(Opcode::kBinary, std::string(10'000, 'x'));
  size_t queued_max = 0;
  // The slow one reads nothing; the quick one reads each frame before the next is sent.
  for (int i = 0; i < 200 && log.closed == 0 && server->server->metrics().slow_disconnects == 0; ++i) {
    on_reactor([&] {
      for (WebSocket* socket : log.sockets) {
        socket->send(frame);
        queued_max = std::max(queued_max, socket->queued_bytes());
      }
    });
    ASSERT_EQ(quick->read_exactly(frame->size()).size(), frame->size());
  }
  EXPECT_EQ(server->server->metrics().slow_disconnects, 1U);
  EXPECT_LE(queued_max, 100'000U);
  // When it reads at last, it learns why: the frame that had begun, then the close frame.
  const std::string all = slow->read_to_end();
  const std::string closing = *make_close_frame(WebSocketRole::kServer, CloseCode::kSlow, "too slow", kMask);
  EXPECT_TRUE(all.ends_with(closing));
  EXPECT_EQ((all.size() - closing.size()) % frame->size(), 0U);
  slow.reset();
  ASSERT_TRUE(eventually([&] { return log.closed == 1; }));
  EXPECT_EQ(closes().at(0), CloseCode::kSlow);
}

TEST_F(WebSocketTest, the_queue_takes_its_limit_and_not_a_byte_more) {
  start([](ServerOptions& options) { options.limits.ws_queue_bytes = 10'000; });
  auto client = open();
  on_reactor([&] {
    log.sockets[0]->send(make_buffer(std::string(10'000, 'x')));
    EXPECT_TRUE(log.sockets[0]->is_open());
    log.sockets[0]->send(make_buffer(std::string(10'001, 'x')));
    EXPECT_FALSE(log.sockets[0]->is_open()) << "a frame beyond the limit can never be queued";
  });
}

TEST_F(WebSocketTest, much_sent_in_one_pass_to_a_reader_that_keeps_up_is_not_slowness) {
  start([](ServerOptions& options) { options.limits.ws_queue_bytes = 50'000; });
  auto client = open();
  auto all = std::async(std::launch::async, [&] { return client->read_exactly(30 * 10'004); });
  on_reactor([&] {
    const SharedBuffer frame = make_frame(Opcode::kBinary, std::string(10'000, 'x'));
    for (int i = 0; i < 30; ++i) log.sockets[0]->send(frame);
  });
  EXPECT_EQ(all.get().size(), 30U * 10'004);
  EXPECT_EQ(server->server->metrics().slow_disconnects, 0U);
}

TEST_F(WebSocketTest, a_half_open_peer_is_found_by_ping_and_a_living_one_is_kept) {
  start();
  auto dead = open();
  auto living = open();
  server->advance(seconds(31));
  EXPECT_EQ(living->read_exactly(2), *make_frame(Opcode::kPing, ""));
  living->send(from_client(Opcode::kPong, ""));
  EXPECT_EQ(dead->read_exactly(2), *make_frame(Opcode::kPing, ""));
  const uint64_t heard = server->server->metrics().bytes_in;
  ASSERT_TRUE(eventually([&] { return server->server->metrics().bytes_in >= heard; }));
  on_reactor([] {});
  server->advance(seconds(21));
  EXPECT_EQ(dead->read_to_end(), "");
  EXPECT_EQ(server->server->metrics().ping_timeouts, 1U);
  EXPECT_EQ(server->server->metrics().websockets_open, 1U);
  living->send(from_client(Opcode::kText, "alive"));
  EXPECT_TRUE(living->read_until("echo alive").ends_with("echo alive"));
}

TEST_F(WebSocketTest, sockets_may_take_larger_messages_and_be_asked_more_often_than_others) {
  socket_options = {.message_bytes_max = 2000, .ping_every = seconds(10)};
  start([](ServerOptions& limits) { limits.limits.ws_message_bytes = 1000; });
  auto client = open();
  client->send(from_client(Opcode::kBinary, std::string(2000, 'x')));
  EXPECT_EQ(client->read_exactly(4 + 2005).size(), 2009U);
  server->advance(seconds(11));
  EXPECT_EQ(client->read_exactly(2), *make_frame(Opcode::kPing, ""));
  client->send(from_client(Opcode::kBinary, std::string(2001, 'x')));
  const std::string closing = client->read_to_end();
  ASSERT_GE(closing.size(), 4U);
  EXPECT_EQ(close_code_of(closing.substr(2)), CloseCode::kTooBig);
}

TEST_F(WebSocketTest, a_peer_that_talks_is_not_pinged) {
  start();
  auto client = open();
  for (int i = 0; i < 5; ++i) {
    server->advance(seconds(20));
    client->send(from_client(Opcode::kText, "x"));
    EXPECT_EQ(client->read_exactly(8), *make_frame(Opcode::kText, "echo x"));
  }
}

TEST_F(WebSocketTest, a_stopping_server_says_going_away) {
  start();
  auto client = open();
  auto stopped = std::async(std::launch::async, [&] { return server->server->stop(seconds(10)); });
  const std::string closing =
      *make_close_frame(WebSocketRole::kServer, CloseCode::kGoingAway, "the server stops", kMask);
  EXPECT_EQ(client->read_exactly(closing.size()), closing);
  client->send(from_client(Opcode::kClose, "\x03\xE9"));
  EXPECT_EQ(client->read_to_end(), "");
  while (stopped.wait_for(milliseconds(1)) != std::future_status::ready) server->advance(milliseconds(20));
  EXPECT_TRUE(stopped.get());
  EXPECT_EQ(closes(), (std::vector<CloseCode>{CloseCode::kGoingAway}));
}

TEST_F(WebSocketTest, sockets_left_when_the_server_is_destroyed_are_told) {
  start();
  auto client = open();
  server.reset();
  EXPECT_EQ(log.closed, 1);
}

/// A client's session for the connector: keeps what came, sends when told.
struct ClientLog {
  WebSocket* socket = nullptr;
  std::vector<std::string> messages;
  std::optional<CloseCode> close;
  std::optional<Error> error;
};

class ClientSession final : public SocketHandler {
 public:
  ClientSession(ClientLog& log, WebSocket& socket) : log_(log) { log.socket = &socket; }
  void on_message(std::string_view payload, bool) override { log_.messages.emplace_back(payload); }
  void on_closed(CloseCode code) override {
    log_.socket = nullptr;
    log_.close = code;
  }

 private:
  ClientLog& log_;
};

struct ConnectorTest : WebSocketTest {
  void connect(std::shared_ptr<TlsContext> tls = nullptr) {
    connector.connect(
        {.address = server->address(), .tls = std::move(tls)}, "/ws", {},
        [this](WebSocket& socket) { return std::make_shared<ClientSession>(client, socket); },
        [this](Error error) { client.error = std::move(error); });
  }
  void pass_until(const std::function<bool()>& condition) {
    EXPECT_TRUE(eventually([&] {
      reactor->run_pass(milliseconds(1));
      return condition();
    }));
  }

  SystemClock clock;
  std::unique_ptr<Reactor> reactor = *Reactor::create(clock);
  Limits limits;
  WebSocketConnector connector{*reactor, limits};
  ClientLog client;
};

TEST_F(ConnectorTest, talks_to_a_server_and_closes) {
  start();
  connect();
  pass_until([&] { return client.socket != nullptr; });
  client.socket->send(Opcode::kText, "hello");
  pass_until([&] { return client.messages.size() == 1; });
  EXPECT_EQ(client.messages[0], "echo hello");
  client.socket->close(CloseCode::kNormal);
  pass_until([&] { return client.close.has_value(); });
  EXPECT_EQ(client.close, CloseCode::kNormal);
}

TEST_F(ConnectorTest, tells_why_it_could_not_connect) {
  handler.on_request = [](Request, Responder responder) {
    responder.respond({.status = 401, .headers = {}, .body = "sign in"});
  };
  server.emplace(handler);
  connect();
  pass_until([&] { return client.error.has_value(); });
  EXPECT_EQ(client.error->reason, Reason::kNotAllowed);
  EXPECT_EQ(client.error->message, "401 sign in");
  client.error.reset();
  connector.connect(
      {.address = *Address::parse_ip("127.0.0.1", 1)}, "/", {}, [](WebSocket&) { return nullptr; },
      [this](Error error) { client.error = std::move(error); });
  EXPECT_FALSE(client.error.has_value());
  pass_until([&] { return client.error.has_value(); });
  EXPECT_EQ(client.error->reason, Reason::kBusy);
}

TEST_F(ConnectorTest, two_hundred_sockets_hear_a_broadcast_over_tls) {
  start([](ServerOptions& options) {
    options.listen[0].is_tls = true;
    options.certificate_path = TestCertificate::get().certificate_path;
    options.key_path = TestCertificate::get().key_path;
  });
  auto tls = *TlsContext::create_client(TlsContext::Trust::kAny);
  std::vector<ClientLog> logs(200);
  size_t opened = 0;
  for (ClientLog& one : logs) {
    connector.connect(
        {.address = server->address(), .tls = tls}, "/ws", {},
        [&](WebSocket& socket) {
          ++opened;
          return std::make_shared<ClientSession>(one, socket);
        },
        [](const Error& error) { ADD_FAILURE() << error.message; });
  }
  pass_until([&] { return opened == logs.size(); });
  const std::string large(40'000, 'L');
  on_reactor([&] {
    const SharedBuffer frames[] = {make_frame(Opcode::kText, "small"), make_frame(Opcode::kBinary, large)};
    for (WebSocket* socket : log.sockets) {
      for (const SharedBuffer& frame : frames) socket->send(frame);
    }
  });
  pass_until([&] { return std::ranges::all_of(logs, [](const ClientLog& one) { return one.messages.size() == 2; }); });
  for (const ClientLog& one : logs) EXPECT_EQ(one.messages[1], large);
  connector.close_all();
  pass_until([&] { return std::ranges::all_of(logs, [](const ClientLog& one) { return one.close.has_value(); }); });
}

}  // namespace
}  // namespace kith::net

// HTTP over real sockets on loopback; time moves only when told.
#include <gtest/gtest.h>

#include <optional>

#include "net_fixture.hpp"

namespace kith::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kHost = "Host: kith\r\n";

std::string get(const std::string& target, const std::string& fields = {}) {
  return "GET " + target + " HTTP/1.1\r\n" + kHost + fields + "\r\n";
}

std::string post(const std::string& target, const std::string& body) {
  return "POST " + target + " HTTP/1.1\r\n" + kHost + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

bool has_status(const std::string& response, int status) {
  return response.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

TEST(HttpServer, answers_many_requests_on_one_connection) {
  ScriptedHandler handler;
  TestServer server(handler);
  RawClient client(server.address());
  for (int i = 0; i < 3; ++i) {
    client.send(post("/n" + std::to_string(i), "body"));
    const std::string response = client.read_response();
    EXPECT_TRUE(has_status(response, 200));
    EXPECT_TRUE(response.ends_with("POST /n" + std::to_string(i) + " body")) << response;
    EXPECT_NE(response.find("\r\nDate: "), std::string::npos);
  }
  EXPECT_EQ(server.server->metrics().requests, 3U);
  EXPECT_EQ(server.server->metrics().connections_accepted, 1U);
}

TEST(HttpServer, answers_pipelined_requests_in_order_also_when_answers_come_later) {
  ScriptedHandler handler;
  std::vector<std::pair<Request, Responder>> waiting;
  handler.on_request = [&](Request request, Responder responder) {
    waiting.emplace_back(std::move(request), std::move(responder));
  };
  TestServer server(handler);
  RawClient client(server.address());
  std::string all;
  for (int i = 0; i < 5; ++i) all += post("/" + std::to_string(i), std::string(static_cast<size_t>(i) * 100, 'x'));
  client.send(all);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(eventually([&] {
      bool has_one = false;
      server.run_on_reactor([&] { has_one = waiting.size() == 1; });
      return has_one;
    }));
    server.run_on_reactor([&] {
      auto [request, responder] = std::move(waiting.back());
      waiting.pop_back();
      responder.respond({.status = 200, .headers = {}, .body = request.target});
    });
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\n/" + std::to_string(i)));
  }
}

TEST(HttpServer, sends_large_bodies_shared_and_static_to_a_slow_reader) {
  ScriptedHandler handler;
  const SharedBuffer large = make_buffer(std::string(3'000'000, 'L'));
  static const std::string kStatic(100'000, 'S');
  handler.on_request = [&](Request request, Responder responder) {
    responder.respond(
        {.status = 200, .headers = {}, .body = request.target == "/large" ? Body(large) : Body::of_static(kStatic)});
  };
  TestServer server(handler, [](ServerOptions& options) { options.send_buffer_bytes = 8192; });
  RawClient client(server.address(), nullptr, 4096);
  client.send(get("/large") + get("/static"));
  const std::string first = client.read_response();
  EXPECT_EQ(first.substr(first.find("\r\n\r\n") + 4), *large);
  const std::string second = client.read_response();
  EXPECT_EQ(second.substr(second.find("\r\n\r\n") + 4), kStatic);
}

TEST(HttpServer, answers_head_and_204_without_body) {
  ScriptedHandler handler;
  handler.on_request = [](Request request, Responder responder) {
    responder.respond({.status = request.target == "/none" ? 204 : 200, .headers = {}, .body = "12345"});
  };
  TestServer server(handler);
  RawClient client(server.address());
  client.send("HEAD / HTTP/1.1\r\n" + kHost + "\r\n" + get("/none") + get("/"));
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_NE(head.find("Content-Length: 5\r\n"), std::string::npos);
  const std::string none = client.read_until("\r\n\r\n");
  EXPECT_TRUE(has_status(none, 204));
  EXPECT_EQ(none.find("Content-Length"), std::string::npos);
  EXPECT_TRUE(client.read_response().ends_with("12345"));
}

TEST(HttpServer, asks_for_the_body_of_a_client_that_expects_it) {
  ScriptedHandler handler;
  TestServer server(handler);
  RawClient client(server.address());
  client.send("POST /b HTTP/1.1\r\n" + kHost + "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_TRUE(has_status(client.read_until("\r\n\r\n"), 100));
  client.send("body");
  EXPECT_TRUE(client.read_response().ends_with("POST /b body"));
}

TEST(HttpServer, refuses_bad_requests_in_json_and_closes) {
  ScriptedHandler handler;
  TestServer server(handler, [](ServerOptions& options) {
    options.limits.http_header_bytes = 500;
    options.limits.http_body_bytes = 100;
  });
  const std::pair<int, std::string> cases[] = {
      {400, "nonsense\r\n\r\n"},
      {400, "POST / HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {431, get("/", "X: " + std::string(500, 'x') + "\r\n")},
      {413, post("/", std::string(101, 'x'))},
      {501, "POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: gzip\r\n\r\n"},
      {426, get("/", "Upgrade: websocket\r\nConnection: upgrade\r\n")},
  };
  for (const auto& [status, bytes] : cases) {
    RawClient client(server.address());
    client.send(bytes);
    const std::string all = client.read_to_end();
    EXPECT_TRUE(has_status(all, status)) << status << "\n" << all;
    EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
    EXPECT_NE(all.find(R"({"code":")"), std::string::npos);
  }
  EXPECT_EQ(server.server->metrics().protocol_errors, std::size(cases));
  EXPECT_EQ(server.server->metrics().requests, 0U);
  RawClient client(server.address());
  client.send(post("/", std::string(100, 'x')));
  EXPECT_TRUE(has_status(client.read_response(), 200)) << "the limit itself passes";
}

TEST(HttpServer, a_refusal_reaches_a_client_that_is_still_sending) {
  ScriptedHandler handler;
  TestServer server(handler, [](ServerOptions& options) { options.limits.http_body_bytes = 1000; });
  RawClient client(server.address());
  const std::string body(400'000, 'x');
  client.send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 400000\r\n\r\n");
  client.send(body);
  const std::string answer = client.read_response();
  EXPECT_TRUE(has_status(answer, 413)) << answer;
}

TEST(HttpServer, closes_a_slow_loris_with_408_and_idle_connections_without_a_word) {
  ScriptedHandler handler;
  TestServer server(handler);
  RawClient loris(server.address());
  RawClient slow_body(server.address());
  RawClient idle(server.address());
  RawClient kept(server.address());
  loris.send("GET / HTTP/1.1\r\nX-Slow: 1\r\n");
  slow_body.send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 10\r\n\r\nhalf");
  kept.send(get("/"));
  kept.read_response();
  ASSERT_TRUE(eventually([&] { return server.server->metrics().connections_open == 4; }));
  ASSERT_TRUE(eventually([&] { return server.server->metrics().bytes_in > 100; }));
  server.advance(seconds(9));
  EXPECT_EQ(server.server->metrics().request_timeouts, 0U);
  loris.send("X-Still: 1\r\n");
  server.advance(seconds(2));
  EXPECT_TRUE(has_status(loris.read_to_end(), 408));
  server.advance(seconds(20));
  EXPECT_TRUE(has_status(slow_body.read_to_end(), 408));
  EXPECT_EQ(server.server->metrics().request_timeouts, 2U);
  server.advance(seconds(45));
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_EQ(kept.read_to_end(), "");
}

TEST(HttpServer, a_request_in_the_handlers_hands_has_all_the_time_it_wants) {
  ScriptedHandler handler;
  std::optional<Responder> poll;
  std::atomic<bool> has_poll = false;
  handler.on_request = [&](Request, Responder responder) {
    poll.emplace(std::move(responder));
    has_poll = true;
  };
  TestServer server(handler);
  RawClient client(server.address());
  client.send(get("/poll"));
  ASSERT_TRUE(eventually([&] { return has_poll.load(); }));
  server.advance(seconds(600));
  server.run_on_reactor([&] {
    EXPECT_TRUE(poll->is_connected());
    poll->respond({.status = 200, .headers = {}, .body = "late"});
    poll.reset();
  });
  EXPECT_TRUE(client.read_response().ends_with("late"));
}

TEST(HttpServer, an_answer_to_a_peer_that_left_is_dropped) {
  ScriptedHandler handler;
  std::optional<Responder> poll;
  std::atomic<bool> has_poll = false;
  handler.on_request = [&](Request, Responder responder) {
    poll.emplace(std::move(responder));
    has_poll = true;
  };
  TestServer server(handler);
  auto client = std::make_unique<RawClient>(server.address());
  client->send(get("/poll"));
  ASSERT_TRUE(eventually([&] { return has_poll.load(); }));
  client.reset();
  ASSERT_TRUE(eventually([&] {
    bool is_connected = true;
    server.run_on_reactor([&] { is_connected = poll->is_connected(); });
    return !is_connected;
  }));
  server.run_on_reactor([&] {
    poll->respond({.status = 200, .headers = {}, .body = "nobody there"});
    poll.reset();
  });
  EXPECT_TRUE(eventually([&] { return server.server->metrics().connections_open == 0; }));
}

TEST(HttpServer, a_client_that_ended_its_side_still_gets_its_answer) {
  ScriptedHandler handler;
  TestServer server(handler);
  RawClient client(server.address());
  client.send(get("/half"));
  client.end_output();
  EXPECT_TRUE(client.read_to_end().ends_with("GET /half "));
}

TEST(HttpServer, a_forgotten_responder_answers_500) {
  ScriptedHandler handler;
  handler.on_request = [](Request, Responder) {};
  TestServer server(handler);
  RawClient client(server.address());
  client.send(get("/"));
  EXPECT_TRUE(has_status(client.read_response(), 500));
  EXPECT_EQ(server.server->metrics().responses_5xx, 1U);
}

TEST(HttpServer, a_header_value_cannot_end_its_line) {
  ScriptedHandler handler;
  handler.on_request = [](Request, Responder responder) {
    responder.respond({.status = 200, .headers = {{"X-Name", "a\r\nSet-Cookie: evil=1"}}, .body = {}});
  };
  TestServer server(handler);
  RawClient client(server.address());
  client.send(get("/"));
  EXPECT_NE(client.read_response().find("\r\nX-Name: a  Set-Cookie: evil=1\r\n"), std::string::npos);
}

TEST(HttpServer, believes_forwarded_headers_of_trusted_proxies_only) {
  ScriptedHandler handler;
  handler.on_request = [](Request request, Responder responder) {
    responder.respond(
        {.status = 200, .headers = {}, .body = request.peer.ip_text() + (request.is_secure ? " secure" : " plain")});
  };
  const std::string fields = "X-Forwarded-For: 6.6.6.6, 203.0.113.9, 10.1.2.3\r\nX-Forwarded-Proto: https\r\n";
  TestServer direct(handler);
  RawClient stranger(direct.address());
  stranger.send(get("/", fields));
  EXPECT_TRUE(stranger.read_response().ends_with("127.0.0.1 plain"));
  TestServer behind(handler, [](ServerOptions& options) {
    options.trusted_proxies = {*AddressRange::parse("127.0.0.0/8"), *AddressRange::parse("10.0.0.0/8")};
  });
  RawClient proxy(behind.address());
  proxy.send(get("/", fields));
  EXPECT_TRUE(proxy.read_response().ends_with("203.0.113.9 secure"));
}

TEST(HttpServer, refuses_one_connection_beyond_each_limit) {
  ScriptedHandler handler;
  for (const bool per_address : {true, false}) {
    TestServer server(handler, [&](ServerOptions& options) {
      (per_address ? options.limits.connections_per_address : options.limits.connections_per_reactor) = 2;
    });
    auto first = std::make_unique<RawClient>(server.address());
    RawClient second(server.address());
    ASSERT_TRUE(eventually([&] { return server.server->metrics().connections_open == 2; }));
    RawClient third(server.address());
    EXPECT_TRUE(has_status(third.read_to_end(), 503));
    EXPECT_EQ(server.server->metrics().connections_refused, 1U);
    first.reset();
    ASSERT_TRUE(eventually([&] { return server.server->metrics().connections_open == 1; }));
    RawClient fourth(server.address());
    fourth.send(get("/"));
    EXPECT_TRUE(has_status(fourth.read_response(), 200));
  }
}

TEST(HttpServer, stops_gracefully_after_the_request_in_flight) {
  ScriptedHandler handler;
  std::optional<Responder> waiting;
  std::atomic<bool> has_one = false;
  handler.on_request = [&](Request, Responder responder) {
    waiting.emplace(std::move(responder));
    has_one = true;
  };
  TestServer server(handler);
  RawClient busy(server.address());
  RawClient idle(server.address());
  busy.send(get("/"));
  ASSERT_TRUE(eventually([&] { return has_one.load() && server.server->metrics().connections_open == 2; }));
  auto stopped = std::async(std::launch::async, [&] { return server.server->stop(seconds(10)); });
  EXPECT_EQ(idle.read_to_end(), "");
  server.run_on_reactor([&] {
    waiting->respond({.status = 200, .headers = {}, .body = "last words"});
    waiting.reset();
  });
  const std::string answer = busy.read_to_end();
  EXPECT_TRUE(answer.ends_with("last words"));
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  busy.end_output();
  // The drain timer runs on the test's clock.
  while (stopped.wait_for(milliseconds(1)) != std::future_status::ready) server.advance(milliseconds(20));
  EXPECT_TRUE(stopped.get());
  EXPECT_EQ(server.server->metrics().connections_open, 0U);
}

TEST(HttpServer, stop_gives_up_on_a_request_that_never_ends) {
  ScriptedHandler handler;
  std::optional<Responder> waiting;
  std::atomic<bool> has_one = false;
  handler.on_request = [&](Request, Responder responder) {
    waiting.emplace(std::move(responder));
    has_one = true;
  };
  TestServer server(handler);
  RawClient client(server.address());
  client.send(get("/"));
  ASSERT_TRUE(eventually([&] { return has_one.load(); }));
  EXPECT_FALSE(server.server->stop(milliseconds(1)));
  EXPECT_EQ(client.read_to_end(), "");
  server.run_on_reactor([&] { waiting.reset(); });
}

TEST(HttpServer, will_not_share_its_port_with_another_server) {
  ScriptedHandler handler;
  TestServer server(handler, [](ServerOptions& options) { options.reactors = 2; });
  ServerOptions options;
  options.listen = {{.address = server.address()}};
  EXPECT_FALSE(Server::create(options, handler, server.clock).has_value());
}

TEST(HttpServer, serves_ipv6_and_several_reactors) {
  ScriptedHandler handler;
  TestServer server(handler, [](ServerOptions& options) {
    options.reactors = 3;
    options.listen.push_back({.address = *Address::parse_ip("::1")});
  });
  for (int i = 0; i < 20; ++i) {
    RawClient client(server.address(static_cast<size_t>(i % 2)));
    client.send(get("/"));
    EXPECT_TRUE(has_status(client.read_response(), 200));
  }
  EXPECT_EQ(server.server->metrics().requests, 20U);
}

TEST(HttpClient, keeps_its_connection_and_reconnects_when_the_server_closed_it) {
  ScriptedHandler handler;
  TestServer server(handler);
  HttpClient client({.address = server.address()});
  for (int i = 0; i < 2; ++i) {
    const auto response = client.post_json("/rpc", "{}");
    ASSERT_TRUE(response.has_value()) << response.error().message;
    EXPECT_EQ(response->body.bytes(), "POST /rpc {}");
  }
  EXPECT_EQ(server.server->metrics().connections_accepted, 1U);
  server.advance(seconds(80));
  ASSERT_TRUE(eventually([&] { return server.server->metrics().connections_open == 0; }));
  EXPECT_EQ(client.get("/again")->body.bytes(), "GET /again ");
  EXPECT_EQ(client.request("HEAD", "/")->status, 200);
  EXPECT_EQ(server.server->metrics().connections_accepted, 2U);
}

TEST(HttpClient, tells_when_nobody_listens) {
  HttpClient client({.address = *Address::parse_ip("127.0.0.1", 1)});
  EXPECT_EQ(client.get("/").error().reason, Reason::kBusy);
}

}  // namespace
}  // namespace kith::net

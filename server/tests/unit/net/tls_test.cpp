#include "net/tls.hpp"

#include <gtest/gtest.h>

#include "net_fixture.hpp"

namespace kith::net {
namespace {

using std::chrono::seconds;

void use_tls(ServerOptions& options) {
  options.listen[0].is_tls = true;
  options.certificate_path = TestCertificate::get().certificate_path;
  options.key_path = TestCertificate::get().key_path;
}

TEST(Tls, serves_https_with_bodies_larger_than_a_record_both_ways) {
  ScriptedHandler handler;
  handler.on_request = [](Request request, Responder responder) {
    EXPECT_TRUE(request.is_secure);
    responder.respond({.status = 200, .headers = {}, .body = request.body + request.body});
  };
  TestServer server(handler, use_tls);
  HttpClient client({.address = server.address(), .tls = *TlsContext::create_client(TlsContext::Trust::kAny)});
  for (const size_t size : {10UL, 16'384UL, 300'000UL}) {
    const std::string body(size, 'b');
    const auto response = client.request("POST", "/", {}, body);
    ASSERT_TRUE(response.has_value()) << response.error().message;
    EXPECT_EQ(response->body.bytes(), body + body);
  }
  EXPECT_EQ(server.server->metrics().tls_handshakes, 1U);
}

TEST(Tls, sends_a_large_answer_to_a_slow_reader) {
  ScriptedHandler handler;
  const SharedBuffer large = make_buffer(std::string(1'000'000, 'L'));
  handler.on_request = [&](Request, Responder responder) {
    responder.respond({.status = 200, .headers = {}, .body = large});
  };
  TestServer server(handler, [](ServerOptions& options) {
    use_tls(options);
    options.send_buffer_bytes = 8192;
  });
  RawClient client(server.address(), *TlsContext::create_client(TlsContext::Trust::kAny), 4096);
  client.send("GET / HTTP/1.1\r\nHost: kith\r\n\r\nGET / HTTP/1.1\r\nHost: kith\r\n\r\n");
  for (int i = 0; i < 2; ++i) {
    const std::string response = client.read_response();
    EXPECT_EQ(response.size() - response.find("\r\n\r\n") - 4, large->size());
  }
}

TEST(Tls, a_client_that_checks_refuses_a_certificate_nobody_vouches_for) {
  ScriptedHandler handler;
  TestServer server(handler, use_tls);
  HttpClient client({.address = server.address(), .tls = *TlsContext::create_client(TlsContext::Trust::kSystem)});
  EXPECT_EQ(client.get("/").error().reason, Reason::kBusy);
  EXPECT_TRUE(eventually([&] { return server.server->metrics().tls_failures == 1; }));
}

TEST(Tls, plain_text_and_silence_on_a_tls_port_are_ended) {
  ScriptedHandler handler;
  TestServer server(handler, use_tls);
  RawClient plain(server.address());
  plain.send("GET / HTTP/1.1\r\nHost: kith\r\n\r\n");
  plain.read_to_end();
  RawClient silent(server.address());
  ASSERT_TRUE(eventually([&] { return server.server->metrics().connections_accepted == 2; }));
  server.advance(seconds(11));
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_EQ(server.server->metrics().requests, 0U);
}

TEST(Tls, unusable_files_are_an_error_and_a_reload_keeps_the_old_certificate_then) {
  ScriptedHandler handler;
  ServerOptions options;
  options.listen = {{.address = *Address::parse_ip("127.0.0.1"), .is_tls = true}};
  options.certificate_path = "/nonexistent";
  SystemClock clock;
  EXPECT_EQ(Server::create(options, handler, clock).error().reason, Reason::kInvalidField);
  TestServer server(handler, use_tls);
  EXPECT_TRUE(server.server->reload_tls().has_value());
  HttpClient client({.address = server.address(), .tls = *TlsContext::create_client(TlsContext::Trust::kAny)});
  EXPECT_EQ(client.get("/")->status, 200);
}

}  // namespace
}  // namespace kith::net

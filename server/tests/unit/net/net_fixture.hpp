// What tests of net/ share: a clock that moves when told, a server with a scripted handler, a raw client.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "net/http_client.hpp"
#include "net/server.hpp"
#include "net/system_clock.hpp"

namespace kith::net {

/// Moves only when told; for several threads.
class TestClock final : public Clock {
 public:
  Instant now() const override { return Instant(Duration(nanoseconds_.load())); }
  UnixMillis wall() const override { return {1'700'000'000'000 + nanoseconds_.load() / 1'000'000}; }
  void advance(Duration by) { nanoseconds_ += by.count(); }

 private:
  std::atomic<int64_t> nanoseconds_{1'000'000'000'000};
};

/// A blocking TCP or TLS client that sends and receives raw bytes; every read gives up after 10 s.
class RawClient {
 public:
  explicit RawClient(const Address& address, std::shared_ptr<TlsContext> tls = nullptr, int receive_buffer = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;

  bool send(std::string_view bytes);
  void end_output();
  /// Reads until the text has come; returns everything up to and including it, or what came before the end.
  std::string read_until(std::string_view text);
  std::string read_exactly(size_t bytes);
  /// Reads until the peer ends or resets the connection.
  std::string read_to_end();
  /// A whole HTTP response with Content-Length, or up to the end of the head.
  std::string read_response();
  int descriptor() const;

 private:
  bool read_more();
  int descriptor_ = -1;
  std::unique_ptr<TlsSession> tls_;
  std::string received_;
};

/// Handles with functions; counts what it sees.
class ScriptedHandler : public Handler {
 public:
  std::function<void(Request, Responder)> on_request = [](Request request, Responder responder) {
    responder.respond(
        {.status = 200, .headers = {}, .body = request.method + " " + request.target + " " + request.body});
  };
  void handle_request(Request request, Responder responder) override {
    on_request(std::move(request), std::move(responder));
  }
};

/// A server on loopback with one reactor unless said otherwise.
struct TestServer {
  explicit TestServer(Handler& handler, const std::function<void(ServerOptions&)>& change = {});
  const Address& address(size_t index = 0) const { return addresses[index]; }
  /// Moves the clock and lets every reactor notice.
  void advance(Duration by);
  /// Runs a job on the first reactor and waits for it.
  void run_on_reactor(const std::function<void()>& job);

  TestClock clock;
  std::unique_ptr<Server> server;
  std::vector<Address> addresses;
};

/// Runs a job on an executor and waits until it is over. (A promise on the waiter's stack would be destroyed while the
/// other thread is still inside set_value.)
void run_and_wait(Executor& executor, std::function<void()> job);

/// Waits until a condition that other threads bring about holds; false after 10 s.
bool eventually(const std::function<bool()>& condition);

/// PEM files with a fresh P-256 key and a certificate for "localhost", made once per process.
struct TestCertificate {
  std::string certificate_path;
  std::string key_path;
  static const TestCertificate& get();
};

}  // namespace kith::net

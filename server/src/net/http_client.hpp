// A small blocking HTTP/1.1 client for the command line, load generators and tests: one connection, kept alive.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/address.hpp"
#include "net/http_message.hpp"
#include "net/tls.hpp"

namespace kith::net {

struct ClientOptions {
  Address address;                              ///< where to connect
  std::string host = "localhost";               ///< Host header and TLS server name
  std::shared_ptr<TlsContext> tls;              ///< null: plain
  Duration timeout = std::chrono::seconds(30);  ///< of each read and write
  size_t response_bytes_max = 64 * 1024 * 1024;
};

class HttpClient {
 public:
  explicit HttpClient(ClientOptions options);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  /// Sends a request and waits for the whole answer; connects when needed, once again if the kept connection was
  /// closed. Any status is a value. `kBusy`: no connection or none in time; `kMalformed`: not HTTP.
  Result<Response> request(std::string_view method, std::string_view target, const Headers& headers = {},
                           std::string_view body = {});
  Result<Response> get(std::string_view target, const Headers& headers = {}) { return request("GET", target, headers); }
  /// POST of `application/json`.
  Result<Response> post_json(std::string_view target, std::string_view json, Headers headers = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kith::net

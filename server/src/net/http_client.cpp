#include "net/http_client.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <optional>

#include "net/http_parser.hpp"
#include "net/http_writer.hpp"
#include "net/socket.hpp"

namespace kith::net {
namespace {

constexpr size_t kResponseHeaderBytes = 64 * 1024;

timeval to_timeval(Duration duration) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  return {.tv_sec = static_cast<time_t>(microseconds / 1'000'000),
          .tv_usec = static_cast<suseconds_t>(microseconds % 1'000'000)};
}

}  // namespace

struct HttpClient::State {
  ClientOptions options;
  Socket socket;
  std::string input;  ///< received behind the last response

  Result<> connect();
  Result<> send(std::string_view bytes);
  Result<Response> receive(bool is_answer_to_head);
  Result<Response> exchange(std::string_view request, bool is_answer_to_head);
};

HttpClient::HttpClient(ClientOptions options)
    : state_(std::make_unique<State>(State{.options = std::move(options), .socket = Socket(), .input = {}})) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<> HttpClient::State::connect() {
  const int family = options.address.is_v4() ? AF_INET : AF_INET6;
  Socket connection(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!connection.is_open()) return fail(Reason::kBusy, "No descriptor left for a connection.");
  const timeval timeout = to_timeval(options.timeout);
  const int yes = 1;
  setsockopt(connection.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  setsockopt(connection.descriptor(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  setsockopt(connection.descriptor(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_storage storage{};
  const uint32_t size = options.address.to_sockaddr(storage);
  if (::connect(connection.descriptor(), reinterpret_cast<const sockaddr*>(&storage), size) != 0) {
    return fail(Reason::kBusy, "Cannot connect to " + options.address.text() + ".");
  }
  if (options.tls) {
    auto tls = TlsSession::connect(*options.tls, connection.descriptor(), options.host);
    if (!tls || tls->handshake() != IoStatus::kOk) return fail(Reason::kBusy, "The TLS handshake failed.");
    connection.start_tls(std::move(tls));
  }
  socket = std::move(connection);
  input.clear();
  return {};
}

Result<> HttpClient::State::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const IoResult result = socket.write(bytes);
    if (result.status != IoStatus::kOk) return fail(Reason::kBusy, "The connection was lost while sending.");
    bytes.remove_prefix(result.bytes);
  }
  return {};
}

Result<Response> HttpClient::State::receive(bool is_answer_to_head) {
  auto parser = std::make_unique<ResponseParser>(kResponseHeaderBytes, options.response_bytes_max, is_answer_to_head);
  std::array<char, 16 * 1024> buffer;
  while (true) {
    if (!input.empty()) input.erase(0, parser->feed(input));
    if (parser->has_failed()) return fail(Reason::kMalformed, "The answer is not HTTP.");
    if (parser->is_done()) {
      const bool keeps_alive = parser->keeps_alive();
      Response response = parser->take();
      if (response.status == 100) {
        parser = std::make_unique<ResponseParser>(kResponseHeaderBytes, options.response_bytes_max, is_answer_to_head);
        continue;
      }
      if (!keeps_alive) socket.close();
      return response;
    }
    const IoResult result = socket.read(buffer);
    if (result.status == IoStatus::kClosed && parser->finish()) {
      socket.close();
      return parser->take();
    }
    if (result.status != IoStatus::kOk) return fail(Reason::kBusy, "No answer came in time.");
    input.append(buffer.data(), result.bytes);
  }
}

Result<Response> HttpClient::State::exchange(std::string_view request, bool is_answer_to_head) {
  TRY_VOID(send(request));
  return receive(is_answer_to_head);
}

Result<Response> HttpClient::request(std::string_view method, std::string_view target, const Headers& headers,
                                     std::string_view body) {
  std::string bytes;
  put_request(bytes, method, target, state_->options.host, headers, body);
  const bool is_head = method == "HEAD";
  // A kept connection may have been closed by the server meanwhile: then, and only then, once more on a new one.
  if (state_->socket.is_open()) {
    if (auto response = state_->exchange(bytes, is_head)) return response;
    state_->socket.close();
  }
  TRY_VOID(state_->connect());
  auto response = state_->exchange(bytes, is_head);
  if (!response) state_->socket.close();
  return response;
}

Result<Response> HttpClient::post_json(std::string_view target, std::string_view json, Headers headers) {
  headers.add("Content-Type", "application/json");
  return request("POST", target, headers, json);
}

}  // namespace kith::net

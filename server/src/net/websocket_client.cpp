#include "net/websocket_client.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/bytes.hpp"
#include "net/connection_host.hpp"
#include "net/http_parser.hpp"
#include "net/http_writer.hpp"

namespace kith::net {
namespace {

constexpr size_t kAnswerHeaderBytes = 16 * 1024;
constexpr size_t kAnswerBodyBytes = 64 * 1024;

using Failed = std::move_only_function<void(Error)>;

/// One handshake: 1. connect · 2. TLS · 3. send the request · 4. read the answer · become a WebSocket.
class Handshake final : public Connection {
 public:
  Handshake(ConnectionHost& host, const ClientOptions& options, SocketFactory factory, Failed failed)
      : host_(host), options_(options), factory_(std::move(factory)), failed_(std::move(failed)) {}

  static void start(std::unique_ptr<Handshake> owner, std::string_view target, const Headers& headers);

 private:
  enum class State : uint8_t { kConnecting, kTls, kSending, kReading, kDone };

  void on_events(uint32_t events) override;
  void flush() override { step(); }
  void on_deadline() override { give_up(Reason::kBusy, "The connection was not made in time."); }
  void drain() override { abort(); }
  void abort() override { leave(); }

  bool open_descriptor();
  void step();
  bool begin_tls();
  void send_request();
  void read_answer();
  void judge(const Response& answer);
  void become_websocket();
  void give_up(Reason reason, std::string message);
  void leave();
  bool continues(IoStatus status);

  ConnectionHost& host_;
  ClientOptions options_;
  SocketFactory factory_;
  Failed failed_;
  Socket socket_;
  std::string request_;
  std::string input_;
  std::string key_;
  ResponseParser parser_{kAnswerHeaderBytes, kAnswerBodyBytes, false};
  State state_ = State::kConnecting;
};

void Handshake::start(std::unique_ptr<Handshake> owner, std::string_view target, const Headers& headers) {
  Handshake& handshake = *owner;
  handshake.host_.adopt(std::move(owner));
  handshake.host_.metrics.connections_open.add();
  handshake.host_.deadlines.arm(handshake, handshake.host_.reactor.now() + handshake.options_.timeout);
  std::array<char, 16> nonce;
  for (size_t i = 0; i < nonce.size(); i += 4) {
    const auto part = handshake.host_.next_mask();
    std::copy(part.begin(), part.end(), nonce.begin() + static_cast<ptrdiff_t>(i));
  }
  handshake.key_ = to_base64(std::string_view(nonce.data(), nonce.size()));
  Headers all = headers;
  all.add("Upgrade", "websocket");
  all.add("Connection", "Upgrade");
  all.add("Sec-WebSocket-Version", "13");
  all.add("Sec-WebSocket-Key", handshake.key_);
  put_request(handshake.request_, "GET", target, handshake.options_.host, all, {});
  if (handshake.open_descriptor()) return;
  handshake.state_ = State::kDone;
  // The caller does not expect to be called back before it returns.
  handshake.host_.reactor.post([failed = std::move(handshake.failed_)]() mutable {
    failed({.reason = Reason::kBusy, .message = "Cannot connect.", .field = {}});
  });
  handshake.leave();
}

bool Handshake::open_descriptor() {
  const int family = options_.address.is_v4() ? AF_INET : AF_INET6;
  socket_ = Socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
  if (!socket_.is_open()) return false;
  const int yes = 1;
  setsockopt(socket_.descriptor(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_storage storage{};
  const uint32_t size = options_.address.to_sockaddr(storage);
  const int connected = ::connect(socket_.descriptor(), reinterpret_cast<const sockaddr*>(&storage), size);
  if (connected != 0 && errno != EINPROGRESS) return false;
  return host_.reactor.watch(socket_.descriptor(), EPOLLOUT, *this).has_value();
}

void Handshake::on_events(uint32_t events) {
  if (state_ == State::kDone) return;
  if (state_ == State::kConnecting && (events & (EPOLLERR | EPOLLHUP)) != 0) {
    return give_up(Reason::kBusy, "Cannot connect to " + options_.address.text() + ".");
  }
  step();
}

void Handshake::step() {
  if (state_ == State::kConnecting && !begin_tls()) return;
  if (state_ == State::kTls) {
    if (!continues(socket_.handshake())) return;
    state_ = State::kSending;
  }
  if (state_ == State::kSending) send_request();
  if (state_ == State::kReading) read_answer();
}

bool Handshake::begin_tls() {
  state_ = State::kTls;
  if (!options_.tls) return true;
  auto tls = TlsSession::connect(*options_.tls, socket_.descriptor(), options_.host);
  if (!tls) {
    give_up(Reason::kInternal, "TLS is not available.");
    return false;
  }
  socket_.start_tls(std::move(tls));
  return true;
}

/// True if the step is done; otherwise waits or gives up as the status demands.
bool Handshake::continues(IoStatus status) {
  if (status == IoStatus::kOk) return true;
  if (status == IoStatus::kWantRead || status == IoStatus::kWantWrite) {
    host_.reactor.rewatch(socket_.descriptor(), status == IoStatus::kWantRead ? EPOLLIN : EPOLLOUT, *this);
  } else {
    give_up(Reason::kBusy, "The connection was lost.");
  }
  return false;
}

void Handshake::send_request() {
  while (!request_.empty()) {
    const IoResult result = socket_.write(request_);
    if (!continues(result.status)) return;
    request_.erase(0, result.bytes);
  }
  state_ = State::kReading;
  host_.reactor.rewatch(socket_.descriptor(), EPOLLIN, *this);
}

void Handshake::read_answer() {
  while (state_ == State::kReading) {
    const std::span<char> buffer = host_.read_buffer();
    const IoResult result = socket_.read(buffer);
    if (!continues(result.status)) return;
    input_.append(buffer.data(), result.bytes);
    input_.erase(0, parser_.feed(input_));
    if (parser_.has_failed()) return give_up(Reason::kMalformed, "The answer is not HTTP.");
    if (parser_.is_done()) return judge(parser_.take());
  }
}

void Handshake::judge(const Response& answer) {
  if (answer.status != 101) {
    return give_up(Reason::kNotAllowed, std::to_string(answer.status) + " " + std::string(answer.body.bytes()));
  }
  if (answer.headers.find("sec-websocket-accept") != accept_key(key_)) {
    return give_up(Reason::kMalformed, "The WebSocket handshake was answered wrongly.");
  }
  become_websocket();
}

void Handshake::become_websocket() {
  WebSocket::Opening opening{.socket = std::move(socket_),
                             .peer = options_.address,
                             .address_slot = {},
                             .role = WebSocketRole::kClient,
                             .first_output = {},
                             .input = std::move(input_)};
  state_ = State::kDone;
  host_.deadlines.disarm(*this);
  host_.release(*this);
  WebSocket::open(host_, std::move(opening), factory_);
}

void Handshake::give_up(Reason reason, std::string message) {
  if (state_ == State::kDone) return;
  Failed failed = std::move(failed_);
  leave();
  failed({.reason = reason, .message = std::move(message), .field = {}});
}

void Handshake::leave() {
  state_ = State::kDone;
  DeadlineWheel::disarm(*this);
  if (socket_.is_open()) host_.reactor.unwatch(socket_.descriptor());
  socket_.close();
  host_.metrics.connections_open.subtract();
  host_.release(*this);
}

}  // namespace

struct WebSocketConnector::State {
  State(Reactor& reactor, const Limits& its_limits) : limits(its_limits), host(reactor, limits) {}
  const Limits limits;
  ConnectionHost host;
};

WebSocketConnector::WebSocketConnector(Reactor& reactor, const Limits& limits)
    : state_(std::make_unique<State>(reactor, limits)) {}

WebSocketConnector::~WebSocketConnector() = default;

void WebSocketConnector::connect(const ClientOptions& options, std::string target, const Headers& headers,
                                 SocketFactory factory, std::move_only_function<void(Error)> failed) {
  Handshake::start(std::make_unique<Handshake>(state_->host, options, std::move(factory), std::move(failed)), target,
                   headers);
}

void WebSocketConnector::close_all() { state_->host.abort_all(); }

const MetricCounters& WebSocketConnector::metrics() const { return state_->host.metrics; }

}  // namespace kith::net

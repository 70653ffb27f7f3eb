#include "net/http_connection.hpp"

#include <sys/epoll.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cassert>

#include "net/http_writer.hpp"
#include "net/websocket_codec.hpp"

namespace kith::net {
namespace {

/// Bodies up to this size are copied behind their head and leave with it; larger ones are shared.
constexpr size_t kSmallBody = 16 * 1024;
/// Unsent answers beyond which no further pipelined request is looked at.
constexpr size_t kPipelinedOutput = 64 * 1024;
/// Unparsed input beyond which a connection with a request in hand is not read.
constexpr size_t kPipelinedInput = 64 * 1024;
/// How long a closing connection waits for the peer to have read the last answer: a close with unread input would reset
/// the connection and could destroy the answer on its way.
constexpr Duration kLinger = std::chrono::seconds(2);
/// Reads of one connection in one pass: others get their turn after 1 MiB.
constexpr int kReadsPerPass = 16;

}  // namespace

void HttpConnection::start(ConnectionHost& host, HttpService& service, Socket socket, const Address& peer,
                           AddressSlot slot) {
  std::unique_ptr<HttpConnection> owner(new HttpConnection(host, service, std::move(socket), peer, std::move(slot)));
  HttpConnection& connection = *owner;
  if (!host.reactor.watch(connection.socket_.descriptor(), EPOLLIN, connection)) return;
  connection.watched_ = EPOLLIN;
  host.metrics.connections_open.add();
  host.adopt(std::move(owner));
  if (connection.socket_.is_tls()) {
    connection.state_ = State::kHandshake;
    host.deadlines.arm(connection, host.reactor.now() + host.limits.http_header_time);
  } else {
    connection.arm_idle();
  }
}

HttpConnection::HttpConnection(ConnectionHost& host, HttpService& service, Socket socket, const Address& peer,
                               AddressSlot slot)
    : host_(host),
      service_(service),
      socket_(std::move(socket)),
      peer_(peer),
      client_(peer),
      address_slot_(std::move(slot)),
      self_(std::make_shared<HttpConnection*>(this)) {}

void HttpConnection::arm_idle() {
  if (state_ == State::kReading) host_.deadlines.arm(*this, host_.reactor.now() + host_.limits.http_idle_time);
}

void HttpConnection::on_events(uint32_t events) {
  if (state_ == State::kClosed) return;
  if (state_ == State::kHandshake) return handshake();
  // Nothing is asked for while a request is handled and input waits; then only the end of the connection comes here.
  const bool is_reading = (watched_ & EPOLLIN) != 0;
  if (!is_reading && (events & (EPOLLERR | EPOLLHUP)) != 0) return finish();
  if (is_reading && (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) read();
  if (state_ == State::kClosed) return;
  if ((events & EPOLLOUT) != 0) {
    is_blocked_ = false;
    mark_dirty();
  }
}

void HttpConnection::handshake() {
  switch (socket_.handshake()) {
    case IoStatus::kOk:
      host_.metrics.tls_handshakes.add();
      state_ = State::kReading;
      watch_for(EPOLLIN);
      arm_idle();
      return read();
    case IoStatus::kWantRead:
      return watch_for(EPOLLIN);
    case IoStatus::kWantWrite:
      return watch_for(EPOLLOUT);
    default:
      host_.metrics.tls_failures.add();
      return finish();
  }
}

void HttpConnection::read() {
  for (int i = 0; i < kReadsPerPass && may_read(); ++i) {
    const std::span<char> buffer = host_.read_buffer();
    const IoResult result = socket_.read(buffer);
    if (result.status == IoStatus::kWantRead || result.status == IoStatus::kWantWrite) return update_watch();
    if (result.status == IoStatus::kFailed) return finish();
    if (result.status == IoStatus::kClosed) return end_of_input();
    host_.metrics.bytes_in.add(result.bytes);
    if (state_ != State::kLingering) input_.append(buffer.data(), result.bytes);
    process();
    if (state_ == State::kClosed) return;
    if (!socket_.must_read_again() && result.bytes < buffer.size()) return update_watch();
  }
  if (may_read()) read_again_later();
  update_watch();
}

bool HttpConnection::may_read() const {
  if (peer_has_closed_ || state_ == State::kClosed) return false;
  const bool takes_requests = state_ == State::kReading && !has_output();
  return takes_requests || state_ == State::kLingering || input_.size() < kPipelinedInput;
}

/// TLS may hold bytes that no event announces.
void HttpConnection::read_again_later() {
  if (!socket_.must_read_again()) return;
  reads_again_ = true;
  mark_dirty();
}

void HttpConnection::end_of_input() {
  peer_has_closed_ = true;
  // A peer may end its side right after the request and still wait for the answer.
  if (state_ != State::kHandling && !has_output()) return finish();
  update_watch();
}

/// Reads as many requests as may be answered now. Re-entered by answers that come while it runs: then its loop goes on.
void HttpConnection::process() {
  if (in_process_) return;
  in_process_ = true;
  while (state_ == State::kReading && body_left_.empty() && out_.size() - out_sent_ < kPipelinedOutput &&
         parse_some()) {
  }
  in_process_ = false;
}

/// Feeds the parser what is there; true if a whole request was handed over.
bool HttpConnection::parse_some() {
  if (!parser_) {
    // RFC 9112 §2.2: empty lines before a request are skipped.
    input_.erase(0, std::min(input_.find_first_not_of("\r\n"), input_.size()));
    if (input_.empty()) {
      std::string().swap(input_);
      return false;
    }
    parser_ = std::make_unique<RequestParser>(host_.limits.http_header_bytes, host_.limits.http_body_bytes);
    sent_continue_ = false;
    host_.deadlines.arm(*this, host_.reactor.now() + host_.limits.http_header_time);
  }
  const bool had_header = parser_->is_header_done();
  input_.erase(0, parser_->feed(input_));
  if (parser_->error().status != 0) {
    host_.metrics.protocol_errors.add();
    refuse(parser_->error().status, parser_->error().message);
    return false;
  }
  if (parser_->is_done()) {
    dispatch();
    return true;
  }
  if (parser_->is_header_done()) {
    if (!had_header) host_.deadlines.arm(*this, host_.reactor.now() + host_.limits.http_body_time);
    if (parser_->expects_continue() && !sent_continue_ && input_.empty()) {
      sent_continue_ = true;
      out_.append("HTTP/1.1 100 Continue\r\n\r\n");
      mark_dirty();
    }
  }
  return false;
}

void HttpConnection::dispatch() {
  host_.deadlines.disarm(*this);
  keeps_alive_ = parser_->keeps_alive();
  is_head_ = parser_->is_head();
  Request request = parser_->take();
  parser_.reset();
  is_old_version_ = has_token(request.header("connection"), "keep-alive");
  if (request.is_websocket_upgrade) websocket_key_ = request.header("sec-websocket-key");
  add_client_facts(request);
  state_ = State::kHandling;
  host_.metrics.requests.add();
  service_.handler.handle_request(std::move(request), Responder(host_.reactor, self_));
}

void HttpConnection::add_client_facts(Request& request) {
  const auto is_trusted = [this](const Address& address) {
    return std::ranges::any_of(service_.trusted_proxies,
                               [&](const AddressRange& range) { return range.contains(address); });
  };
  client_ = peer_;
  request.is_secure = socket_.is_tls();
  if (is_trusted(peer_)) {
    // From the right: each trusted proxy vouches for the address before it, the first other one is the client.
    std::string_view chain = request.header("x-forwarded-for");
    while (!chain.empty() && is_trusted(client_)) {
      const size_t comma = chain.rfind(',');
      std::string_view last = comma == std::string_view::npos ? chain : chain.substr(comma + 1);
      while (last.starts_with(' ')) last.remove_prefix(1);
      const auto address = Address::parse_ip(last);
      if (!address) break;
      client_ = *address;
      chain = comma == std::string_view::npos ? std::string_view() : chain.substr(0, comma);
    }
    if (request.headers.has("x-forwarded-proto")) {
      request.is_secure = equals_ignoring_case(request.header("x-forwarded-proto"), "https");
    }
  }
  request.peer = client_;
}

void HttpConnection::refuse(int status, std::string_view message) {
  parser_.reset();
  std::string().swap(input_);
  keeps_alive_ = false;
  is_head_ = false;
  Response response = service_.handler.error_response(status, message);
  if (status == 426) {
    response.headers.add("Upgrade", "websocket");
    response.headers.add("Sec-WebSocket-Version", "13");
  }
  put_response(std::move(response));
}

void HttpConnection::respond(Response response) {
  if (state_ != State::kHandling) return;
  websocket_key_.clear();
  put_response(std::move(response));
  if (state_ == State::kReading && !in_process_) process();
}

void HttpConnection::put_response(Response response) {
  if (response.status >= 500) {
    host_.metrics.responses_5xx.add();
  } else if (response.status >= 400) {
    host_.metrics.responses_4xx.add();
  }
  keeps_alive_ = keeps_alive_ && !service_.is_draining && !peer_has_closed_;
  put_response_head(out_, response,
                    {.date = host_.http_date(), .keeps_alive = keeps_alive_, .says_keep_alive = is_old_version_});
  const std::string_view body = has_body(response.status) && !is_head_ ? response.body.bytes() : std::string_view();
  if (body.size() <= kSmallBody) {
    out_.append(body);
  } else {
    body_ = std::move(response.body);
    body_left_ = body;
  }
  state_ = keeps_alive_ ? State::kReading : State::kLingering;
  arm_idle();
  if (state_ == State::kLingering) host_.deadlines.arm(*this, host_.reactor.now() + host_.limits.http_idle_time);
  mark_dirty();
}

void HttpConnection::upgrade(SocketFactory factory, const Headers& headers, const WebSocketOptions& options) {
  if (state_ != State::kHandling) return;
  assert(!websocket_key_.empty());
  if (service_.is_draining) return respond(service_.handler.error_response(503, "The server is stopping."));
  put_upgrade_head(out_, accept_key(websocket_key_), headers, host_.http_date());
  WebSocket::Opening opening{.socket = std::move(socket_),
                             .peer = client_,
                             .address_slot = std::move(address_slot_),
                             .role = WebSocketRole::kServer,
                             .first_output = out_.substr(out_sent_),
                             .input = std::move(input_),
                             .options = options};
  state_ = State::kClosed;
  self_.reset();
  host_.deadlines.disarm(*this);
  host_.release(*this);
  WebSocket::open(host_, std::move(opening), factory);
}

void HttpConnection::mark_dirty() {
  if (is_dirty_) return;
  is_dirty_ = true;
  host_.reactor.mark_dirty(*this);
}

void HttpConnection::flush() {
  is_dirty_ = false;
  if (state_ == State::kClosed) return;
  if (!is_blocked_ && !write_out()) return finish();
  if (!has_output()) after_output();
  if (state_ == State::kClosed) return;
  if (std::exchange(reads_again_, false)) return read();
  update_watch();
}

/// Writes what the kernel takes; false if the connection is broken.
bool HttpConnection::write_out() {
  bool has_progress = false;
  while (has_output()) {
    const std::string_view head = std::string_view(out_).substr(out_sent_);
    IoResult result{};
    if (!head.empty() && !body_left_.empty() && !socket_.is_tls()) {
      const std::array<iovec, 2> pieces = {iovec{const_cast<char*>(head.data()), head.size()},
                                           iovec{const_cast<char*>(body_left_.data()), body_left_.size()}};
      result = socket_.write_pieces(pieces);
    } else {
      result = socket_.write(head.empty() ? body_left_ : head);
    }
    host_.metrics.writes.add();
    if (result.status == IoStatus::kWantRead || result.status == IoStatus::kWantWrite) {
      is_blocked_ = true;
      break;
    }
    if (result.status != IoStatus::kOk) return false;
    has_progress = true;
    host_.metrics.bytes_out.add(result.bytes);
    const size_t of_head = std::min(result.bytes, head.size());
    out_sent_ += of_head;
    body_left_.remove_prefix(result.bytes - of_head);
  }
  // A reader that takes nothing for the idle time is given up.
  if (has_progress && is_blocked_ && state_ != State::kHandling) {
    host_.deadlines.arm(*this, host_.reactor.now() + host_.limits.http_idle_time);
  }
  return true;
}

void HttpConnection::after_output() {
  std::string().swap(out_);
  out_sent_ = 0;
  body_ = {};
  if (state_ == State::kReading) {
    process();
    if (peer_has_closed_ && state_ == State::kReading && !has_output()) finish();
  } else if (state_ == State::kLingering) {
    if (peer_has_closed_) return finish();
    socket_.shutdown_output();
    host_.deadlines.arm(*this, host_.reactor.now() + kLinger);
  }
}

void HttpConnection::update_watch() {
  const bool reads = may_read();
  if (reads && (watched_ & EPOLLIN) == 0) read_again_later();
  watch_for((reads ? EPOLLIN : 0U) | (is_blocked_ ? EPOLLOUT : 0U));
}

void HttpConnection::watch_for(uint32_t events) {
  if (events == watched_) return;
  watched_ = events;
  host_.reactor.rewatch(socket_.descriptor(), events, *this);
}

void HttpConnection::on_deadline() {
  const bool is_reading_request = state_ == State::kReading && parser_ && !has_output();
  if (!is_reading_request) return finish();
  host_.metrics.request_timeouts.add();
  refuse(408, "The request took too long.");
}

void HttpConnection::drain() {
  if (state_ == State::kHandshake || (state_ == State::kReading && !parser_ && !has_output())) finish();
}

void HttpConnection::abort() { finish(); }

void HttpConnection::finish() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  self_.reset();
  DeadlineWheel::disarm(*this);
  host_.reactor.unwatch(socket_.descriptor());
  socket_.shutdown_output();
  socket_.close();
  host_.metrics.connections_open.subtract();
  host_.release(*this);
}

}  // namespace kith::net

#include "net/websocket.hpp"

#include <sys/epoll.h>

#include "net/connection_host.hpp"

namespace kith::net {
namespace {

/// Reads of one socket in one pass: others get their turn after 1 MiB.
constexpr int kReadsPerPass = 16;
/// How long a closing socket waits for the peer's close frame. Longer keeps dead sockets, shorter loses the last frames
/// of slow ones.
constexpr Duration kCloseWait = std::chrono::seconds(5);
/// A TLS write that was refused has already sealed up to one record of the queue's bytes: they must follow unchanged.
constexpr size_t kSealedBytesMax = 16 * 1024;

const char* reason_text(CloseCode code) {
  switch (code) {
    case CloseCode::kProtocolError:
      return "protocol error";
    case CloseCode::kInvalidPayload:
      return "text is not UTF-8";
    case CloseCode::kTooBig:
      return "message too big";
    default:
      return "";
  }
}

}  // namespace

WebSocket::WebSocket(ConnectionHost& host, Opening opening)
    : host_(host),
      socket_(std::move(opening.socket)),
      reader_(opening.role, opening.options.message_bytes_max != 0 ? opening.options.message_bytes_max
                                                                   : host.limits.ws_message_bytes),
      last_heard_(host.reactor.now()),
      address_slot_(std::move(opening.address_slot)),
      peer_(opening.peer),
      ping_every_(opening.options.ping_every != Duration::zero() ? opening.options.ping_every
                                                                 : Duration(host.limits.ws_ping_every)),
      role_(opening.role) {
  if (!opening.first_output.empty()) queue_.push(make_buffer(std::move(opening.first_output)));
  // TLS may hold decrypted records that came with the handshake.
  if (!opening.input.empty() || socket_.must_read_again()) {
    early_input_ = std::make_unique<std::string>(std::move(opening.input));
  }
}

WebSocket::~WebSocket() = default;

void WebSocket::open(ConnectionHost& host, Opening opening, SocketFactory& factory) {
  std::unique_ptr<WebSocket> owner(new WebSocket(host, std::move(opening)));
  WebSocket& socket = *owner;
  host.adopt(std::move(owner));
  host.metrics.websockets_open.add();
  host.metrics.websockets_opened.add();
  host.reactor.rewatch(socket.socket_.descriptor(), EPOLLIN, socket);
  host.deadlines.arm(socket, socket.last_heard_ + socket.ping_every_);
  socket.mark_dirty();
  socket.handler_ = factory(socket);
  if (!socket.handler_) socket.close(CloseCode::kInternal);
}

Reactor& WebSocket::reactor() const { return host_.reactor; }

void WebSocket::send(SharedBuffer frame) {
  if (state_ != State::kOpen) return;
  queue(std::move(frame));
}

void WebSocket::send(Opcode opcode, std::string_view payload) {
  if (state_ != State::kOpen) return;
  queue(make_frame_for(role_, opcode, payload, host_.next_mask()));
}

void WebSocket::queue(SharedBuffer frame) {
  const auto is_over = [&] { return queue_.bytes() + frame->size() > host_.limits.ws_queue_bytes; };
  // Much may be sent in one pass to a reader that is not slow at all: the kernel decides who is.
  if (is_over() && !is_blocked_) {
    write_out();
    mark_dirty();
  }
  if (is_over()) {
    fail_slow();
    return;
  }
  host_.metrics.frames_out.add();
  queue_.push(std::move(frame));
  mark_dirty();
}

void WebSocket::close(CloseCode code, std::string_view reason) {
  if (state_ == State::kOpen) start_closing(code, reason);
}

void WebSocket::start_closing(CloseCode code, std::string_view reason) {
  state_ = State::kClosing;
  close_code_ = code;
  queue_.push(make_close_frame(role_, code, reason, host_.next_mask()));
  host_.deadlines.arm(*this, host_.reactor.now() + kCloseWait);
  mark_dirty();
}

void WebSocket::fail_slow() {
  host_.metrics.slow_disconnects.add();
  queue_.drop_unsent(socket_.is_tls() && is_blocked_ ? kSealedBytesMax : 0);
  input_is_over_ = true;
  start_closing(CloseCode::kSlow, "too slow");
}

void WebSocket::mark_dirty() {
  if (is_dirty_) return;
  is_dirty_ = true;
  host_.reactor.mark_dirty(*this);
}

void WebSocket::wait_for_output(bool wanted) {
  if (waits_for_output_ == wanted) return;
  waits_for_output_ = wanted;
  host_.reactor.rewatch(socket_.descriptor(), EPOLLIN | (wanted ? EPOLLOUT : 0U), *this);
}

void WebSocket::on_events(uint32_t events) {
  if (state_ == State::kClosed) return;
  if ((events & ~static_cast<uint32_t>(EPOLLOUT)) != 0) read();
  if ((events & EPOLLOUT) != 0 && state_ != State::kClosed) {
    is_blocked_ = false;
    mark_dirty();
  }
}

void WebSocket::read() {
  for (int i = 0; i < kReadsPerPass; ++i) {
    const std::span<char> buffer = host_.read_buffer();
    const IoResult result = socket_.read(buffer);
    if (result.status == IoStatus::kWantRead || result.status == IoStatus::kWantWrite) return;
    if (result.status != IoStatus::kOk) return finish(close_code_);
    last_heard_ = host_.reactor.now();
    ping_is_outstanding_ = false;
    host_.metrics.bytes_in.add(result.bytes);
    take(buffer.first(result.bytes));
    if (!socket_.must_read_again() && result.bytes < buffer.size()) return;
  }
  if (!socket_.must_read_again()) return;
  early_input_ = std::make_unique<std::string>();
  mark_dirty();
}

void WebSocket::take(std::span<char> chunk) {
  if (input_is_over_) return;
  const auto error =
      reader_.feed(chunk, [this](Opcode opcode, std::string_view payload) { return handle(opcode, payload); });
  if (!error) return;
  host_.metrics.protocol_errors.add();
  input_is_over_ = true;
  if (state_ == State::kOpen) start_closing(*error, reason_text(*error));
}

bool WebSocket::handle(Opcode opcode, std::string_view payload) {
  switch (opcode) {
    case Opcode::kText:
    case Opcode::kBinary:
      if (state_ != State::kOpen) return true;
      host_.metrics.messages_in.add();
      handler_->on_message(payload, opcode == Opcode::kText);
      return true;
    case Opcode::kPing:
      send(Opcode::kPong, payload);
      return true;
    case Opcode::kClose:
      input_is_over_ = true;
      peer_has_closed_ = true;
      if (state_ == State::kOpen) start_closing(close_code_of(payload), {});
      mark_dirty();
      return false;
    default:
      return true;  // a pong: that it came is all it says
  }
}

void WebSocket::take_early_input() {
  const std::unique_ptr<std::string> input = std::move(early_input_);
  take(*input);
  read();
}

void WebSocket::flush() {
  is_dirty_ = false;
  if (state_ == State::kClosed) return;
  if (early_input_) take_early_input();
  if (state_ == State::kClosed) return;
  if (!is_blocked_) write_out();
  if (is_broken_) return finish(close_code_);
  wait_for_output(is_blocked_);
  if (state_ != State::kClosing || !queue_.empty()) return;
  if (peer_has_closed_) return finish(close_code_);
  if (input_is_over_ && !output_is_shut_) {
    // The peer broke the protocol or is too slow: its own close frame is not waited for, but it shall be able to read
    // ours.
    output_is_shut_ = true;
    socket_.shutdown_output();
  }
}

void WebSocket::write_out() {
  while (!queue_.empty() && !is_blocked_ && !is_broken_) {
    const std::string_view bytes = host_.join(queue_);
    size_t written = 0;
    while (written < bytes.size()) {
      const IoResult result = socket_.write(bytes.substr(written));
      host_.metrics.writes.add();
      if (result.status != IoStatus::kOk) {
        is_blocked_ = result.status == IoStatus::kWantWrite || result.status == IoStatus::kWantRead;
        is_broken_ = !is_blocked_;
        break;
      }
      written += result.bytes;
    }
    host_.metrics.bytes_out.add(written);
    queue_.consume(written);
  }
}

void WebSocket::on_deadline() {
  if (state_ == State::kClosing) return finish(close_code_);
  if (ping_is_outstanding_) {
    host_.metrics.ping_timeouts.add();
    return finish(CloseCode::kAbnormal);
  }
  queue_.shrink();
  const Instant now = host_.reactor.now();
  Instant due = last_heard_ + ping_every_;
  if (due <= now) {
    send(Opcode::kPing, {});
    ping_is_outstanding_ = true;
    due = now + host_.limits.ws_pong_within;
  }
  if (state_ == State::kOpen) host_.deadlines.arm(*this, due);
}

void WebSocket::drain() { close(CloseCode::kGoingAway, "the server stops"); }

void WebSocket::abort() { finish(state_ == State::kOpen ? CloseCode::kGoingAway : close_code_); }

void WebSocket::finish(CloseCode code) {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  DeadlineWheel::disarm(*this);
  host_.reactor.unwatch(socket_.descriptor());
  if (!is_broken_) socket_.shutdown_output();
  socket_.close();
  queue_.clear();
  host_.metrics.websockets_open.subtract();
  host_.metrics.connections_open.subtract();
  host_.release(*this);
  if (const auto handler = std::move(handler_)) handler->on_closed(code);
}

}  // namespace kith::net

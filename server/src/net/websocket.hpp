// One WebSocket connection on its reactor, server's or client's side: a bounded queue of shared frames out, messages
// in.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "net/address.hpp"
#include "net/buffer.hpp"
#include "net/connection.hpp"
#include "net/reactor.hpp"
#include "net/send_queue.hpp"
#include "net/socket.hpp"
#include "net/websocket_codec.hpp"

namespace kith::net {

class ConnectionHost;
class WebSocket;

/// What the upper layer does with one socket. Called on the socket's reactor only.
class SocketHandler {
 public:
  virtual ~SocketHandler() = default;
  /// A whole message; the view holds until the function returns. Not called any more after `close`.
  virtual void on_message(std::string_view payload, bool is_text) = 0;
  /// The connection has ended, whoever ended it; called exactly once, and never from inside `send` or `close`, so a
  /// table of sockets may be walked while sending. The WebSocket is gone when this returns; the handler lives on if
  /// somebody else shares it. `code`: the peer's, ours, or kAbnormal.
  virtual void on_closed(CloseCode code) = 0;
};

/// Makes the handler of a socket that has just opened; the socket may already be sent to. An empty pointer closes it.
using SocketFactory = std::move_only_function<std::shared_ptr<SocketHandler>(WebSocket&)>;

/// What may differ from `Limits` for some sockets of a server; 0: as there.
struct WebSocketOptions {
  size_t message_bytes_max = 0;
  Duration ping_every{0};
};

/// All functions belong to the thread of `reactor()`.
class WebSocket final : public Connection {
 public:
  ~WebSocket() override;
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  /// Queues a whole frame (see make_frame; clients: make_masked_frame); it leaves with the flush of this pass, joined
  /// with whatever else waits. If more than `Limits::ws_queue_bytes` then wait, the queue is dropped and the socket
  /// closes as kSlow. Ignored once the socket closes.
  void send(SharedBuffer frame);
  /// The same for a message that goes to this socket only: makes the frame, masked on the client's side.
  void send(Opcode opcode, std::string_view payload);
  /// Sends a close frame after what is queued and waits a little for the peer's. Ignored if already closing.
  void close(CloseCode code, std::string_view reason = {});

  [[nodiscard]] bool is_open() const { return state_ == State::kOpen; }
  [[nodiscard]] Reactor& reactor() const;
  /// The client as the server sees it through trusted proxies, or the server.
  [[nodiscard]] const Address& peer() const { return peer_; }
  /// When the peer was last heard of, to the pass.
  [[nodiscard]] Instant last_activity() const { return last_heard_; }
  [[nodiscard]] size_t queued_bytes() const { return queue_.bytes(); }

  /// For the handshakes (HttpConnection, WebSocketConnector): gives a connected, watched descriptor to a new WebSocket
  /// of `host`. `first_output`: sent before any frame; `input`: what came behind the handshake.
  struct Opening {
    Socket socket;
    Address peer;
    AddressSlot address_slot;
    WebSocketRole role;
    std::string first_output;
    std::string input;
    WebSocketOptions options;
  };
  static void open(ConnectionHost& host, Opening opening, SocketFactory& factory);

 private:
  enum class State : uint8_t { kOpen, kClosing, kClosed };

  WebSocket(ConnectionHost& host, Opening opening);
  void on_events(uint32_t events) override;
  void flush() override;
  void on_deadline() override;
  void drain() override;
  void abort() override;

  void read();
  void take(std::span<char> chunk);
  bool handle(Opcode opcode, std::string_view payload);
  void take_early_input();
  void queue(SharedBuffer frame);
  void write_out();
  void start_closing(CloseCode code, std::string_view reason);
  void fail_slow();
  void mark_dirty();
  void wait_for_output(bool wanted);
  void finish(CloseCode code);

  ConnectionHost& host_;
  Socket socket_;
  std::shared_ptr<SocketHandler> handler_;
  SendQueue queue_;
  FrameReader reader_;
  std::unique_ptr<std::string> early_input_;  ///< to be read in the next flush, since no event announces it
  Instant last_heard_;
  AddressSlot address_slot_;
  Address peer_;
  Duration ping_every_;
  CloseCode close_code_ = CloseCode::kAbnormal;
  WebSocketRole role_;
  State state_ = State::kOpen;
  bool is_dirty_ = false;
  bool is_blocked_ = false;        ///< the kernel took less than it was given: wait for EPOLLOUT
  bool waits_for_output_ = false;  ///< EPOLLOUT is asked for
  bool is_broken_ = false;         ///< a write failed: ends with the next flush
  bool input_is_over_ = false;     ///< what still comes is dropped: the peer closed, broke the protocol or is too slow
  bool peer_has_closed_ = false;
  bool output_is_shut_ = false;
  bool ping_is_outstanding_ = false;
};

}  // namespace kith::net

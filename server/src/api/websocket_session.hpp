// A realtime connection over a WebSocket: binary frames carry protobuf, text frames the same as JSON; a client gets its
// answers in the form it spoke last.
#pragma once

#include "api/client_session.hpp"
#include "net/websocket.hpp"

namespace kith::api {

class WebSocketSession final : public ClientSession {
 public:
  WebSocketSession(ReactorState& state, const chat::Caller& caller, net::WebSocket& socket)
      : ClientSession(state, caller), socket_(&socket) {}

  /// One message of the client: a ClientFrame. Malformed ones are answered with an error; the connection stays.
  void handle_message(std::string_view payload, bool is_text);
  void handle_closed();

 private:
  void emit(const ItemFrame& frame) override;
  void end_transport() override;

  net::WebSocket* socket_;  ///< null once closed
  bool speaks_json_ = false;
};

/// What the network layer holds: keeps the session alive as long as the socket.
class WebSocketSessionHandler final : public net::SocketHandler {
 public:
  explicit WebSocketSessionHandler(std::shared_ptr<WebSocketSession> session) : session_(std::move(session)) {}
  void on_message(std::string_view payload, bool is_text) override { session_->handle_message(payload, is_text); }
  void on_closed(net::CloseCode) override { session_->handle_closed(); }

 private:
  std::shared_ptr<WebSocketSession> session_;
};

}  // namespace kith::api

#include "api/websocket_session.hpp"

#include "api/wire.hpp"

namespace kith::api {

void WebSocketSession::handle_message(std::string_view payload, bool is_text) {
  speaks_json_ = is_text;
  kith::v1::ClientFrame frame;
  if (auto decoded = decode(is_text ? Form::kJson : Form::kBinary, payload, frame); !decoded) {
    emit_error(0, std::move(decoded).error());
    return;
  }
  handle_call(std::move(frame));
}

void WebSocketSession::handle_closed() {
  socket_ = nullptr;
  close();
}

void WebSocketSession::emit(const ItemFrame& frame) {
  if (socket_ != nullptr) socket_->send(speaks_json_ ? frame.text_frame() : frame.binary_frame());
}

void WebSocketSession::end_transport() {
  if (socket_ != nullptr) socket_->close(net::CloseCode::kPolicy);
}

}  // namespace kith::api

#include "api/call_socket.hpp"

namespace kith::api {
namespace {

/// What the media thread holds of a socket. Its reactor outlives the media threads.
class CallLink final : public call::SignalLink {
 public:
  CallLink(net::Reactor& reactor, std::weak_ptr<CallSocket> socket) : reactor_(reactor), socket_(std::move(socket)) {}

  void send(std::string message, bool is_text) override {
    reactor_.post([socket = socket_, message = std::move(message), is_text] {
      if (const auto open = socket.lock()) open->send(message, is_text);
    });
  }
  void close() override {
    reactor_.post([socket = socket_] {
      if (const auto open = socket.lock()) open->close();
    });
  }

 private:
  net::Reactor& reactor_;
  std::weak_ptr<CallSocket> socket_;
};

}  // namespace

void CallSocket::open(call::Connect connect) {
  auto link = std::make_shared<CallLink>(socket_->reactor(), weak_from_this());
  queue_.post([id = id_, connect = std::move(connect), link = std::move(link)](Instant now, call::CallHost& host,
                                                                               rtc::Outbox& outbox) mutable {
    host.connect(now, id, std::move(connect), std::move(link), outbox);
  });
}

void CallSocket::on_message(std::string_view payload, bool is_text) {
  if (socket_ == nullptr) return;
  const bool is_flood = !rate_.take(socket_->reactor().now(), messages_per_second_) ||
                        bytes_in_flight_->fetch_add(payload.size()) + payload.size() > kCallBytesInFlightMax;
  if (is_flood) {
    socket_->close(net::CloseCode::kPolicy, "too many messages");
    return;
  }
  queue_.post([id = id_, message = std::string(payload), is_text, in_flight = bytes_in_flight_](
                  Instant now, call::CallHost& host, rtc::Outbox& outbox) {
    in_flight->fetch_sub(message.size());
    host.handle_message(now, id, message, is_text, outbox);
  });
}

void CallSocket::on_closed(net::CloseCode) {
  socket_ = nullptr;
  queue_.post(
      [id = id_](Instant now, call::CallHost& host, rtc::Outbox& outbox) { host.handle_closed(now, id, outbox); });
}

void CallSocket::send(std::string_view message, bool is_text) {
  if (socket_ != nullptr) socket_->send(is_text ? net::Opcode::kText : net::Opcode::kBinary, message);
}

void CallSocket::close() {
  if (socket_ != nullptr) socket_->close(net::CloseCode::kNormal);
}

}  // namespace kith::api

// A call's signalling socket: hands its messages to the media thread of the call, and takes back what that sends.
#pragma once

#include <atomic>
#include <memory>

#include "api/rate_limit.hpp"
#include "base/limits.hpp"
#include "call/call_hosts.hpp"
#include "net/websocket.hpp"

namespace kith::api {

/// Bytes of one socket that may wait for the media thread; beyond it the socket closes and its client resumes.
inline constexpr size_t kCallBytesInFlightMax = 4 * 1024 * 1024;

class CallSocket final : public net::SocketHandler, public std::enable_shared_from_this<CallSocket> {
 public:
  /// `queue` outlives it. `messages_per_second`: sustained; bursts of twice as many pass.
  CallSocket(call::SignalSocketId id, net::WebSocket& socket, call::HostQueue& queue, uint32_t messages_per_second)
      : id_(id), socket_(&socket), queue_(queue), messages_per_second_(messages_per_second) {}

  /// Joins the call. Nothing may be sent before: the first message a client gets is the answer to this.
  void open(call::Connect connect);
  void on_message(std::string_view payload, bool is_text) override;
  void on_closed(net::CloseCode code) override;

  // From the media thread, posted to the reactor.
  void send(std::string_view message, bool is_text);
  void close();

 private:
  const call::SignalSocketId id_;
  net::WebSocket* socket_;  ///< null once closed
  call::HostQueue& queue_;
  const uint32_t messages_per_second_;
  RateLimit rate_;
  std::shared_ptr<std::atomic<size_t>> bytes_in_flight_ = std::make_shared<std::atomic<size_t>>(0);
};

}  // namespace kith::api

// WebSockets to a server, many thousands on one reactor: the command-line client and the load generators.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "net/http_client.hpp"
#include "net/metrics.hpp"
#include "net/reactor.hpp"
#include "net/websocket.hpp"

namespace kith::net {

/// Opens client sockets on one reactor; outlives them. All functions belong to the reactor's thread.
class WebSocketConnector {
 public:
  /// `limits`: queue, message and ping settings of the sockets.
  WebSocketConnector(Reactor& reactor, const Limits& limits);
  /// No socket may be left that a pass could still reach: call `close_all` on the loop first, or destroy it after the
  /// loop has ended. Handlers are not called any more.
  ~WebSocketConnector();
  WebSocketConnector(const WebSocketConnector&) = delete;
  WebSocketConnector& operator=(const WebSocketConnector&) = delete;

  /// Connects and shakes hands; then calls `factory`, or `failed`: `kBusy` (no connection, not in time), `kMalformed`,
  /// or with another answer than 101 `kNotAllowed`, the status in the message. Never calls back before it returns.
  /// `headers`: Authorization, Cookie, Origin.
  void connect(const ClientOptions& options, std::string target, const Headers& headers, SocketFactory factory,
               std::move_only_function<void(Error)> failed);

  /// Ends all sockets at once; their handlers get `on_closed`.
  void close_all();

  [[nodiscard]] const MetricCounters& metrics() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kith::net

// The server's network side: reactors, listeners, HTTP/1.1 and WebSockets; what to answer is the Handler's business.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/function_ref.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "net/address.hpp"
#include "net/http_message.hpp"
#include "net/metrics.hpp"
#include "net/reactor.hpp"
#include "net/tls.hpp"
#include "net/websocket.hpp"

namespace kith::net {

class AddressCount;
class HttpConnection;

/// The right to answer one request, once, on the reactor that handed it out, now or later. It outlives its connection
/// safely: an answer to a peer that has left is dropped. One destroyed unused answers 500.
class Responder {
 public:
  Responder(Responder&& other) noexcept = default;
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();

  void respond(Response response);
  /// Accepts a WebSocket handshake (`request.is_websocket_upgrade`) with 101; `headers`: cookies, say. To refuse one,
  /// `respond`. The factory is called before this returns, or never if the peer has left.
  void upgrade(SocketFactory factory, const Headers& headers = {}, const WebSocketOptions& options = {});

  /// False once the peer has left: a long poll need not be kept for it.
  [[nodiscard]] bool is_connected() const;
  [[nodiscard]] Reactor& reactor() const { return *reactor_; }

 private:
  friend class HttpConnection;
  Responder(Reactor& reactor, std::weak_ptr<HttpConnection*> connection)
      : reactor_(&reactor), connection_(std::move(connection)) {}

  Reactor* reactor_;
  std::weak_ptr<HttpConnection*> connection_;  ///< empty once answered
};

/// Answers requests; one for all reactors, called on the thread of the reactor that owns the connection.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Called for every well-formed request, WebSocket handshakes included. A connection's requests come one at a time:
  /// the next one after the answer to the last.
  virtual void handle_request(Request request, Responder responder) = 0;
  /// What to say when the request never got that far: 400, 408, 413, 426, 431, 501 or 503. The server closes
  /// afterwards.
  virtual Response error_response(int status, std::string_view message);
};

struct ListenOptions {
  Address address;  ///< port 0: any free one, see `Server::addresses`
  bool is_tls = false;
};

struct ServerOptions {
  std::vector<ListenOptions> listen;
  /// PEM files; needed if any listener is TLS.
  std::string certificate_path;
  std::string key_path;
  Limits limits;
  size_t reactors = 0;  ///< 0: one per core
  /// Peers whose X-Forwarded-For and X-Forwarded-Proto are believed.
  std::vector<AddressRange> trusted_proxies;
  /// SO_SNDBUF of accepted sockets; 0: the kernel tunes it. Small ones let tests fill a queue quickly.
  int send_buffer_bytes = 0;
};

/// N reactors on N threads; every reactor has its own listeners (SO_REUSEPORT), so a connection never changes threads.
class Server {
 public:
  /// Binds the addresses but serves nobody yet. `handler` and `clock` outlive the server. `kInvalidField`: an address
  /// in use or not ours, or unusable TLS files. Ignores SIGPIPE for the process.
  static Result<std::unique_ptr<Server>> create(ServerOptions options, Handler& handler, const Clock& clock);
  /// Stops at once if `stop` was not called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Starts the threads and accepts.
  void start();
  /// Stops gracefully, from any thread but a reactor's: accepts no more, lets requests in flight finish, closes
  /// WebSockets with 1001, and returns when all have left or after `within`. True if all had left. Reactors still run
  /// their jobs until the server is destroyed.
  bool stop(Duration within);

  /// Where it listens, in the order of the options, real ports filled in.
  [[nodiscard]] std::vector<Address> addresses() const;
  [[nodiscard]] size_t reactor_count() const;
  /// `index` < reactor_count(). Usable before `start`: what is posted runs then.
  [[nodiscard]] Reactor& reactor(size_t index);
  /// Posts one job per reactor, made by `make_job(reactor)`.
  void post_to_all(FunctionRef<Job(Reactor&)> make_job);
  /// Serves new connections with the certificate now in the files; the old one stays on errors.
  Result<> reload_tls();
  [[nodiscard]] Metrics metrics() const;

 private:
  struct Shard;
  Server(ServerOptions options, Handler& handler, const Clock& clock);
  Result<> load_tls();
  Result<> listen();
  void abort_all();

  const ServerOptions options_;
  Handler& handler_;
  const Clock& clock_;
  std::unique_ptr<AddressCount> address_count_;
  std::shared_ptr<TlsContext> tls_;
  std::vector<Address> addresses_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::thread> threads_;
};

}  // namespace kith::net

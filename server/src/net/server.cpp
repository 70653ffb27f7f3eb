#include "net/server.hpp"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <future>
#include <mutex>

#include "net/address_count.hpp"
#include "net/connection_host.hpp"
#include "net/http_connection.hpp"
#include "net/listener.hpp"

namespace kith::net {
namespace {

/// How often a stopping server looks whether all connections have left.
constexpr Duration kDrainTick = std::chrono::milliseconds(20);

}  // namespace

Responder& Responder::operator=(Responder&& other) noexcept {
  std::swap(reactor_, other.reactor_);
  std::swap(connection_, other.connection_);
  return *this;
}

Responder::~Responder() {
  if (const auto connection = connection_.lock()) (*connection)->respond({.status = 500, .headers = {}, .body = {}});
}

void Responder::respond(Response response) {
  const auto connection = std::exchange(connection_, {}).lock();
  if (connection) (*connection)->respond(std::move(response));
}

void Responder::upgrade(SocketFactory factory, const Headers& headers, const WebSocketOptions& options) {
  const auto connection = std::exchange(connection_, {}).lock();
  if (connection) (*connection)->upgrade(std::move(factory), headers, options);
}

bool Responder::is_connected() const {
  const auto connection = connection_.lock();
  return connection && (*connection)->is_connected();
}

Response Handler::error_response(int status, std::string_view message) {
  std::string body = R"({"code":")";
  body.append(status == 503                    ? "unavailable"
              : status == 413 || status == 431 ? "resource_exhausted"
                                               : "invalid_argument");
  body.append(R"(","message":")").append(message).append("\"}");
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

/// One reactor with everything that lives on its thread.
struct Server::Shard {
  Shard(std::unique_ptr<Reactor> its_reactor, const ServerOptions& options, Handler& handler)
      : reactor(std::move(its_reactor)),
        host(*reactor, options.limits),
        service{.handler = handler, .trusted_proxies = options.trusted_proxies} {}

  std::unique_ptr<Reactor> reactor;
  ConnectionHost host;
  HttpService service;
  std::vector<std::unique_ptr<Listener>> listeners;

  void drain() {
    for (const auto& listener : listeners) listener->stop();
    service.is_draining = true;
    host.drain_all();
  }

  /// Tells `done` when no connection is left.
  void when_empty(std::shared_ptr<std::promise<void>> done) {
    if (host.connection_count() == 0) return done->set_value();
    // Kept-alive connections that were busy have become idle meanwhile.
    host.drain_all();
    reactor->call_after(kDrainTick, [this, done = std::move(done)]() mutable { when_empty(std::move(done)); });
  }
};

Server::Server(ServerOptions options, Handler& handler, const Clock& clock)
    : options_(std::move(options)),
      handler_(handler),
      clock_(clock),
      address_count_(std::make_unique<AddressCount>(options_.limits.connections_per_address)) {}

Result<std::unique_ptr<Server>> Server::create(ServerOptions options, Handler& handler, const Clock& clock) {
  // OpenSSL writes with write(2), which has no MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);
  if (options.reactors == 0) options.reactors = std::max(1U, std::thread::hardware_concurrency());
  std::unique_ptr<Server> server(new Server(std::move(options), handler, clock));
  for (size_t i = 0; i < server->options_.reactors; ++i) {
    TRY(auto reactor, Reactor::create(clock, i));
    server->shards_.push_back(std::make_unique<Shard>(std::move(reactor), server->options_, handler));
  }
  TRY_VOID(server->load_tls());
  TRY_VOID(server->listen());
  return server;
}

Result<> Server::load_tls() {
  if (std::ranges::none_of(options_.listen, &ListenOptions::is_tls)) return {};
  TRY(tls_, TlsContext::create_server(options_.certificate_path, options_.key_path));
  return {};
}

Result<> Server::listen() {
  for (const ListenOptions& wanted : options_.listen) {
    // SO_REUSEPORT would quietly share the port with another process: so first try to have it alone.
    TRY(const int probe, listen_on(wanted.address, ListenMode::kIsExclusive));
    Socket(probe).close();
    Address address = wanted.address;
    for (const auto& shard : shards_) {
      TRY(const int descriptor, listen_on(address, ListenMode::kIsShared));
      // The first reactor finds a free port for port 0, the others share it.
      address = bound_address(descriptor);
      shard->listeners.push_back(
          std::make_unique<Listener>(descriptor, Listener::Options{.host = shard->host,
                                                                   .service = shard->service,
                                                                   .address_count = *address_count_,
                                                                   .is_tls = wanted.is_tls,
                                                                   .send_buffer_bytes = options_.send_buffer_bytes}));
      shard->listeners.back()->set_tls(tls_);
    }
    addresses_.push_back(address);
  }
  return {};
}

void Server::start() {
  for (const auto& shard : shards_) {
    threads_.emplace_back([&shard = *shard] {
      pthread_setname_np(pthread_self(), ("reactor-" + std::to_string(shard.reactor->index())).c_str());
      for (const auto& listener : shard.listeners) listener->start();
      shard.reactor->run();
    });
  }
}

bool Server::stop(Duration within) {
  if (threads_.empty()) return true;
  const auto deadline = std::chrono::steady_clock::now() + within;
  std::vector<std::future<void>> empty;
  for (const auto& shard : shards_) {
    auto done = std::make_shared<std::promise<void>>();
    empty.push_back(done->get_future());
    shard->reactor->post([&shard = *shard, done = std::move(done)]() mutable {
      shard.drain();
      shard.when_empty(std::move(done));
    });
  }
  bool all_left = true;
  for (std::future<void>& future : empty) all_left &= future.wait_until(deadline) == std::future_status::ready;
  if (!all_left) abort_all();
  return all_left;
}

void Server::abort_all() {
  std::vector<std::future<void>> done;
  for (const auto& shard : shards_) {
    auto promise = std::make_shared<std::promise<void>>();
    done.push_back(promise->get_future());
    shard->reactor->post([&shard = *shard, promise = std::move(promise)] {
      for (const auto& listener : shard.listeners) listener->stop();
      shard.service.is_draining = true;
      shard.host.abort_all();
      promise->set_value();
    });
  }
  for (std::future<void>& future : done) future.wait();
}

Server::~Server() {
  if (threads_.empty()) return;
  abort_all();
  for (const auto& shard : shards_) shard->reactor->stop();
  for (std::thread& thread : threads_) thread.join();
}

std::vector<Address> Server::addresses() const { return addresses_; }

size_t Server::reactor_count() const { return shards_.size(); }

Reactor& Server::reactor(size_t index) { return *shards_[index]->reactor; }

void Server::post_to_all(FunctionRef<Job(Reactor&)> make_job) {
  for (const auto& shard : shards_) shard->reactor->post(make_job(*shard->reactor));
}

Result<> Server::reload_tls() {
  TRY_VOID(load_tls());
  for (const auto& shard : shards_) {
    shard->reactor->post([&shard = *shard, tls = tls_] {
      for (const auto& listener : shard.listeners) listener->set_tls(tls);
    });
  }
  return {};
}

Metrics Server::metrics() const {
  Metrics sum;
  for (const auto& shard : shards_) add_to(sum, shard->host.metrics);
  return sum;
}

}  // namespace kith::net

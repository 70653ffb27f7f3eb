// Every HTTP request of the server: API calls, the realtime upgrade, long polls, the signalling of calls, health, and
// the web client's files.
#pragma once

#include <memory>
#include <vector>

#include "api/call_endpoint.hpp"
#include "api/dispatcher.hpp"
#include "api/poll.hpp"
#include "api/reactor_state.hpp"
#include "base/secret.hpp"
#include "net/server.hpp"

namespace kith::api {

/// The server asks this for each request, on the reactor that read it.
class HttpHandler final : public net::Handler {
 public:
  /// How to answer /metrics on the main address: for whoever sends the token; nobody if it is empty.
  struct Metrics {
    Secret<std::string> token;
    std::function<std::string()> text;
  };

  HttpHandler(Services& services, CallEndpoint& calls, Random& random, Metrics metrics);

  /// Once per reactor, in the order of their indexes, before the server starts.
  void add_reactor(net::Reactor& reactor, chat::HubShard& shard);
  /// From now on /healthz answers 503, so that a load balancer sends nobody here any more.
  void set_stopping() {
    is_stopping_ = true;
    calls_.set_stopping();
  }

  void handle_request(net::Request request, net::Responder responder) override;
  net::Response error_response(int status, std::string_view message) override;

 private:
  ReactorState& state_of(net::Responder& responder) { return *states_[responder.reactor().index()]; }

  Task<void> handle_call(ReactorState& state, net::Request request, net::Responder responder);
  Task<void> handle_upgrade(ReactorState& state, net::Request request, net::Responder responder);
  Task<void> handle_poll(ReactorState& state, net::Request request, net::Responder responder);
  Task<Result<std::optional<chat::Caller>>> authenticate(const net::Request& request);
  net::Response answer_metrics(const net::Request& request);

  Services& services_;
  CallEndpoint& calls_;
  Dispatcher dispatcher_;
  RequestIds request_ids_;
  PollTable polls_;
  Metrics metrics_;
  std::vector<std::unique_ptr<ReactorState>> states_;
  std::atomic<bool> is_stopping_{false};
};

}  // namespace kith::api

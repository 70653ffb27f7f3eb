// What api/ keeps per reactor: the hub's shard, the connections that are owed a token, limits per caller.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "api/rate_limit.hpp"
#include "api/request_ids.hpp"
#include "api/services.hpp"
#include "net/reactor.hpp"

namespace kith::api {

class ClientSession;

/// All members belong to the reactor's thread.
class ReactorState {
 public:
  ReactorState(Services& state_services, net::Reactor& state_reactor, chat::HubShard& state_hub, RequestIds& ids)
      : services(state_services), reactor(state_reactor), hub(state_hub), request_ids(ids) {}

  /// Starts the timer that sends tokens; once, on the reactor.
  void start();
  /// The connection was told something since its last token: it gets a new one within a second.
  void owe_token(std::weak_ptr<ClientSession> session);
  /// Counts one HTTP call of a caller (a device, or an address) against its limit. False: too many.
  bool take_http_call(std::string_view key, uint32_t per_second, uint32_t& wait_ms);

  Services& services;
  net::Reactor& reactor;
  chat::HubShard& hub;
  RequestIds& request_ids;

 private:
  void send_owed_tokens();
  void forget_idle_limits();

  std::vector<std::weak_ptr<ClientSession>> owed_tokens_;
  std::unordered_map<std::string, RateLimit> limits_;
};

}  // namespace kith::api

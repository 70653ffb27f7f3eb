// What Prometheus reads: counters of the network, the store and the chat, in its text format 0.0.4.
#pragma once

#include <functional>
#include <string>

#include "chat/presence.hpp"
#include "net/metrics.hpp"
#include "net/server.hpp"
#include "store/store.hpp"

namespace kith::api {

std::string metrics_text(const net::Metrics& net, const store::StoreMetrics& store, size_t users_online);
/// The text as Prometheus expects it.
net::Response metrics_response(std::string text);

/// Answers GET /metrics, and nothing else, on a listener of its own.
class MetricsHandler final : public net::Handler {
 public:
  explicit MetricsHandler(std::function<std::string()> text) : text_(std::move(text)) {}
  void handle_request(net::Request request, net::Responder responder) override;

 private:
  std::function<std::string()> text_;
};

}  // namespace kith::api

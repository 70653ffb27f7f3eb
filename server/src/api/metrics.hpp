// What Prometheus reads: counters of the network, the store and the chat, in its text format 0.0.4.
#pragma once

#include <functional>
#include <string>

#include "api/media_thread.hpp"
#include "chat/presence.hpp"
#include "net/metrics.hpp"
#include "net/server.hpp"
#include "store/store.hpp"

namespace kith::api {

struct ServerMetrics {
  net::Metrics net;
  store::StoreMetrics store;
  MediaMetrics media;
  size_t users_online = 0;
};

std::string metrics_text(const ServerMetrics& metrics);
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

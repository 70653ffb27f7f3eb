// Counters of the network layer: each reactor counts for itself, readers add them up.
#pragma once

#include <atomic>
#include <cstdint>

namespace kith::net {

/// A counter with one writing thread: a relaxed load and store, no locked instruction; any thread may read.
class Counter {
 public:
  void add(uint64_t by = 1) { value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed); }
  void subtract(uint64_t by = 1) { add(0 - by); }
  [[nodiscard]] uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

/// `Number` is `Counter` in a reactor and `uint64_t` in a sum over reactors.
template <typename Number>
struct BasicMetrics {
  Number connections_open{};      ///< now, HTTP and WebSocket
  Number connections_accepted{};  ///< since the start
  Number connections_refused{};   ///< beyond a limit of connections
  Number websockets_open{};       ///< now
  Number websockets_opened{};     ///< since the start
  Number requests{};              ///< HTTP requests handed to the handler
  Number responses_4xx{};         ///< answers with status 400 to 499, also those of the parser
  Number responses_5xx{};         ///< answers with status 500 to 599
  Number messages_in{};           ///< whole WebSocket messages received
  Number frames_out{};            ///< WebSocket frames queued
  Number bytes_in{};              ///< before TLS and masking are added: payload as HTTP or WebSocket bytes
  Number bytes_out{};             ///< likewise
  Number writes{};                ///< sends to the kernel or to TLS: `frames_out` over this is the coalescing
  Number slow_disconnects{};      ///< WebSockets closed because their queue was full
  Number ping_timeouts{};         ///< WebSockets closed because the peer was silent
  Number protocol_errors{};       ///< malformed HTTP or WebSocket input
  Number request_timeouts{};      ///< headers or bodies that came too slowly
  Number tls_handshakes{};        ///< finished
  Number tls_failures{};          ///< failed handshakes and broken records
};

using Metrics = BasicMetrics<uint64_t>;
using MetricCounters = BasicMetrics<Counter>;

/// Adds one reactor's counters to a sum.
void add_to(Metrics& sum, const MetricCounters& counters);

}  // namespace kith::net

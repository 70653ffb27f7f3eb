// What the connections of one reactor share: limits, counters, deadlines, one read buffer and one buffer to join
// frames.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/random.hpp"
#include "net/connection.hpp"
#include "net/deadline_wheel.hpp"
#include "net/metrics.hpp"
#include "net/reactor.hpp"
#include "net/send_queue.hpp"

namespace kith::net {

class ConnectionHost {
 public:
  /// Bytes read at once. Larger costs cache, smaller costs system calls when a peer sends much.
  static constexpr size_t kReadBytes = 64 * 1024;
  /// Frames joined for one write. Beyond it another write follows in the same flush.
  static constexpr size_t kJoinBytes = 64 * 1024;

  ConnectionHost(Reactor& reactor, const Limits& limits);
  /// Destroys the connections that are left without calling their handlers.
  ~ConnectionHost();
  ConnectionHost(const ConnectionHost&) = delete;
  ConnectionHost& operator=(const ConnectionHost&) = delete;

  Reactor& reactor;
  const Limits& limits;
  MetricCounters metrics;
  DeadlineWheel deadlines;

  /// Owns a connection until `release`.
  void adopt(std::unique_ptr<Connection> connection);
  /// Destroys a connection at the end of the pass.
  void release(Connection& connection);
  [[nodiscard]] size_t connection_count() const { return connections_.size(); }
  void drain_all();
  void abort_all();

  /// One buffer for all: what is read must be used or copied before the next read.
  [[nodiscard]] std::span<char> read_buffer() { return {read_buffer_.get(), kReadBytes}; }
  /// The unsent bytes of a queue as one piece, at most about kJoinBytes, at least 1. A single frame is not copied; and
  /// sockets that wait for the same frames, as in a broadcast, get the copy made for the first of them.
  [[nodiscard]] std::string_view join(const SendQueue& queue);
  /// The Date header's value (RFC 9110 §5.6.7), made once a second.
  [[nodiscard]] std::string_view http_date();
  /// Mask for a client's frame (RFC 6455 §5.3).
  [[nodiscard]] std::array<uint8_t, 4> next_mask();

 private:
  std::vector<std::unique_ptr<Connection>> connections_;
  std::unique_ptr<char[]> read_buffer_;
  std::string join_buffer_;
  std::vector<SharedBuffer>
      joined_;                ///< the frames whose copy join_buffer_ holds; held, so that no other gets their address
  size_t joined_offset_ = 0;  ///< bytes of the first of them that are not in the copy
  std::string date_;
  int64_t date_second_ = -1;
  SeededRandom mask_random_;
};

}  // namespace kith::net

// One TCP connection that carries datagrams (RFC 4571), for peers whose network lets no UDP through.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "net/connection.hpp"
#include "net/datagram_handler.hpp"
#include "net/metrics.hpp"
#include "net/socket.hpp"
#include "rtc/path.hpp"
#include "rtc/tcp_framing.hpp"

namespace kith::net {

class TcpMediaConnection;

struct TcpMediaMetrics {
  Counter open;     ///< connections now
  Counter opened;   ///< since the start
  Counter refused;  ///< beyond a limit of connections
  Counter datagrams_in;
  Counter datagrams_out;
  Counter dropped_full;  ///< the peer reads too slowly
};

/// What the connections of one listener share. It outlives them.
struct TcpMediaHost {
  Reactor& reactor;
  DatagramHandler& handler;
  DeadlineWheel& deadlines;
  TcpMediaMetrics& metrics;
  /// Called once by a connection that has ended; destroys it after the pass.
  std::function<void(TcpMediaConnection&)> release;
};

class TcpMediaConnection final : public EventSource, private DeadlineWheel::Entry {
 public:
  /// Unsent bytes beyond which datagrams are dropped: a second of video. More delays media, less loses key frames.
  static constexpr size_t kQueueBytesMax = 256 * 1024;
  /// From the connection to its first STUN message.
  static constexpr Duration kFirstMessageTime = std::chrono::seconds(10);
  /// Silence after which it is closed: consent is gone by then (RFC 7675).
  static constexpr Duration kIdleTime = std::chrono::seconds(40);

  TcpMediaConnection(TcpMediaHost& host, Socket socket, AddressSlot slot, const rtc::Path& path);

  /// Begins to read. If that fails it is released at once.
  void start();
  /// Queues a datagram for the end of the pass; drops it if too much waits already.
  void send(rtc::Bytes datagram);
  void close();

  [[nodiscard]] const rtc::Path& path() const { return path_; }

 private:
  void on_events(uint32_t events) override;
  void flush() override;
  void on_deadline() override { close(); }
  void read();
  bool hand_on(Instant now);
  void wait_for_room(bool waits);

  TcpMediaHost& host_;
  Socket socket_;
  AddressSlot slot_;
  const rtc::Path path_;
  rtc::TcpFrameReader reader_{kDatagramBytesMax};
  bool is_known_ = false;  ///< a STUN message has come
  bool is_dirty_ = false;
  bool waits_for_room_ = false;
  std::vector<uint8_t> queue_;
  size_t queue_begin_ = 0;  ///< first unsent byte
};

}  // namespace kith::net

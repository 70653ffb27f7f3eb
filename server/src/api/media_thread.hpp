// One thread of media: a loop with a UDP socket, a TCP port and a timer around a core that knows none of them.
//
// A pass: 1. batches of datagrams, and jobs, go in · 2. a timer that is due goes in · 3. the core finishes the pass ·
// 4. all that must leave does, in one go · 5. the timer is set to what the core waits for.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/datagram_handler.hpp"
#include "net/reactor.hpp"
#include "net/tcp_media_listener.hpp"
#include "net/udp_socket.hpp"
#include "rtc/outbox.hpp"

namespace kith::api {

/// What a media thread drives: a server's calls, or the participants of a load generator.
class MediaCore {
 public:
  virtual ~MediaCore() = default;
  virtual void handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram, rtc::Outbox& outbox) = 0;
  virtual void finish_pass(Instant now, rtc::Outbox& outbox) = 0;
  [[nodiscard]] virtual std::optional<Instant> next_timeout() const = 0;
  virtual void handle_timeout(Instant now, rtc::Outbox& outbox) = 0;
  virtual void forget_path(const rtc::Path& path) = 0;
};

/// Sums over media threads.
struct MediaMetrics {
  uint64_t datagrams_in = 0;  ///< over UDP and TCP
  uint64_t datagrams_out = 0;
  uint64_t bytes_in = 0;  ///< over UDP
  uint64_t bytes_out = 0;
  uint64_t groups_out = 0;  ///< UDP writes: `datagrams_out` over this is the gain of segmentation
  uint64_t dropped = 0;     ///< not sent: no room, or refused by the system
  uint64_t truncated = 0;   ///< received ones longer than we take
  uint64_t tcp_open = 0;    ///< TCP connections now
  uint64_t tcp_refused = 0;
};

class MediaThread final : private net::EventSource, private net::DatagramHandler {
 public:
  /// Runs between the datagrams of two passes; what it puts into the outbox leaves with the pass.
  using MediaJob = std::move_only_function<void(Instant now, rtc::Outbox& outbox)>;

  struct Options {
    net::Address udp;                 ///< port 0: any free one
    std::optional<net::Address> tcp;  ///< nullopt: no TCP
    bool keeps_addresses = false;     ///< see `net::UdpSocket::Options`
  };

  /// Binds the ports; nothing runs before `start`. `clock` outlives the thread. `kInvalidField`: a port is taken;
  /// `field` is "udp" if it is that one.
  static Result<std::unique_ptr<MediaThread>> create(const Options& options, const Clock& clock);
  /// Stops if `stop` was not called.
  ~MediaThread() override;
  MediaThread(const MediaThread&) = delete;
  MediaThread& operator=(const MediaThread&) = delete;

  /// `core`: called on the thread only, until `stop` has returned.
  Result<> start(MediaCore& core);
  /// Ends after the present pass and waits for it. Jobs that were not run are dropped.
  void stop();

  /// From any thread; jobs posted by one thread keep their order.
  void post(MediaJob job);

  [[nodiscard]] net::Address udp_address() const { return udp_->address(); }
  [[nodiscard]] std::optional<net::Address> tcp_address() const;
  [[nodiscard]] size_t receive_buffer_bytes() const { return udp_->receive_buffer_bytes(); }
  /// Adds this thread's figures; from any thread.
  void add_to(MediaMetrics& sum) const;

 private:
  MediaThread(std::unique_ptr<net::Reactor> reactor, std::unique_ptr<net::UdpSocket> udp,
              std::unique_ptr<net::TcpMediaListener> tcp);

  void handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram) override;
  void handle_closed(const rtc::Path& path) override;
  void on_events(uint32_t) override {}
  void flush() override;

  void begin_pass(Instant now);
  bool answer_plain_binding(const rtc::Path& path, rtc::Bytes datagram);
  void set_timer();
  void handle_timer();

  std::unique_ptr<net::Reactor> reactor_;
  std::unique_ptr<net::UdpSocket> udp_;
  std::unique_ptr<net::TcpMediaListener> tcp_;
  MediaCore* core_ = nullptr;
  rtc::Outbox outbox_;
  Instant now_;  ///< never goes back, so that no core sees time run backwards
  bool is_in_pass_ = false;
  net::TimerId timer_ = net::TimerId::kNone;
  Instant timer_due_;
  std::thread thread_;
};

}  // namespace kith::api

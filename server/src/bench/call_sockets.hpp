// The UDP sockets of simulated participants. Browsers have one per connection; thousands of those would cost the load
// generator a system call per packet, so connections share sockets and each has a loopback address of its own.
#pragma once

#include <memory>
#include <vector>

#include "base/result.hpp"
#include "net/datagram_handler.hpp"
#include "net/reactor.hpp"
#include "net/udp_socket.hpp"
#include "rtc/outbox.hpp"

namespace kith::bench {

class SharedCallSocket;

/// A connection's place: what it puts into the outbox on paths with this number leaves from its address.
struct CallPlace {
  SharedCallSocket* socket = nullptr;
  uint32_t number = 0;  ///< `rtc::Path::connection`
};

/// One socket for up to 250 addresses of 127.0.0.0/8; tells datagrams apart by the address they came to.
class SharedCallSocket final : private net::DatagramHandler {
 public:
  static constexpr size_t kPlacesMax = 250;

  static Result<std::unique_ptr<SharedCallSocket>> create(net::Reactor& reactor);
  ~SharedCallSocket() override = default;
  SharedCallSocket(const SharedCallSocket&) = delete;
  SharedCallSocket& operator=(const SharedCallSocket&) = delete;

  /// 0: all places are taken.
  uint32_t take_place(net::DatagramHandler& handler);
  void free_place(uint32_t number);
  /// What is put in leaves at the end of the reactor's pass.
  rtc::Outbox& outbox();

 private:
  explicit SharedCallSocket(net::Reactor& reactor) : reactor_(reactor), handlers_(kPlacesMax + 1) {}
  void handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram) override;
  void handle_closed(const rtc::Path&) override {}

  net::Reactor& reactor_;
  std::unique_ptr<net::UdpSocket> socket_;
  rtc::Outbox outbox_;
  std::vector<net::DatagramHandler*> handlers_;  ///< by number
  size_t taken_ = 0;
  bool is_flushing_ = false;
};

class CallSockets {
 public:
  explicit CallSockets(net::Reactor& reactor) : reactor_(reactor) {}

  /// `handler` gets what comes to the place until it is freed. `kBusy`: no descriptor is left.
  Result<CallPlace> take_place(net::DatagramHandler& handler);

 private:
  net::Reactor& reactor_;
  std::vector<std::unique_ptr<SharedCallSocket>> sockets_;
};

}  // namespace kith::bench

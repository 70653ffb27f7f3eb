// The TCP port of a media thread: passive ICE candidates (RFC 6544) for peers without UDP.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/result.hpp"
#include "net/acceptor.hpp"
#include "net/address_count.hpp"
#include "net/deadline_wheel.hpp"
#include "net/tcp_media_connection.hpp"
#include "rtc/outbox.hpp"

namespace kith::net {

class TcpMediaListener {
 public:
  struct Options {
    Address address;  ///< "::" takes IPv4 too; port 0: any free one
    size_t connections_max = 10'000;
    size_t connections_per_address = 256;  ///< an office is one address
  };

  /// Binds; nobody is accepted before `start`. `kInvalidField`: the address is in use or not ours.
  static Result<std::unique_ptr<TcpMediaListener>> bind(const Options& options);
  ~TcpMediaListener();
  TcpMediaListener(const TcpMediaListener&) = delete;
  TcpMediaListener& operator=(const TcpMediaListener&) = delete;

  /// Both outlive the listener. The handler is called on the reactor's thread.
  void start(Reactor& reactor, DatagramHandler& handler);
  /// Sends the datagrams of the outbox that go to TCP paths; those of closed connections are dropped.
  void send(const rtc::Outbox& outbox);

  [[nodiscard]] Address address() const { return address_; }
  [[nodiscard]] const TcpMediaMetrics& metrics() const { return metrics_; }

 private:
  TcpMediaListener(int descriptor, const Options& options);
  void accepted(int descriptor, const Address& peer);
  void release(TcpMediaConnection& connection);
  uint32_t next_number();

  const Options options_;
  int descriptor_;  ///< until `start`, when the acceptor owns it
  const Address address_;
  TcpMediaMetrics metrics_;
  AddressCount address_count_;
  std::optional<DeadlineWheel> deadlines_;
  std::optional<TcpMediaHost> host_;
  std::optional<Acceptor> acceptor_;
  std::unordered_map<uint32_t, std::unique_ptr<TcpMediaConnection>> connections_;
  uint32_t last_number_ = rtc::Path::kTcpConnectionFirst - 1;
};

}  // namespace kith::net

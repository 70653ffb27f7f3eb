// A UDP socket of one reactor: many datagrams with each system call, in both directions.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "net/address.hpp"
#include "net/datagram_handler.hpp"
#include "net/reactor.hpp"
#include "net/udp_sender.hpp"

namespace kith::net {

class UdpSocket final : public EventSource {
 public:
  struct Options {
    /// "::" takes IPv4 too; port 0: any free one.
    Address address;
    /// Let the kernel cut and join datagrams (UDP_SEGMENT, UDP_GRO), if it can.
    bool segments = true;
    /// Answer each peer from the address it uses, and tell paths apart by it: for machines with several addresses of
    /// one version of IP. Works on IPv6 sockets ("::"), for both versions.
    bool keeps_addresses = false;
  };

  /// Binds; nothing is received before `start`. `kInvalidField` of "udp": the address is in use or
  /// not ours.
  static Result<std::unique_ptr<UdpSocket>> bind(const Options& options);
  ~UdpSocket() override;
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  /// Both outlive the socket. The handler is called on the reactor's thread.
  Result<> start(Reactor& reactor, DatagramHandler& handler);
  /// Sends the UDP datagrams of the outbox, each destination's in order.
  void send(const rtc::Outbox& outbox) { sender_.send(outbox); }

  /// What paths that leave from this address of the machine have as their `connection`; from 1 on, in the order of
  /// asking. For sockets that keep addresses.
  uint32_t number_of(const Address& own) { return locals_.number_of(own.ip); }
  [[nodiscard]] Address address() const;
  [[nodiscard]] const UdpMetrics& metrics() const { return metrics_; }
  /// Room of the kernel's receive buffer, which it may cap below what was asked for.
  [[nodiscard]] size_t receive_buffer_bytes() const;

 private:
  static constexpr size_t kBatch = 64;

  /// Room for a segment size and an address.
  struct Control {
    alignas(cmsghdr) std::array<uint8_t, CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(in6_pktinfo))> bytes;
  };

  UdpSocket(int descriptor, int family, const Options& options);
  void on_events(uint32_t events) override;
  size_t receive_batch();
  void prepare(size_t index);
  void hand_on(Instant now, mmsghdr& message, rtc::MutableBytes bytes);
  [[nodiscard]] size_t buffer_bytes() const;
  /// What came with a read besides bytes.
  struct Extra {
    size_t joined = 0;        ///< size of the datagrams the kernel has joined; 0: it is one
    uint32_t connection = 0;  ///< number of the address it came to
  };
  Extra extra_of(msghdr& header);

  const int descriptor_;
  bool joins_;  ///< the kernel hands over several datagrams of one sender as one (UDP_GRO)
  UdpMetrics metrics_;
  LocalAddresses locals_;
  UdpSender sender_;
  Reactor* reactor_ = nullptr;
  DatagramHandler* handler_ = nullptr;

  std::unique_ptr<uint8_t[]> slab_;  ///< not zeroed: pages that were never needed cost nothing
  std::array<mmsghdr, kBatch> messages_{};
  std::array<iovec, kBatch> pieces_{};
  std::array<sockaddr_in6, kBatch> senders_{};
  std::array<Control, kBatch> controls_{};
};

}  // namespace kith::net

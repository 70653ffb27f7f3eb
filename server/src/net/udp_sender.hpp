// Empties an outbox into a UDP socket with as few system calls and as few packets through the stack as possible.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstdint>

#include "net/datagram_groups.hpp"
#include "net/local_addresses.hpp"
#include "net/metrics.hpp"
#include "rtc/outbox.hpp"

namespace kith::net {

struct UdpMetrics {
  Counter datagrams_in;
  Counter bytes_in;
  Counter truncated;  ///< received ones longer than we take
  Counter datagrams_out;
  Counter bytes_out;
  Counter groups_out;       ///< what the kernel was handed: `datagrams_out` over this is the gain of segmentation
  Counter send_calls;       ///< sendmmsg
  Counter dropped_full;     ///< the socket's buffer was full
  Counter dropped_refused;  ///< no route, not permitted…
};

class UdpSender {
 public:
  /// `descriptor`: of `family` (AF_INET or AF_INET6), outlives the sender, as `locals` and `metrics` do. `segments`:
  /// let the kernel cut large writes into datagrams, if it can.
  UdpSender(int descriptor, int family, bool segments, const LocalAddresses& locals, UdpMetrics& metrics);

  /// Sends the outbox's UDP datagrams. What the socket has no room for is dropped: media that waits is worth nothing.
  void send(const rtc::Outbox& outbox);
  [[nodiscard]] bool uses_segments() const { return segments_; }

 private:
  static constexpr size_t kMessagesMax = 64;
  static constexpr size_t kPiecesMax = 1024;

  using Group = DatagramGroups::Group;
  enum class Outcome { kGoOn, kFull };

  /// Room for a segment size and an address.
  struct Control {
    alignas(cmsghdr) std::array<uint8_t, CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(in6_pktinfo))> bytes;
  };

  void add(const rtc::Outbox& outbox, const Group& group);
  void set_destination(sockaddr_in6& out, const rtc::Endpoint& endpoint, msghdr& header) const;
  void set_control(Control& out, const Group& group, bool is_cut, msghdr& header) const;
  Outcome send_batch(const rtc::Outbox& outbox, std::span<const Group> groups);
  Outcome handle_error(int error, const rtc::Outbox& outbox, const Group& group);
  Outcome send_one_by_one(const rtc::Outbox& outbox, const Group& group);
  void count_sent(uint32_t datagrams, uint32_t bytes);

  const int descriptor_;
  const int family_;
  bool segments_;
  const LocalAddresses& locals_;
  UdpMetrics& metrics_;
  DatagramGroups groups_;

  // One call's worth, kept for reuse.
  std::array<mmsghdr, kMessagesMax> messages_{};
  std::array<iovec, kPiecesMax> pieces_{};
  std::array<sockaddr_in6, kMessagesMax> destinations_{};
  std::array<Control, kMessagesMax> controls_{};
  size_t messages_used_ = 0;
  size_t pieces_used_ = 0;
};

}  // namespace kith::net

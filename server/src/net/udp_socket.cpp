#include "net/udp_socket.hpp"

#include <netinet/udp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "net/socket.hpp"

namespace kith::net {
namespace {

/// Batches taken in one pass: what they cause leaves before more is read.
constexpr int kBatchesPerPass = 8;
/// Asked of the kernel for each direction: 30 ms of 1 Gbit/s. Less loses packets while a pass is busy.
constexpr int kSocketBufferBytes = 4 * 1024 * 1024;
/// Most bytes one read can give with UDP_GRO. The odd rest spreads the buffers over the sets of the caches.
constexpr size_t kJoinedBytesMax = 65'536;
constexpr size_t kStrideRest = 2'112;

/// The "force" forms pass the system's limit but need a privilege.
void set_buffers(int descriptor) {
  set_option(descriptor, SOL_SOCKET, SO_RCVBUF, kSocketBufferBytes);
  set_option(descriptor, SOL_SOCKET, SO_SNDBUF, kSocketBufferBytes);
  set_option(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, kSocketBufferBytes);
  set_option(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, kSocketBufferBytes);
}

rtc::Endpoint endpoint_of(const sockaddr_in6& sender) {
  rtc::Endpoint endpoint;
  if (sender.sin6_family == AF_INET6) {
    std::memcpy(endpoint.ip.data(), &sender.sin6_addr, endpoint.ip.size());
    endpoint.port = ntohs(sender.sin6_port);
    return endpoint;
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &sender, sizeof v4);
  std::array<uint8_t, 4> ip{};
  std::memcpy(ip.data(), &v4.sin_addr, ip.size());
  return rtc::Endpoint::v4(ip[0], ip[1], ip[2], ip[3], ntohs(v4.sin_port));
}

}  // namespace

Result<std::unique_ptr<UdpSocket>> UdpSocket::bind(const Options& options) {
  const int family = options.address.is_v4() ? AF_INET : AF_INET6;
  const int descriptor = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
  if (descriptor < 0) return fail(Reason::kBusy, "No UDP socket can be opened.");
  if (family == AF_INET6) set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  set_buffers(descriptor);
  sockaddr_storage storage{};
  const uint32_t size = options.address.to_sockaddr(storage);
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&storage), size) != 0) {
    const std::string why = std::strerror(errno);
    close(descriptor);
    return fail(Reason::kInvalidField, "Cannot receive UDP on " + options.address.text() + ": " + why, "udp");
  }
  return std::unique_ptr<UdpSocket>(new UdpSocket(descriptor, family, options));
}

UdpSocket::UdpSocket(int descriptor, int family, const Options& options)
    : descriptor_(descriptor), joins_(false), sender_(descriptor, family, options.segments, locals_, metrics_) {
  const int on = 1;
  if (options.keeps_addresses && family == AF_INET6) set_option(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, on);
  joins_ = options.segments && setsockopt(descriptor, SOL_UDP, UDP_GRO, &on, sizeof on) == 0;
  slab_ = std::make_unique_for_overwrite<uint8_t[]>(kBatch * buffer_bytes());
  for (size_t i = 0; i < kBatch; ++i) prepare(i);
}

UdpSocket::~UdpSocket() {
  if (reactor_ != nullptr) reactor_->unwatch(descriptor_);
  close(descriptor_);
}

Result<> UdpSocket::start(Reactor& reactor, DatagramHandler& handler) {
  TRY_VOID(reactor.watch(descriptor_, EPOLLIN, *this));
  reactor_ = &reactor;
  handler_ = &handler;
  return {};
}

Address UdpSocket::address() const { return bound_address(descriptor_); }

size_t UdpSocket::receive_buffer_bytes() const {
  int size = 0;
  socklen_t length = sizeof size;
  getsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &size, &length);
  return static_cast<size_t>(size);
}

size_t UdpSocket::buffer_bytes() const { return joins_ ? kJoinedBytesMax + kStrideRest : kDatagramBytesMax; }

void UdpSocket::prepare(size_t index) {
  pieces_[index] = {.iov_base = slab_.get() + index * buffer_bytes(),
                    .iov_len = joins_ ? kJoinedBytesMax : kDatagramBytesMax};
  messages_[index].msg_hdr = {.msg_name = &senders_[index],
                              .msg_namelen = sizeof(sockaddr_in6),
                              .msg_iov = &pieces_[index],
                              .msg_iovlen = 1,
                              .msg_control = controls_[index].bytes.data(),
                              .msg_controllen = controls_[index].bytes.size(),
                              .msg_flags = 0};
}

void UdpSocket::on_events(uint32_t) {
  for (int batch = 0; batch < kBatchesPerPass; ++batch) {
    if (receive_batch() < kBatch) return;
  }
}

size_t UdpSocket::receive_batch() {
  const int received = recvmmsg(descriptor_, messages_.data(), kBatch, 0, nullptr);
  if (received <= 0) return 0;
  const auto count = static_cast<size_t>(received);
  const Instant now = reactor_->clock().now();
  for (size_t i = 0; i < count; ++i) {
    mmsghdr& message = messages_[i];
    const rtc::MutableBytes bytes(static_cast<uint8_t*>(pieces_[i].iov_base), message.msg_len);
    if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0) {
      metrics_.truncated.add();
    } else {
      hand_on(now, message, bytes);
    }
    prepare(i);
  }
  return count;
}

UdpSocket::Extra UdpSocket::extra_of(msghdr& header) {
  Extra extra;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level == SOL_UDP && control->cmsg_type == UDP_GRO) {
      int size = 0;
      std::memcpy(&size, CMSG_DATA(control), sizeof size);
      extra.joined = static_cast<size_t>(std::max(size, 0));
    } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      LocalAddresses::Ip ip{};
      std::memcpy(ip.data(), &info.ipi6_addr, ip.size());
      extra.connection = locals_.number_of(ip);
    }
  }
  return extra;
}

void UdpSocket::hand_on(Instant now, mmsghdr& message, rtc::MutableBytes bytes) {
  const Extra extra = extra_of(message.msg_hdr);
  const rtc::Path path{.remote = endpoint_of(*static_cast<sockaddr_in6*>(message.msg_hdr.msg_name)),
                       .connection = extra.connection};
  const size_t segment = extra.joined != 0 ? extra.joined : bytes.size();
  metrics_.bytes_in.add(bytes.size());
  while (!bytes.empty()) {
    const rtc::MutableBytes datagram = bytes.first(std::min(segment, bytes.size()));
    bytes = bytes.subspan(datagram.size());
    metrics_.datagrams_in.add();
    if (datagram.size() > kDatagramBytesMax) {
      metrics_.truncated.add();
    } else {
      handler_->handle_datagram(now, path, datagram);
    }
  }
}

}  // namespace kith::net

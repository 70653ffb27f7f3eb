#include "net/udp_sender.hpp"

#include <netinet/udp.h>

#include <cerrno>
#include <cstring>

#include "base/log.hpp"

namespace kith::net {
namespace {

bool kernel_can_segment(int descriptor) {
  int none = 0;
  return setsockopt(descriptor, SOL_UDP, UDP_SEGMENT, &none, sizeof none) == 0;
}

bool is_full(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == ENOMEM; }

}  // namespace

UdpSender::UdpSender(int descriptor, int family, bool segments, const LocalAddresses& locals, UdpMetrics& metrics)
    : descriptor_(descriptor),
      family_(family),
      segments_(segments && kernel_can_segment(descriptor)),
      locals_(locals),
      metrics_(metrics) {}

void UdpSender::send(const rtc::Outbox& outbox) {
  groups_.gather(outbox, segments_ ? DatagramGroups::Joining::kSegments : DatagramGroups::Joining::kNone);
  std::span<const Group> waiting = groups_.groups();
  while (!waiting.empty()) {
    messages_used_ = 0;
    pieces_used_ = 0;
    while (messages_used_ < waiting.size() && messages_used_ < kMessagesMax &&
           pieces_used_ + waiting[messages_used_].count <= kPiecesMax) {
      add(outbox, waiting[messages_used_]);
    }
    const auto batch = waiting.first(messages_used_);
    waiting = waiting.subspan(messages_used_);
    if (send_batch(outbox, batch) == Outcome::kGoOn) continue;
    for (const Group& group : waiting) metrics_.dropped_full.add(group.count);
    return;
  }
}

void UdpSender::add(const rtc::Outbox& outbox, const Group& group) {
  const size_t index = messages_used_++;
  msghdr& header = messages_[index].msg_hdr;
  header = {};
  set_destination(destinations_[index], group.path.remote, header);
  header.msg_iov = pieces_.data() + pieces_used_;
  header.msg_iovlen = group.count;
  for (uint32_t i = group.first; i != DatagramGroups::kNone; i = groups_.next(i)) {
    const rtc::Bytes bytes = outbox.bytes(outbox.datagrams()[i]);
    pieces_[pieces_used_++] = {.iov_base = const_cast<uint8_t*>(bytes.data()), .iov_len = bytes.size()};
  }
  set_control(controls_[index], group, group.count > 1, header);
}

void UdpSender::set_control(Control& out, const Group& group, bool is_cut, msghdr& header) const {
  size_t used = 0;
  const auto add = [&]<typename Value>(int level, int type, const Value& value) {
    const cmsghdr control{.cmsg_len = CMSG_LEN(sizeof value), .cmsg_level = level, .cmsg_type = type};
    std::memcpy(out.bytes.data() + used, &control, sizeof control);
    std::memcpy(out.bytes.data() + used + CMSG_LEN(0), &value, sizeof value);
    used += CMSG_SPACE(sizeof value);
  };
  if (const LocalAddresses::Ip* from = locals_.find(group.path.connection)) {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, from->data(), from->size());
    add(IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
  if (is_cut) add(SOL_UDP, UDP_SEGMENT, static_cast<uint16_t>(group.segment_bytes));
  if (used == 0) return;
  header.msg_control = out.bytes.data();
  header.msg_controllen = used;
}

void UdpSender::set_destination(sockaddr_in6& out, const rtc::Endpoint& endpoint, msghdr& header) const {
  header.msg_name = &out;
  if (family_ == AF_INET6) {
    out.sin6_family = AF_INET6;
    out.sin6_port = htons(endpoint.port);
    out.sin6_flowinfo = 0;
    out.sin6_scope_id = 0;
    std::memcpy(&out.sin6_addr, endpoint.ip.data(), endpoint.ip.size());
    header.msg_namelen = sizeof(sockaddr_in6);
    return;
  }
  sockaddr_in v4{.sin_family = AF_INET, .sin_port = htons(endpoint.port)};
  std::memcpy(&v4.sin_addr, endpoint.ip.data() + 12, sizeof v4.sin_addr);
  std::memcpy(&out, &v4, sizeof v4);
  header.msg_namelen = sizeof v4;
}

UdpSender::Outcome UdpSender::send_batch(const rtc::Outbox& outbox, std::span<const Group> groups) {
  size_t done = 0;
  while (done < groups.size()) {
    metrics_.send_calls.add();
    const int sent = sendmmsg(descriptor_, messages_.data() + done, static_cast<unsigned>(groups.size() - done), 0);
    if (sent > 0) {
      for (const Group& group : groups.subspan(done, static_cast<size_t>(sent))) count_sent(group.count, group.bytes);
      done += static_cast<size_t>(sent);
      continue;
    }
    if (errno == EINTR) continue;
    if (handle_error(errno, outbox, groups[done]) == Outcome::kFull) {
      for (const Group& group : groups.subspan(done)) metrics_.dropped_full.add(group.count);
      return Outcome::kFull;
    }
    ++done;
  }
  return Outcome::kGoOn;
}

UdpSender::Outcome UdpSender::handle_error(int error, const rtc::Outbox& outbox, const Group& group) {
  if (is_full(error)) return Outcome::kFull;
  if (group.count == 1) {
    metrics_.dropped_refused.add();
    return Outcome::kGoOn;
  }
  // EIO: the device cannot; EINVAL: this path's MTU is smaller than the segments.
  if (error == EIO && segments_) {
    segments_ = false;
    log::info("The network device cannot segment datagrams; each is sent by itself.");
  }
  return send_one_by_one(outbox, group);
}

UdpSender::Outcome UdpSender::send_one_by_one(const rtc::Outbox& outbox, const Group& group) {
  sockaddr_in6 destination{};
  msghdr header{};
  set_destination(destination, group.path.remote, header);
  Control control{};
  set_control(control, group, false, header);
  for (uint32_t i = group.first; i != DatagramGroups::kNone; i = groups_.next(i)) {
    const rtc::Bytes bytes = outbox.bytes(outbox.datagrams()[i]);
    iovec piece{.iov_base = const_cast<uint8_t*>(bytes.data()), .iov_len = bytes.size()};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    metrics_.send_calls.add();
    if (sendmsg(descriptor_, &header, 0) >= 0) {
      count_sent(1, static_cast<uint32_t>(bytes.size()));
    } else if (is_full(errno)) {
      metrics_.dropped_full.add();
    } else {
      metrics_.dropped_refused.add();
    }
  }
  return Outcome::kGoOn;
}

void UdpSender::count_sent(uint32_t datagrams, uint32_t bytes) {
  metrics_.groups_out.add();
  metrics_.datagrams_out.add(datagrams);
  metrics_.bytes_out.add(bytes);
}

}  // namespace kith::net

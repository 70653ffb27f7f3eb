#include "net/tcp_media_connection.hpp"

#include <sys/epoll.h>

#include "rtc/stun.hpp"

namespace kith::net {
namespace {

/// Reads of one connection in one pass: the others get their turn in between.
constexpr int kReadsPerPass = 16;

}  // namespace

TcpMediaConnection::TcpMediaConnection(TcpMediaHost& host, Socket socket, AddressSlot slot, const rtc::Path& path)
    : host_(host), socket_(std::move(socket)), slot_(std::move(slot)), path_(path) {}

void TcpMediaConnection::start() {
  if (!host_.reactor.watch(socket_.descriptor(), EPOLLIN, *this)) return close();
  host_.deadlines.arm(*this, host_.reactor.now() + kFirstMessageTime);
}

void TcpMediaConnection::close() {
  if (!socket_.is_open()) return;
  host_.reactor.unwatch(socket_.descriptor());
  socket_.close();
  // Not in the destructor: it runs after the pass, perhaps after the listener that counts.
  slot_ = AddressSlot();
  DeadlineWheel::disarm(*this);
  if (is_known_) host_.handler.handle_closed(path_);
  host_.release(*this);
}

void TcpMediaConnection::on_events(uint32_t events) {
  if (!socket_.is_open()) return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return close();
  if ((events & EPOLLOUT) != 0) flush();
  if ((events & EPOLLIN) != 0) read();
}

void TcpMediaConnection::read() {
  for (int i = 0; i < kReadsPerPass && socket_.is_open(); ++i) {
    const rtc::MutableBytes room = reader_.room();
    const IoResult result = socket_.read({reinterpret_cast<char*>(room.data()), room.size()});
    if (result.status == IoStatus::kWantRead) return;
    if (result.status != IoStatus::kOk) return close();
    reader_.advance(result.bytes);
    if (!hand_on(host_.reactor.clock().now())) return close();
    if (result.bytes < room.size()) return;
  }
}

bool TcpMediaConnection::hand_on(Instant now) {
  while (const auto datagram = reader_.next()) {
    if (!is_known_ && !rtc::is_stun(*datagram)) return false;
    is_known_ = true;
    host_.deadlines.arm(*this, now + kIdleTime);
    host_.metrics.datagrams_in.add();
    host_.handler.handle_datagram(now, path_, *datagram);
    if (!socket_.is_open()) return true;
  }
  return !reader_.has_failed();
}

void TcpMediaConnection::send(rtc::Bytes datagram) {
  if (!socket_.is_open()) return;
  if (queue_.size() - queue_begin_ + rtc::kTcpFrameHeaderBytes + datagram.size() > kQueueBytesMax) {
    host_.metrics.dropped_full.add();
    return;
  }
  const auto header = rtc::tcp_frame_header(datagram.size());
  queue_.insert(queue_.end(), header.begin(), header.end());
  queue_.insert(queue_.end(), datagram.begin(), datagram.end());
  host_.metrics.datagrams_out.add();
  if (is_dirty_ || waits_for_room_) return;
  is_dirty_ = true;
  host_.reactor.mark_dirty(*this);
}

void TcpMediaConnection::flush() {
  is_dirty_ = false;
  if (!socket_.is_open()) return;
  const std::string_view waiting = rtc::as_text(rtc::Bytes(queue_).subspan(queue_begin_));
  const IoResult result = waiting.empty() ? IoResult{IoStatus::kOk} : socket_.write(waiting);
  if (result.status == IoStatus::kFailed || result.status == IoStatus::kClosed) return close();
  queue_begin_ += result.bytes;
  const bool is_empty = queue_begin_ == queue_.size();
  if (is_empty || queue_begin_ > kQueueBytesMax) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<ptrdiff_t>(queue_begin_));
    queue_begin_ = 0;
  }
  wait_for_room(!is_empty);
}

void TcpMediaConnection::wait_for_room(bool waits) {
  if (waits == waits_for_room_) return;
  waits_for_room_ = waits;
  host_.reactor.rewatch(socket_.descriptor(), waits ? EPOLLIN | EPOLLOUT : EPOLLIN, *this);
}

}  // namespace kith::net

#include "net/socket.hpp"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace kith::net {
namespace {

IoResult result_of(ssize_t moved, IoStatus when_not_ready) {
  if (moved >= 0) return {IoStatus::kOk, static_cast<size_t>(moved)};
  const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return {later ? when_not_ready : IoStatus::kFailed};
}

}  // namespace

void set_option(int descriptor, int level, int name, int value) {
  setsockopt(descriptor, level, name, &value, sizeof value);
}

Socket::Socket(Socket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), tls_(std::move(other.tls_)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(tls_, other.tls_);
  return *this;
}

IoResult Socket::read(std::span<char> out) {
  if (tls_) return tls_->read(out.data(), out.size());
  const IoResult result = result_of(recv(descriptor_, out.data(), out.size(), 0), IoStatus::kWantRead);
  return result.status == IoStatus::kOk && result.bytes == 0 ? IoResult{IoStatus::kClosed} : result;
}

IoResult Socket::write(std::string_view bytes) {
  if (tls_) return tls_->write(bytes.data(), bytes.size());
  return result_of(send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL), IoStatus::kWantWrite);
}

IoResult Socket::write_pieces(std::span<const iovec> pieces) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());  // sendmsg does not change them; its type is older than const
  message.msg_iovlen = pieces.size();
  return result_of(sendmsg(descriptor_, &message, MSG_NOSIGNAL), IoStatus::kWantWrite);
}

void Socket::shutdown_output() {
  if (tls_) tls_->shutdown();
  ::shutdown(descriptor_, SHUT_WR);
}

void Socket::close() {
  tls_.reset();
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

}  // namespace kith::net

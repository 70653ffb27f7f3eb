#include "net/acceptor.hpp"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.hpp"
#include "net/socket.hpp"

namespace kith::net {
namespace {

constexpr int kBacklog = 4096;
/// Connections taken in one pass: those already served get their turn in between.
constexpr int kAcceptsPerPass = 64;
/// How long accepting rests when descriptors have run out.
constexpr Duration kPause = std::chrono::milliseconds(100);

}  // namespace

Result<int> listen_on(const Address& address, ListenMode mode) {
  const int descriptor =
      socket(address.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (descriptor < 0) return fail(Reason::kBusy, "No descriptor left for a listener.");
  set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
  if (mode == ListenMode::kIsShared) set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
  // "::" means every address, IPv4 too.
  if (!address.is_v4()) set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  sockaddr_storage storage{};
  const uint32_t size = address.to_sockaddr(storage);
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&storage), size) != 0 || ::listen(descriptor, kBacklog) != 0) {
    const std::string why = std::strerror(errno);
    close(descriptor);
    return fail(Reason::kInvalidField, "Cannot listen on " + address.text() + ": " + why);
  }
  return descriptor;
}

void Acceptor::start() {
  if (!reactor_.watch(descriptor_, EPOLLIN, *this)) log::error("A listener cannot be watched.");
}

void Acceptor::stop() {
  if (descriptor_ < 0) return;
  reactor_.cancel(resume_);
  reactor_.unwatch(descriptor_);
  close(std::exchange(descriptor_, -1));
}

void Acceptor::on_events(uint32_t) {
  for (int i = 0; i < kAcceptsPerPass && descriptor_ >= 0; ++i) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    const int descriptor =
        accept4(descriptor_, reinterpret_cast<sockaddr*>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      accepted_(descriptor, Address::from_sockaddr(storage));
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return pause();
    } else if (errno != ECONNABORTED && errno != EINTR) {
      return;
    }
  }
}

void Acceptor::pause() {
  log::warn("No descriptor is left for a new connection; accepting rests.");
  reactor_.rewatch(descriptor_, 0, *this);
  resume_ = reactor_.call_after(kPause, [this] {
    if (descriptor_ >= 0) reactor_.rewatch(descriptor_, EPOLLIN, *this);
  });
}

}  // namespace kith::net

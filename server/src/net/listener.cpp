#include "net/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/log.hpp"

namespace kith::net {
namespace {

constexpr int kBacklog = 4096;
/// Connections taken in one pass: those already served get their turn in between.
constexpr int kAcceptsPerPass = 64;
/// How long accepting rests when descriptors have run out.
constexpr Duration kPause = std::chrono::milliseconds(100);

void set_option(int descriptor, int level, int name, int value) {
  setsockopt(descriptor, level, name, &value, sizeof value);
}

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

Address bound_address(int descriptor) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size);
  return Address::from_sockaddr(storage);
}

Listener::~Listener() {
  if (descriptor_ >= 0) close(descriptor_);
}

void Listener::start() {
  if (!options_.host.reactor.watch(descriptor_, EPOLLIN, *this)) log::error("A listener cannot be watched.");
}

void Listener::stop() {
  if (descriptor_ < 0) return;
  options_.host.reactor.cancel(resume_);
  options_.host.reactor.unwatch(descriptor_);
  close(std::exchange(descriptor_, -1));
}

void Listener::on_events(uint32_t) {
  for (int i = 0; i < kAcceptsPerPass && descriptor_ >= 0; ++i) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    const int descriptor =
        accept4(descriptor_, reinterpret_cast<sockaddr*>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      accepted(descriptor, Address::from_sockaddr(storage));
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return pause();
    } else if (errno != ECONNABORTED && errno != EINTR) {
      return;
    }
  }
}

void Listener::pause() {
  log::warn("No descriptor is left for a new connection; accepting rests.",
            {{"open", options_.host.connection_count()}});
  options_.host.reactor.rewatch(descriptor_, 0, *this);
  resume_ = options_.host.reactor.call_after(kPause, [this] {
    if (descriptor_ >= 0) options_.host.reactor.rewatch(descriptor_, EPOLLIN, *this);
  });
}

void Listener::accepted(int descriptor, const Address& peer) {
  ConnectionHost& host = options_.host;
  Socket connection(descriptor);
  const bool is_proxy = std::ranges::any_of(options_.service.trusted_proxies,
                                            [&](const AddressRange& range) { return range.contains(peer); });
  auto slot = is_proxy ? std::optional(AddressSlot()) : options_.address_count.take(peer);
  if (!slot || host.connection_count() >= host.limits.connections_per_reactor) {
    host.metrics.connections_refused.add();
    if (!options_.is_tls)
      connection.write("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    return;
  }
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  if (options_.send_buffer_bytes > 0) set_option(descriptor, SOL_SOCKET, SO_SNDBUF, options_.send_buffer_bytes);
  if (options_.is_tls) {
    auto tls = TlsSession::accept(*tls_, descriptor);
    if (!tls) return;
    connection.start_tls(std::move(tls));
  }
  host.metrics.connections_accepted.add();
  HttpConnection::start(host, options_.service, std::move(connection), peer, std::move(*slot));
}

}  // namespace kith::net

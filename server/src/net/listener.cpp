#include "net/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

#include "net/socket.hpp"

namespace kith::net {
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

#include "net/tcp_media_listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <utility>

namespace kith::net {
namespace {

/// Unsent bytes the kernel takes of one connection: what waits there can no longer be dropped, so it is kept short.
constexpr int kKernelUnsentBytes = 32 * 1024;

}  // namespace

Result<std::unique_ptr<TcpMediaListener>> TcpMediaListener::bind(const Options& options) {
  TRY(const int descriptor, listen_on(options.address, ListenMode::kIsExclusive));
  return std::unique_ptr<TcpMediaListener>(new TcpMediaListener(descriptor, options));
}

TcpMediaListener::TcpMediaListener(int descriptor, const Options& options)
    : options_(options),
      descriptor_(descriptor),
      address_(bound_address(descriptor)),
      address_count_(options.connections_per_address) {}

TcpMediaListener::~TcpMediaListener() {
  acceptor_.reset();
  while (!connections_.empty()) connections_.begin()->second->close();
  if (descriptor_ >= 0) close(descriptor_);
}

void TcpMediaListener::start(Reactor& reactor, DatagramHandler& handler) {
  deadlines_.emplace(reactor);
  host_.emplace(TcpMediaHost{.reactor = reactor,
                             .handler = handler,
                             .deadlines = *deadlines_,
                             .metrics = metrics_,
                             .release = [this](TcpMediaConnection& connection) { release(connection); }});
  acceptor_.emplace(std::exchange(descriptor_, -1), reactor,
                    [this](int descriptor, const Address& peer) { accepted(descriptor, peer); });
  acceptor_->start();
}

void TcpMediaListener::send(const rtc::Outbox& outbox) {
  if (connections_.empty()) return;
  for (const auto& datagram : outbox.datagrams()) {
    if (!datagram.path.is_tcp()) continue;
    const auto found = connections_.find(datagram.path.connection);
    if (found != connections_.end()) found->second->send(outbox.bytes(datagram));
  }
}

void TcpMediaListener::accepted(int descriptor, const Address& peer) {
  Socket socket(descriptor);
  auto slot = address_count_.take(peer);
  if (!slot || connections_.size() >= options_.connections_max) {
    metrics_.refused.add();
    return;
  }
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kKernelUnsentBytes);
  const rtc::Path path{.remote = {.ip = peer.ip, .port = peer.port}, .connection = next_number()};
  auto connection = std::make_unique<TcpMediaConnection>(*host_, std::move(socket), std::move(*slot), path);
  metrics_.opened.add();
  metrics_.open.add();
  connections_.emplace(path.connection, std::move(connection)).first->second->start();
}

void TcpMediaListener::release(TcpMediaConnection& connection) {
  auto node = connections_.extract(connection.path().connection);
  metrics_.open.subtract();
  host_->reactor.destroy_later(std::move(node.mapped()));
}

uint32_t TcpMediaListener::next_number() {
  // Numbers start over after four billion connections; one that is still open keeps its own.
  do {
    ++last_number_;
  } while (last_number_ < rtc::Path::kTcpConnectionFirst || connections_.contains(last_number_));
  return last_number_;
}

}  // namespace kith::net

#include "bench/call_sockets.hpp"

#include <algorithm>

namespace kith::bench {
namespace {

/// 127.0.1.1 and on.
net::Address address_of(uint32_t number) {
  net::Address address = *net::Address::parse_ip("127.0.1.0");
  address.ip.back() = static_cast<uint8_t>(number);
  return address;
}

}  // namespace

Result<std::unique_ptr<SharedCallSocket>> SharedCallSocket::create(net::Reactor& reactor) {
  std::unique_ptr<SharedCallSocket> shared(new SharedCallSocket(reactor));
  TRY(shared->socket_, net::UdpSocket::bind({.address = *net::Address::parse_ip("::"), .keeps_addresses = true}));
  TRY_VOID(shared->socket_->start(reactor, *shared));
  return shared;
}

uint32_t SharedCallSocket::take_place(net::DatagramHandler& handler) {
  if (taken_ == kPlacesMax) return 0;
  ++taken_;
  const auto free = std::ranges::find(handlers_.begin() + 1, handlers_.end(), nullptr);
  *free = &handler;
  const auto place = static_cast<uint32_t>(free - handlers_.begin());
  // Numbers are given in the order of asking: places are first taken in the order of their addresses.
  return socket_->number_of(address_of(place));
}

void SharedCallSocket::free_place(uint32_t number) {
  handlers_[number] = nullptr;
  --taken_;
}

rtc::Outbox& SharedCallSocket::outbox() {
  if (!is_flushing_) {
    is_flushing_ = true;
    reactor_.at_pass_end([this] {
      is_flushing_ = false;
      socket_->send(outbox_);
      outbox_.clear();
    });
  }
  return outbox_;
}

void SharedCallSocket::handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram) {
  net::DatagramHandler* handler = path.connection < handlers_.size() ? handlers_[path.connection] : nullptr;
  if (handler != nullptr) handler->handle_datagram(now, path, datagram);
}

Result<CallPlace> CallSockets::take_place(net::DatagramHandler& handler) {
  for (const auto& socket : sockets_) {
    if (const uint32_t number = socket->take_place(handler); number != 0) {
      return CallPlace{.socket = socket.get(), .number = number};
    }
  }
  TRY(auto socket, SharedCallSocket::create(reactor_));
  sockets_.push_back(std::move(socket));
  return CallPlace{.socket = sockets_.back().get(), .number = sockets_.back()->take_place(handler)};
}

}  // namespace kith::bench

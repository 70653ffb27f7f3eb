// What every connection of a reactor is, HTTP or WebSocket: an event source with a peer, a deadline and an end.
#pragma once

#include <cstdint>
#include <memory>

#include "net/address.hpp"
#include "net/deadline_wheel.hpp"
#include "net/reactor.hpp"

namespace kith::net {

class AddressCount;
class ConnectionHost;

/// Counts a connection's address for as long as it lives (`Limits::connections_per_address`); may be empty.
class AddressSlot {
 public:
  AddressSlot() = default;
  AddressSlot(AddressCount& count, const Address& address) : count_(&count), address_(address) {}
  AddressSlot(AddressSlot&& other) noexcept;
  AddressSlot& operator=(AddressSlot&& other) noexcept;
  ~AddressSlot();

 private:
  AddressCount* count_ = nullptr;
  Address address_;
};

class Connection : public EventSource, protected DeadlineWheel::Entry {
 public:
  /// Ends in good order what is not needed now; called when the server stops.
  virtual void drain() = 0;
  /// Ends at once.
  virtual void abort() = 0;

 private:
  friend class ConnectionHost;
  size_t host_index_ = 0;
};

}  // namespace kith::net

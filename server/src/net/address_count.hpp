// How many connections each address has, over all reactors.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include "net/connection.hpp"

namespace kith::net {

/// Callable from any thread; touched when a connection comes and goes only.
class AddressCount {
 public:
  explicit AddressCount(size_t maximum) : maximum_(maximum) {}

  /// nullopt if the address has its maximum already. An IPv6 client has a whole /64, so that is what is counted.
  std::optional<AddressSlot> take(const Address& address);

 private:
  friend class AddressSlot;
  using Key = std::array<uint8_t, 16>;
  static Key key_of(const Address& address);
  void give_back(const Address& address);

  const size_t maximum_;
  std::mutex mutex_;
  std::map<Key, size_t> counts_;
};

}  // namespace kith::net

#include "net/address_count.hpp"

#include <algorithm>
#include <utility>

namespace kith::net {

AddressCount::Key AddressCount::key_of(const Address& address) {
  Key key = address.ip;
  if (!address.is_v4()) std::fill(key.begin() + 8, key.end(), uint8_t{0});
  return key;
}

std::optional<AddressSlot> AddressCount::take(const Address& address) {
  std::lock_guard lock(mutex_);
  size_t& count = counts_[key_of(address)];
  if (count >= maximum_) return std::nullopt;
  ++count;
  return AddressSlot(*this, address);
}

void AddressCount::give_back(const Address& address) {
  std::lock_guard lock(mutex_);
  const auto found = counts_.find(key_of(address));
  if (found != counts_.end() && --found->second == 0) counts_.erase(found);
}

AddressSlot::AddressSlot(AddressSlot&& other) noexcept
    : count_(std::exchange(other.count_, nullptr)), address_(other.address_) {}

AddressSlot& AddressSlot::operator=(AddressSlot&& other) noexcept {
  std::swap(count_, other.count_);
  std::swap(address_, other.address_);
  return *this;
}

AddressSlot::~AddressSlot() {
  if (count_ != nullptr) count_->give_back(address_);
}

}  // namespace kith::net

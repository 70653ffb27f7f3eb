#include "sfu/packet_history.hpp"

#include <cassert>
#include <cstring>

namespace kith::sfu {

namespace {

constexpr size_t kBytesMin = size_t{8} << 10;
constexpr size_t kSlotsMin = 16;

}  // namespace

const MediaPacket& PacketHistory::insert(const MediaPacket& packet) {
  const size_t size = packet.extensions.size() + packet.payload.size();
  make_room(packet.arrival, size);
  const uint64_t begin = place(size);
  Slot& slot = slots_[static_cast<size_t>(packet.sequence) & (slots_.size() - 1)];
  slot.packet = packet;
  slot.is_used = true;
  uint8_t* const at = &bytes_[begin & (bytes_.size() - 1)];
  slot.packet.extensions = {at, packet.extensions.size()};
  slot.packet.payload = {at + packet.extensions.size(), packet.payload.size()};
  if (!packet.extensions.empty()) std::memcpy(at, packet.extensions.data(), packet.extensions.size());
  if (!packet.payload.empty()) {
    std::memcpy(at + packet.extensions.size(), packet.payload.data(), packet.payload.size());
  }
  bytes_end_ = begin + size;
  order_[order_end_++ & (order_.size() - 1)] = {
      .sequence = packet.sequence, .end = bytes_end_, .arrival = packet.arrival};
  if (packet.sequence > newest_) newest_ = packet.sequence;
  if (packet.frame.is_key_frame && (!key_frame_ || packet.sequence > *key_frame_)) key_frame_ = packet.sequence;
  return slot.packet;
}

std::optional<int64_t> PacketHistory::newest_key_frame(Instant now) const {
  if (!key_frame_) return std::nullopt;
  const MediaPacket* const first = find(*key_frame_);
  if (first == nullptr || now - first->arrival > kKeptMax) return std::nullopt;
  return key_frame_;
}

/// Where `size` bytes in one piece go next: a packet never wraps around the end of the ring.
uint64_t PacketHistory::place(size_t size) const {
  const uint64_t at = bytes_end_ & (bytes_.size() - 1);
  return at + size > bytes_.size() ? bytes_end_ + (bytes_.size() - at) : bytes_end_;
}

void PacketHistory::make_room(Instant now, size_t size) {
  assert(size <= kBytesMin);
  if (slots_.empty()) {
    bytes_.resize(kBytesMin);
    slots_.resize(kSlotsMin);
    order_.resize(kSlotsMin);
  }
  while (order_begin_ != order_end_ && now - order_[order_begin_ & (order_.size() - 1)].arrival > kept_) drop_oldest();
  if (order_end_ - order_begin_ == order_.size()) {
    if (slots_.size() < kPacketsMax) {
      grow_slots();
    } else {
      drop_oldest();
    }
  }
  while (place(size) + size - bytes_begin_ > bytes_.size()) {
    if (order_begin_ == order_end_) {
      bytes_begin_ = bytes_end_ = 0;
    } else if (bytes_.size() < kBytesMax) {
      grow_bytes();
    } else {
      drop_oldest();
    }
  }
}

void PacketHistory::drop_oldest() {
  const Written& oldest = order_[order_begin_++ & (order_.size() - 1)];
  bytes_begin_ = oldest.end;
  // Its slot may have gone to a newer packet already.
  Slot& slot = slots_[static_cast<size_t>(oldest.sequence) & (slots_.size() - 1)];
  if (slot.packet.sequence == oldest.sequence) slot.is_used = false;
}

void PacketHistory::grow_bytes() {
  std::vector<uint8_t> old(bytes_.size() * 2);
  old.swap(bytes_);
  bytes_begin_ = bytes_end_ = 0;
  for (uint64_t i = order_begin_; i != order_end_; ++i) {
    Written& written = order_[i & (order_.size() - 1)];
    Slot& slot = slots_[static_cast<size_t>(written.sequence) & (slots_.size() - 1)];
    if (slot.is_used && slot.packet.sequence == written.sequence) {
      MediaPacket& packet = slot.packet;
      const size_t size = packet.extensions.size() + packet.payload.size();
      uint8_t* const at = bytes_.data() + bytes_end_;
      if (size > 0) std::memcpy(at, packet.extensions.data(), size);
      packet.extensions = {at, packet.extensions.size()};
      packet.payload = {at + packet.extensions.size(), packet.payload.size()};
      bytes_end_ += size;
    }
    written.end = bytes_end_;
  }
}

void PacketHistory::grow_slots() {
  std::vector<Slot> slots(slots_.size() * 2);
  std::vector<Written> order(order_.size() * 2);
  for (uint64_t i = order_begin_; i != order_end_; ++i) {
    const Written& written = order_[i & (order_.size() - 1)];
    order[i & (order.size() - 1)] = written;
    const Slot& slot = slots_[static_cast<size_t>(written.sequence) & (slots_.size() - 1)];
    if (slot.is_used && slot.packet.sequence == written.sequence) {
      slots[static_cast<size_t>(written.sequence) & (slots.size() - 1)] = slot;
    }
  }
  slots_ = std::move(slots);
  order_ = std::move(order);
}

}  // namespace kith::sfu

#include "sfu/packet_queue.hpp"

#include <algorithm>

namespace kith::sfu {

namespace {

/// What an empty queue may keep: below it, freeing and growing again costs more than it saves.
constexpr size_t kKeptBytes = 16 * 1024;

}  // namespace

bool PacketQueue::push(Instant now, PacketKind kind, const OutgoingPacket& packet) {
  if (bytes() + packet.size() > bytes_max_) return false;
  compact();
  for (const rtc::Bytes part : {packet.header(), packet.prefix(), packet.payload}) {
    slab_.insert(slab_.end(), part.begin(), part.end());
  }
  entries_.push_back({.queued_at = now,
                      .size = static_cast<uint32_t>(packet.size()),
                      .header_size = packet.header_size,
                      .transport_sequence_at = packet.transport_sequence_at,
                      .kind = kind});
  key_frame_packets_ += kind == PacketKind::kKeyFrame ? 1 : 0;
  return true;
}

QueuedPacket PacketQueue::front() {
  const Entry& entry = entries_[first_];
  return {.kind = entry.kind,
          .queued_at = entry.queued_at,
          .header_size = entry.header_size,
          .transport_sequence_at = entry.transport_sequence_at,
          .bytes = rtc::MutableBytes(slab_).subspan(first_byte_, entry.size)};
}

void PacketQueue::pop() {
  const Entry& entry = entries_[first_++];
  first_byte_ += entry.size;
  key_frame_packets_ -= entry.kind == PacketKind::kKeyFrame ? 1 : 0;
  if (empty()) clear();
}

void PacketQueue::clear() {
  slab_.clear();
  entries_.clear();
  first_ = first_byte_ = key_frame_packets_ = 0;
  if (slab_.capacity() <= kKeptBytes) return;
  slab_.shrink_to_fit();
  entries_.shrink_to_fit();
}

/// Moves what waits to the front when at least as much has been taken: each byte moves once on average.
void PacketQueue::compact() {
  if (first_byte_ < slab_.size() - first_byte_) return;
  slab_.erase(slab_.begin(), slab_.begin() + static_cast<ptrdiff_t>(first_byte_));
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<ptrdiff_t>(first_));
  first_ = first_byte_ = 0;
}

}  // namespace kith::sfu

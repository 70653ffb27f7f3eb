#include "store/send_rings.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"

namespace kith::store {
namespace {

constexpr size_t kFirstSlots = 1024;
constexpr size_t kEvictionTries = 8;  // dirty rings at the cold end are stepped over, but not for ever

size_t hash_of(int64_t device, uint64_t tag) {
  return static_cast<size_t>((tag ^ static_cast<uint64_t>(device)) * 0x9E3779B97F4A7C15ULL >> 16);
}

void put_bytes_be(std::string& out, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

uint64_t bytes_be(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

}  // namespace

void SpilledSends::insert(DeviceId device, uint64_t tag, const Sent& sent, Pos pos, Pos cut) {
  if (used_ * 4 >= slots_.size() * 3) grow(cut);
  place({.device = device.value, .tag = tag, .room = sent.room.value, .seq = sent.seq, .pos = pos}, cut);
}

std::optional<Sent> SpilledSends::find(DeviceId device, uint64_t tag, Pos cut) const {
  if (slots_.empty()) return std::nullopt;
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash_of(device.value, tag) & mask; slots_[i].pos != 0; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.tag == tag && slot.device == device.value && slot.pos > cut) {
      return Sent{.room = RoomId{slot.room}, .seq = slot.seq};
    }
  }
  return std::nullopt;
}

// A slot whose event is packed may be taken over: it still links the chain of those behind it.
void SpilledSends::place(const Slot& slot, Pos cut) {
  const size_t mask = slots_.size() - 1;
  size_t i = hash_of(slot.device, slot.tag) & mask;
  while (slots_[i].pos > cut) i = (i + 1) & mask;
  if (slots_[i].pos == 0) ++used_;
  slots_[i] = slot;
}

void SpilledSends::grow(Pos cut) {
  size_t live = 0;
  for (const Slot& slot : slots_) live += slot.pos > cut ? 1 : 0;
  size_t size = kFirstSlots;
  while (size < live * 3) size *= 2;
  std::vector<Slot> old(size);
  old.swap(slots_);
  used_ = 0;
  for (const Slot& slot : old) {
    if (slot.pos > cut) place(slot, cut);
  }
}

bool SendRings::needs_load(DeviceId device) const {
  const auto found = rings_.find(device);
  return found == rings_.end() || !found->second.loaded;
}

void SendRings::load(DeviceId device, std::string_view stored) {
  Ring& ring = touch(device);
  if (ring.loaded) return;
  Ring from_log;
  std::swap(from_log.tags, ring.tags);
  std::swap(from_log.entries, ring.entries);
  const size_t log_start = std::exchange(ring.start, 0);
  ring.loaded = true;
  if (stored.size() >= kRingSends * kRingEntryBytes) ring.spilled = newest_pos_;  // perhaps: ask the table
  for (; stored.size() >= kRingEntryBytes; stored.remove_prefix(kRingEntryBytes)) {
    const Sent sent{.room = RoomId{static_cast<int64_t>(bytes_be(stored.substr(8, 4)))},
                    .seq = bytes_be(stored.substr(12, 5))};
    append(ring, device, bytes_be(stored.substr(0, 8)), Entry{.sent = sent, .pos = 0});
  }
  for (size_t i = 0; i < from_log.entries.size(); ++i) {
    const size_t at = (log_start + i) % from_log.entries.size();
    bool known = false;
    for (size_t j = 0; j < ring.tags.size() && !known; ++j) {
      known = ring.tags[j] == from_log.tags[at] && ring.entries[j].sent == from_log.entries[at].sent;
      if (known) ring.entries[j].pos = from_log.entries[at].pos;
    }
    if (!known) append(ring, device, from_log.tags[at], from_log.entries[at]);
  }
}

std::optional<Sent> SendRings::find(DeviceId device, uint64_t tag) {
  Ring& ring = touch(device);
  for (size_t i = 0; i < ring.tags.size(); ++i) {
    if (ring.tags[i] == tag) return ring.entries[i].sent;
  }
  if (ring.spilled > cut_) return spilled_.find(device, tag, cut_);
  return std::nullopt;
}

void SendRings::add(DeviceId device, uint64_t tag, const Sent& sent, Pos pos) {
  Ring& ring = touch(device);
  newest_pos_ = std::max(newest_pos_, pos);
  Undo undo{.device = device, .displaced = std::nullopt, .was_dirty = ring.dirty};
  undo.displaced = append(ring, device, tag, Entry{.sent = sent, .pos = pos});
  ring.dirty = true;
  undo_.push_back(undo);
}

void SendRings::keep() {
  undo_.clear();
  shrink();
}

void SendRings::forget() {
  for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
    Ring& ring = rings_.at(undo->device);
    ring.dirty = undo->was_dirty;
    if (!undo->displaced.has_value()) {
      ring.tags.pop_back();
      ring.entries.pop_back();
      continue;
    }
    ring.start = (ring.start + kRingSends - 1) % kRingSends;
    ring.tags[ring.start] = undo->displaced->first;
    ring.entries[ring.start] = undo->displaced->second;
  }
  undo_.clear();
}

bool SendRings::is_dirty(DeviceId device) const {
  const auto found = rings_.find(device);
  return found != rings_.end() && found->second.dirty;
}

std::string SendRings::stored_form(DeviceId device) const {
  const Ring& ring = rings_.at(device);
  std::string out;
  out.reserve(ring.entries.size() * kRingEntryBytes);
  for (size_t i = 0; i < ring.entries.size(); ++i) {
    const size_t at = (ring.start + i) % ring.entries.size();
    put_u64_be(out, ring.tags[at]);
    put_bytes_be(out, static_cast<uint64_t>(ring.entries[at].sent.room.value), 4);
    put_bytes_be(out, ring.entries[at].sent.seq, 5);
  }
  return out;
}

void SendRings::mark_stored(DeviceId device) {
  if (const auto found = rings_.find(device); found != rings_.end()) found->second.dirty = false;
}

SendRings::Ring& SendRings::touch(DeviceId device) {
  const auto [place, is_new] = rings_.try_emplace(device);
  Ring& ring = place->second;
  if (is_new) {
    recent_.push_front(device);
    ring.recent = recent_.begin();
  } else if (ring.recent != recent_.begin()) {
    recent_.splice(recent_.begin(), recent_, ring.recent);
  }
  return ring;
}

std::optional<std::pair<uint64_t, SendRings::Entry>> SendRings::append(Ring& ring, DeviceId device, uint64_t tag,
                                                                       const Entry& entry) {
  if (ring.entries.size() < kRingSends) {
    ring.tags.push_back(tag);
    ring.entries.push_back(entry);
    return std::nullopt;
  }
  std::pair<uint64_t, Entry> displaced{ring.tags[ring.start], ring.entries[ring.start]};
  if (displaced.second.pos > cut_) {
    spilled_.insert(device, displaced.first, displaced.second.sent, displaced.second.pos, cut_);
    ring.spilled = std::max(ring.spilled, displaced.second.pos);
  }
  ring.tags[ring.start] = tag;
  ring.entries[ring.start] = entry;
  ring.start = (ring.start + 1) % kRingSends;
  return displaced;
}

void SendRings::shrink() {
  auto candidate = recent_.end();
  for (size_t tries = 0; rings_.size() > devices_max_ && tries < kEvictionTries && candidate != recent_.begin();
       ++tries) {
    --candidate;
    if (rings_.at(*candidate).dirty) continue;
    rings_.erase(*candidate);
    candidate = recent_.erase(candidate);
  }
}

}  // namespace kith::store

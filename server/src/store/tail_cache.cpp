#include "store/tail_cache.hpp"

#include <algorithm>

namespace kith::store {
namespace {

constexpr size_t kEventOverhead = sizeof(model::StoredEvent) + 48;  // control block, list and heap headers

size_t size_of(const TailCache::Event& event) { return kEventOverhead + event->content.capacity(); }

const std::shared_ptr<const Tail>& empty_tail() {
  static const std::shared_ptr<const Tail> empty = std::make_shared<Tail>();
  return empty;
}

}  // namespace

TailCache::TailCache(size_t events, size_t bytes) : events_(events), shard_bytes_(bytes / kShards) {}

std::shared_ptr<const Tail> TailCache::tail(RoomId room) const {
  Shard& home = shard(room);
  const std::scoped_lock lock(home.mutex);
  const auto found = home.rooms.find(room);
  if (found == home.rooms.end()) return empty_tail();
  Entry& entry = found->second;
  if (entry.built == nullptr) {
    auto built = std::make_shared<Tail>();
    built->reserve(entry.ring.size());
    built->insert(built->end(), entry.ring.begin() + static_cast<ptrdiff_t>(entry.start), entry.ring.end());
    built->insert(built->end(), entry.ring.begin(), entry.ring.begin() + static_cast<ptrdiff_t>(entry.start));
    entry.built = std::move(built);
  }
  return entry.built;
}

TailCache::Event TailCache::event(RoomId room, Seq seq) const {
  Shard& home = shard(room);
  const std::scoped_lock lock(home.mutex);
  const auto found = home.rooms.find(room);
  if (found == home.rooms.end()) return nullptr;
  const Event* event = find(found->second, seq);
  return event == nullptr ? nullptr : *event;
}

void TailCache::push(RoomId room, std::span<const Event> events) {
  Shard& home = shard(room);
  const std::scoped_lock lock(home.mutex);
  const auto [place, is_new] = home.rooms.try_emplace(room);
  Entry& entry = place->second;
  if (is_new) {
    home.recent.push_front(room);
    entry.recent = home.recent.begin();
  } else if (entry.recent != home.recent.begin()) {
    home.recent.splice(home.recent.begin(), home.recent, entry.recent);
  }
  const size_t before = entry.bytes;
  for (const Event& event : events) push_one(entry, event);
  entry.built = nullptr;
  home.bytes += entry.bytes - before;
  bytes_.fetch_add(entry.bytes - before, std::memory_order_relaxed);
  if (home.bytes > shard_bytes_) shrink(home, room);
}

void TailCache::push_one(Entry& entry, const Event& event) {
  if (!entry.ring.empty() && entry.newest()->seq + 1 != event->seq) {
    entry.ring.clear();
    entry.start = 0;
    entry.bytes = 0;
  }
  entry.bytes += size_of(event);
  if (entry.ring.size() < events_) {
    entry.ring.push_back(event);
    return;
  }
  entry.bytes -= size_of(entry.ring[entry.start]);
  entry.ring[entry.start] = event;
  entry.start = (entry.start + 1) % entry.ring.size();
}

void TailCache::replace(const Event& event) {
  Shard& home = shard(event->room);
  const std::scoped_lock lock(home.mutex);
  const auto found = home.rooms.find(event->room);
  if (found == home.rooms.end()) return;
  Event* place = find(found->second, event->seq);
  if (place == nullptr) return;
  const size_t change = size_of(event) - size_of(*place);  // may wrap below zero; the sums come out right
  found->second.bytes += change;
  home.bytes += change;
  bytes_.fetch_add(change, std::memory_order_relaxed);
  *place = event;
  found->second.built = nullptr;
}

TailCache::Event* TailCache::find(Entry& entry, Seq seq) {
  if (entry.ring.empty()) return nullptr;
  const Seq newest = entry.newest()->seq;
  if (seq > newest || newest - seq >= entry.ring.size()) return nullptr;
  const size_t from_oldest = entry.ring.size() - 1 - static_cast<size_t>(newest - seq);
  return &entry.ring[(entry.start + from_oldest) % entry.ring.size()];
}

void TailCache::shrink(Shard& home, RoomId keep) {
  while (home.bytes > shard_bytes_ && home.recent.back() != keep) {
    const auto found = home.rooms.find(home.recent.back());
    home.bytes -= found->second.bytes;
    bytes_.fetch_sub(found->second.bytes, std::memory_order_relaxed);
    home.rooms.erase(found);
    home.recent.pop_back();
  }
}

}  // namespace kith::store

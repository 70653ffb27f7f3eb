#include "store/own_sends.hpp"

namespace kith::store {

void OwnSends::put(RoomId room, UserId user, const OwnSend& send) {
  Shard& home = shards_[index(room)];
  const std::scoped_lock lock(home.mutex);
  home.sends.insert_or_assign(Key{room, user}, send);
}

std::optional<OwnSend> OwnSends::find(RoomId room, UserId user) const {
  const Shard& home = shards_[index(room)];
  const std::scoped_lock lock(home.mutex);
  const auto found = home.sends.find(Key{room, user});
  if (found == home.sends.end()) return std::nullopt;
  return found->second;
}

void OwnSends::forget_up_to(Pos pos) {
  for (Shard& home : shards_) {
    const std::scoped_lock lock(home.mutex);
    std::erase_if(home.sends, [pos](const auto& entry) { return entry.second.pos <= pos; });
  }
}

}  // namespace kith::store

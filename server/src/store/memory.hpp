// All that the store knows without reading: a function of the rows at the cut and the log after it, so a start rebuilds
// it (startup.hpp). The writer changes it after commits; what readers share locks itself.
#pragma once

#include <atomic>
#include <limits>

#include "base/limits.hpp"
#include "store/own_sends.hpp"
#include "store/room_heads.hpp"
#include "store/send_rings.hpp"
#include "store/tail_cache.hpp"

namespace kith::store {

/// No follower has told its position: it holds nothing back.
constexpr Pos kNoFollower = std::numeric_limits<Pos>::max();

struct Memory {
  explicit Memory(const Limits& limits)
      : tails(limits.tail_events, limits.tail_cache_bytes), rings(limits.ring_cache_devices) {}

  RoomHeads heads;
  TailCache tails;
  OwnSends own_sends;
  SendRings rings;  ///< writer thread only

  std::atomic<Pos> durable_head = 0;     ///< pos of the newest event whose commit is on disk and published here
  std::atomic<Pos> committing_head = 0;  ///< what durable_head will be if the commit under way succeeds
  std::atomic<Pos> cut = 0;              ///< log rows up to here are packed and gone
  std::atomic<int64_t> log_rows = 0;
  std::atomic<Pos> follower_pos = kNoFollower;  ///< the search index has all up to here
  std::atomic<uint64_t> rewrites = 0;           ///< edits and erasures committed: copies made before may be stale
};

}  // namespace kith::store

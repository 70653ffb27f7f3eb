// From files to memory: the rooms' packed heads, then the log after the cut. Memory is a function of those two, so that
// a start after any crash ends in the same state.
#pragma once

#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "store/memory.hpp"
#include "store/sqlite_db.hpp"

namespace kith::store {

/// Positions of messages written live begin here; imported history stands below.
constexpr Pos kFirstLivePos = Pos{1} << 40;

/// One uninterrupted life of the store and its first position.
struct Epoch {
  uint64_t id = 0;
  Pos first_pos = 0;
};

/// Whether a position told in an earlier (or this) life still names the same place.
bool is_known_position(const std::vector<Epoch>& epochs, uint64_t epoch, Pos pos, Pos durable_head);

/// Fills an empty memory. Errors: kDataDamaged if seq, ord or time of a room do not go on as they must (I2).
Result<> load_memory(SqliteDb& db, Memory& memory);

/// Brings memory up to log rows committed by a connection that failed before it could say so.
Result<> catch_up(SqliteDb& db, Memory& memory);

/// Writes this start's row; returns all epochs in order, this one last.
Result<std::vector<Epoch>> begin_epoch(SqliteDb& db, const Memory& memory, Random& random, UnixMillis now);

}  // namespace kith::store

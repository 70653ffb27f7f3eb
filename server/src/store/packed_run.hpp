// From a room's neighbouring events to blocks ready to be stored.
#pragma once

#include <span>
#include <vector>

#include "store/block_codec.hpp"
#include "store/db.hpp"
#include "store/group_overlay.hpp"

namespace kith::store {

/// A block and what its room's row says once it is stored.
struct PackedBlock {
  RoomId room;
  Seq first_seq = 0;
  int64_t count = 0;
  UnixMillis first_at;
  Seq last_seq = 0;
  Ord last_ord = 0;
  Pos last_pos = 0;
  UnixMillis last_at;
  Seq countable_seq = 0;  ///< newest countable event of the block, 0 if none
  UnixMillis countable_at;
  EncodedBlock encoded;
};

/// Cuts a room's events (seq without holes) into blocks of about kBlockEvents.
std::vector<PackedBlock> cut_into_blocks(std::span<const model::StoredEvent> events, BlockCodec& codec);

/// Puts events that were rewritten since the block was encoded into it.
Result<> bring_up_to_date(PackedBlock& block, const RewrittenEvents& rewritten, BlockCodec& codec);

/// Inserts the row of a block.
Result<> insert_block(Db& db, const PackedBlock& block);

}  // namespace kith::store

#include "store/packed_run.hpp"

#include <algorithm>

#include "store/event_log.hpp"

namespace kith::store {
namespace {

PackedBlock pack(std::span<const model::StoredEvent> events, BlockCodec& codec) {
  const model::StoredEvent& first = events.front();
  const model::StoredEvent& last = events.back();
  PackedBlock block{.room = first.room,
                    .first_seq = first.seq,
                    .count = static_cast<int64_t>(events.size()),
                    .first_at = first.at,
                    .last_seq = last.seq,
                    .last_ord = last.ord,
                    .last_pos = last.pos,
                    .last_at = last.at,
                    .countable_seq = 0,
                    .countable_at = {},
                    .encoded = codec.encode(events)};
  for (const auto& event : events) {
    if ((event.flags & model::kCountable) == 0) continue;
    block.countable_seq = event.seq;
    block.countable_at = event.at;
  }
  return block;
}

}  // namespace

std::vector<PackedBlock> cut_into_blocks(std::span<const model::StoredEvent> events, BlockCodec& codec) {
  std::vector<PackedBlock> blocks;
  while (!events.empty()) {
    // A short rest joins the last full block: alone it would compress badly and stay small for ever.
    const size_t count = events.size() <= kBlockEventsMax ? events.size() : kBlockEvents;
    blocks.push_back(pack(events.first(count), codec));
    events = events.subspan(count);
  }
  return blocks;
}

Result<> bring_up_to_date(PackedBlock& block, const RewrittenEvents& rewritten, BlockCodec& codec) {
  std::vector<model::StoredEvent> events;
  for (const auto& [key, event] : rewritten) {
    if (key.room != block.room || key.seq < block.first_seq || key.seq > block.last_seq) continue;
    if (events.empty()) {
      TRY_VOID(codec.decode(block.room, block.first_seq, block.count, block.encoded.format, block.encoded.data,
                            block.first_seq, block.last_seq, events));
    }
    events[static_cast<size_t>(key.seq - block.first_seq)] = *event;
  }
  if (!events.empty()) block.encoded = codec.encode(events);
  return {};
}

Result<> insert_block(Db& db, const PackedBlock& block) {
  TRY_VOID(db.execute(sql::block::kInsert,
                      {block_key(block.room, block.first_seq), block.count, block.first_at.value, block.last_pos,
                       static_cast<int64_t>(block.encoded.format), Blob{block.encoded.data}}));
  return {};
}

}  // namespace kith::store

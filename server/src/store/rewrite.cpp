#include "store/rewrite.hpp"

#include <optional>
#include <vector>

#include "store/record.hpp"

namespace kith::store {
namespace {

std::unexpected<Error> damaged() { return fail(Reason::kDataDamaged, "A stored event is damaged."); }

Result<> replace_in_log(Db& db, const model::StoredEvent& changed) {
  std::string record;
  encode_record(changed, record);
  TRY(const int64_t rows, db.execute(sql::log::kUpdate, {changed.pos, Blob{record}}));
  if (rows != 1) return damaged();
  return {};
}

Result<> replace_in_block(Db& db, BlockCodec& codec, const model::StoredEvent& changed) {
  int64_t key = 0;
  std::vector<model::StoredEvent> events;
  TRY_VOID(db.query(sql::block::kHolding, {block_key(changed.room, changed.seq)}, [&](const Row& row) -> Result<> {
    key = row.integer(0);
    const Seq first = first_seq_of_block(key);
    if (room_of_block(key) != changed.room) return damaged();
    return codec.decode(changed.room, first, row.integer(1), static_cast<BlockFormat>(row.integer(2)), row.text(3),
                        first, ~Seq{0}, events);
  }));
  if (events.empty() || changed.seq > events.back().seq) return damaged();
  events[static_cast<size_t>(changed.seq - events.front().seq)] = changed;
  const EncodedBlock block = codec.encode(events);
  TRY_VOID(db.execute(sql::block::kUpdate, {key, static_cast<int64_t>(block.format), Blob{block.data}}));
  return {};
}

}  // namespace

Result<> replace_stored(Db& db, BlockCodec& codec, const model::StoredEvent& changed, bool is_packed) {
  return is_packed ? replace_in_block(db, codec, changed) : replace_in_log(db, changed);
}

}  // namespace kith::store

#include "store/startup.hpp"

#include <algorithm>
#include <limits>

#include "base/log.hpp"
#include "store/record.hpp"

namespace kith::store {
namespace {

Result<> load_rooms(SqliteDb& db, Memory& memory) {
  return db.query(sql::room_head::kList, {}, [&](const Row& row) -> Result<> {
    const auto packed_seq = static_cast<Seq>(row.integer(3));
    model::RoomHead head;
    head.first_seq = static_cast<Seq>(row.integer(1));
    head.first_ord = static_cast<Ord>(row.integer(2));
    head.last_seq = packed_seq;
    head.last_ord = static_cast<Ord>(row.integer(4));
    head.last_pos = row.integer(5);
    head.last_at = UnixMillis{row.integer(6)};
    head.last_countable_seq = static_cast<Seq>(row.integer(7));
    head.last_countable_at = UnixMillis{row.integer(8)};
    memory.heads.insert(RoomId{row.integer(0)}, head, packed_seq);
    return {};
  });
}

Result<> take_row(Memory& memory, model::StoredEvent event) {
  const auto head = memory.heads.head(event.room);
  const auto damaged = [&] {
    log::error("the log does not go on where its room ends", {{"room", event.room.value}, {"pos", event.pos}});
    return fail(Reason::kDataDamaged, "The log is damaged; run `kith doctor store`.");
  };
  if (!head.has_value()) return damaged();
  memory.durable_head = event.pos;
  memory.log_rows += 1;
  const auto packed = memory.heads.packed_seq(event.room);
  if (event.device && event.txn_tag != 0) {
    memory.rings.add(event.device, event.txn_tag, {.room = event.room, .seq = event.seq}, event.pos);
    memory.rings.keep();
  }
  const bool counts = (event.flags & model::kCountable) != 0;
  if (counts && event.sender) {
    memory.own_sends.put(event.room, event.sender, {.seq = event.seq, .ord = event.ord, .pos = event.pos});
  }
  if (event.seq <= *packed) return {};  // a crash between two slices of the packer: the block has it
  if (event.seq != head->last_seq + 1 || event.ord != head->last_ord + (counts ? 1 : 0) || event.at < head->last_at ||
      event.pos <= head->last_pos) {
    return damaged();
  }
  model::RoomHead next = *head;
  next.last_seq = event.seq;
  next.last_ord = event.ord;
  next.last_pos = event.pos;
  next.last_at = event.at;
  if (counts) {
    next.last_countable_seq = event.seq;
    next.last_countable_at = event.at;
  }
  const RoomId room = event.room;
  const Pos pos = event.pos;
  const TailCache::Event shared = std::make_shared<const model::StoredEvent>(std::move(event));
  memory.tails.push(room, {&shared, 1});
  memory.heads.advance(room, next, {&pos, 1});
  return {};
}

}  // namespace

bool is_known_position(const std::vector<Epoch>& epochs, uint64_t epoch, Pos pos, Pos durable_head) {
  for (size_t i = 0; i < epochs.size(); ++i) {
    if (epochs[i].id != epoch) continue;
    return i + 1 < epochs.size() ? pos < epochs[i + 1].first_pos : pos <= durable_head;
  }
  return false;
}

Result<> load_memory(SqliteDb& db, Memory& memory) {
  TRY_VOID(load_rooms(db, memory));
  Pos cut = 0;
  TRY_VOID(db.query(sql::stream::kCut, {}, [&](const Row& row) -> Result<> {
    cut = row.integer(0);
    return {};
  }));
  memory.cut = cut;
  TRY_VOID(db.query(sql::follower::kFind, {std::string_view("search")}, [&](const Row& row) -> Result<> {
    memory.follower_pos = row.integer(0);
    return {};
  }));
  memory.rings.set_cut(cut);
  memory.durable_head = std::max(cut, kFirstLivePos - 1);
  TRY_VOID(catch_up(db, memory));
  memory.committing_head = memory.durable_head.load();
  return {};
}

Result<> catch_up(SqliteDb& db, Memory& memory) {
  constexpr int64_t kAll = std::numeric_limits<int64_t>::max();
  // At the start from the cut; later from what is known.
  const Pos after = memory.log_rows == 0 ? memory.cut.load() : memory.durable_head.load();
  TRY_VOID(db.query(sql::log::kScan, {after, kAll, kAll}, [&](const Row& row) -> Result<> {
    TRY(auto event,
        decode_record(RoomId{row.integer(1)}, static_cast<Seq>(row.integer(2)), row.integer(0), row.text(3)));
    return take_row(memory, std::move(event));
  }));
  memory.durable_head.notify_all();  // a reader may have seen the commit before us
  return {};
}

Result<std::vector<Epoch>> begin_epoch(SqliteDb& db, const Memory& memory, Random& random, UnixMillis now) {
  const auto id = static_cast<int64_t>(random.next_u64() >> 1 | 1);
  const Pos first_pos = memory.durable_head.load() + 1;
  TRY_VOID(db.execute(sql::epoch::kInsert, {id, now.value, first_pos}));
  std::vector<Epoch> epochs;
  TRY_VOID(db.query(sql::epoch::kList, {}, [&](const Row& row) -> Result<> {
    epochs.push_back({.id = static_cast<uint64_t>(row.integer(0)), .first_pos = row.integer(1)});
    return {};
  }));
  return epochs;
}

}  // namespace kith::store

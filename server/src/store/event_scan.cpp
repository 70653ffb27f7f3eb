#include "store/event_scan.hpp"

#include <algorithm>
#include <limits>

#include "store/event_log.hpp"
#include "store/record.hpp"
#include "store/snapshot_reader.hpp"

namespace kith::store {
namespace {

constexpr size_t kWindowEvents = 160'000;  // about one pass of the packer: its blocks overlap in pos
constexpr int kAttempts = 8;               // the packer may join blocks while they are listed

}  // namespace

bool EventScan::is_known(uint64_t epoch, Pos pos) const {
  return is_known_position(parts_.epochs, epoch, pos, durable_head());
}

Result<std::vector<model::StoredEvent>> EventScan::events_after(Pos after, size_t limit) {
  std::vector<model::StoredEvent> out;
  const uint64_t rewrites = parts_.memory.rewrites.load();  // before the snapshot: newer ones make the window stale
  if (rewrites != window_rewrites_) window_.clear();
  if (rewrites != window_rewrites_) window_from_ = window_to_ = 0;
  window_rewrites_ = rewrites;
  TRY_VOID(parts_.db->begin_read());
  const auto scan = [&]() -> Result<> {
    Pos cut = 0;
    TRY_VOID(parts_.db->query(sql::stream::kCut, {}, [&](const Row& row) -> Result<> {
      cut = row.integer(0);
      return {};
    }));
    if (after < cut) TRY_VOID(scan_blocks(after, cut, limit, out));
    if (out.size() < limit) TRY_VOID(scan_log(std::max(after, cut), limit - out.size(), out));
    return {};
  };
  auto scanned = scan();
  parts_.db->rollback();
  TRY_VOID(std::move(scanned));
  return out;
}

Result<> EventScan::scan_log(Pos after, size_t limit, std::vector<model::StoredEvent>& out) {
  constexpr int64_t kNoEnd = std::numeric_limits<int64_t>::max();
  return parts_.db->query(
      sql::log::kScan, {after, kNoEnd, static_cast<int64_t>(limit)}, [&](const Row& row) -> Result<> {
        TRY(auto event,
            decode_record(RoomId{row.integer(1)}, static_cast<Seq>(row.integer(2)), row.integer(0), row.text(3)));
        out.push_back(std::move(event));
        return {};
      });
}

Result<> EventScan::scan_blocks(Pos after, Pos cut, size_t limit, std::vector<model::StoredEvent>& out) {
  int attempts = 0;
  while (after < cut && out.size() < limit) {
    if (after >= places_cut_) TRY_VOID(list_blocks(cut));
    if (after < window_from_ || after >= window_to_) {
      TRY(const bool complete, fill_window(after));
      if (!complete) {
        if (++attempts == kAttempts) return fail(Reason::kDataDamaged, "A stored part of the history is damaged.");
        places_cut_ = 0;  // blocks were joined since they were listed
        continue;
      }
    }
    auto next = std::upper_bound(window_.begin(), window_.end(), after,
                                 [](Pos pos, const model::StoredEvent& event) { return pos < event.pos; });
    const Pos end = std::min(window_to_, cut);
    for (; next != window_.end() && next->pos <= end && out.size() < limit; ++next) out.push_back(*next);
    after = out.size() < limit ? end : out.back().pos;
  }
  return {};
}

Result<> EventScan::list_blocks(Pos cut) {
  places_.clear();
  RoomId room;
  Pos last = 0;
  constexpr int64_t kNoEnd = std::numeric_limits<int64_t>::max();
  TRY_VOID(parts_.db->query(sql::block::kList, {int64_t{0}, kNoEnd}, [&](const Row& row) -> Result<> {
    const int64_t key = row.integer(0);
    if (room_of_block(key) != room) last = 0;
    room = room_of_block(key);
    places_.push_back({.after = last, .last = row.integer(2), .key = key, .count = row.integer(1)});
    last = row.integer(2);
    return {};
  }));
  // A room's first block begins at an unknown place, and a quiet room's next one long after the one before: that only
  // makes a window decode a block in vain.
  std::sort(places_.begin(), places_.end(), [](const auto& a, const auto& b) { return a.after < b.after; });
  places_cut_ = cut;
  window_from_ = window_to_ = 0;
  return {};
}

// Decodes blocks, those that begin earliest first, until nothing later can lie before what they hold.
Result<bool> EventScan::fill_window(Pos after) {
  window_.clear();
  window_from_ = after;
  window_to_ = places_cut_;
  for (const BlockPlace& place : places_) {
    if (place.last <= after) continue;
    if (window_.size() >= kWindowEvents && place.after > after) {
      window_to_ = std::min(window_to_, place.after);
      break;
    }
    TRY(const bool found, read_block(place));
    if (!found) return false;
  }
  std::sort(window_.begin(), window_.end(), [](const auto& a, const auto& b) { return a.pos < b.pos; });
  return true;
}

Result<bool> EventScan::read_block(const BlockPlace& place) {
  bool found = false;
  TRY_VOID(parts_.db->query(sql::block::kHolding, {place.key}, [&](const Row& row) -> Result<> {
    if (row.integer(0) != place.key || row.integer(1) != place.count) return {};
    found = true;
    const Seq first = first_seq_of_block(place.key);
    return codec_.decode(room_of_block(place.key), first, place.count, static_cast<BlockFormat>(row.integer(2)),
                         row.text(3), first, ~Seq{0}, window_);
  }));
  return found;
}

Result<std::optional<model::StoredEvent>> EventScan::event(RoomId room, Seq seq) {
  TRY_VOID(parts_.db->begin_read());
  SnapshotReader reader(*parts_.db, parts_.database, newer_, codec_, parts_.memory);
  auto found = reader.event(room, seq);
  parts_.db->rollback();
  return found;
}

Result<std::vector<IndexTodo>> EventScan::index_todo(size_t limit) {
  std::vector<IndexTodo> rows;
  TRY_VOID(
      parts_.db->query(sql::change::kListIndexTodo, {static_cast<int64_t>(limit)}, [&](const Row& row) -> Result<> {
        TRY(auto old,
            decode_record(RoomId{row.integer(2)}, static_cast<Seq>(row.integer(3)), row.integer(1), row.text(4)));
        rows.push_back({.number = row.integer(0), .old = std::move(old)});
        return {};
      }));
  return rows;
}

Result<> EventScan::drop_index_todo(int64_t up_to_number) {
  return parts_.writer.run_slice({.in_transaction = true,
                                  .run = [up_to_number](GroupTransaction&, SqliteDb& db) -> Result<> {
                                    TRY_VOID(db.execute(sql::change::kRemoveIndexTodo, {up_to_number}));
                                    return {};
                                  },
                                  .publish = {}});
}

}  // namespace kith::store

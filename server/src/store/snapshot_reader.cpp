#include "store/snapshot_reader.hpp"

#include <algorithm>

#include "store/event_log.hpp"

namespace kith::store {
namespace {

// A newer snapshot can miss once, when the packer ends a pass between the look at memory and the snapshot; each further
// miss would need another whole pass in a few microseconds.
constexpr int kAttempts = 4;

}  // namespace

Result<> SnapshotReader::settle() {
  Pos known = memory_.durable_head.load();
  if (memory_.committing_head.load() <= known) return {};
  Pos seen = 0;
  TRY_VOID(db_.query(sql::log::kLastPos, {}, [&](const Row& row) -> Result<> {
    seen = row.integer(0);
    return {};
  }));
  while (known < seen) {
    memory_.durable_head.wait(known);
    known = memory_.durable_head.load();
  }
  return {};
}

void SnapshotReader::apply_own_sends(model::Member& member) {
  if (const auto send = memory_.own_sends.find(member.room, member.user)) apply_own_send(*send, member);
}

Result<std::optional<model::StoredEvent>> SnapshotReader::event(RoomId room, Seq seq) {
  const auto head = memory_.heads.head(room);
  if (!head.has_value() || seq < head->first_seq || seq > head->last_seq) return std::nullopt;
  if (const auto cached = memory_.tails.event(room, seq)) return *cached;
  TRY(const model::StoredEvent* packed, find_in_block(room, seq));
  if (packed != nullptr) return *packed;
  TRY(auto found, events(room, seq, seq, 1, Direction::kForward));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

// nullptr if this snapshot has the event in no block.
Result<const model::StoredEvent*> SnapshotReader::find_in_block(RoomId room, Seq seq) {
  if (seq > memory_.heads.packed_seq(room).value_or(0)) return nullptr;
  const auto find = [&](const std::vector<model::StoredEvent>& block) -> const model::StoredEvent* {
    if (block.empty() || block.front().room != room || seq < block.front().seq || seq > block.back().seq) {
      return nullptr;
    }
    return &block[static_cast<size_t>(seq - block.front().seq)];
  };
  for (const auto& block : opened_) {
    if (const auto* event = find(block)) return event;
  }
  std::swap(opened_[0], opened_[1]);
  opened_[0].clear();
  TRY_VOID(db_.query(sql::block::kHolding, {block_key(room, seq)}, [&](const Row& row) -> Result<> {
    const Seq first = first_seq_of_block(row.integer(0));
    if (room_of_block(row.integer(0)) != room || first + static_cast<Seq>(row.integer(1)) <= seq) return {};
    return codec_.decode(room, first, row.integer(1), static_cast<BlockFormat>(row.integer(2)), row.text(3), first,
                         ~Seq{0}, opened_[0]);
  }));
  return find(opened_[0]);
}

Result<std::vector<model::StoredEvent>> SnapshotReader::events(RoomId room, Seq from, Seq to, size_t limit,
                                                               Direction direction) {
  std::vector<model::StoredEvent> out;
  const auto head = memory_.heads.head(room);
  if (!head.has_value()) return out;
  const SeqRange range = clip({.from = from, .to = to}, *head, limit, direction);
  if (range.is_empty()) return out;
  const auto tail = memory_.tails.tail(room);  // after the head, so it reaches as far
  const Seq tail_from = tail->empty() ? head->last_seq + 1 : tail->front()->seq;
  out.reserve(range.size());
  const Seq stored_to = std::min(range.to, tail_from - 1);
  if (range.from <= stored_to) TRY_VOID(read_stored(room, range.from, stored_to, out));
  for (Seq seq = std::max(range.from, tail_from); seq <= range.to; ++seq) {
    out.push_back(*(*tail)[static_cast<size_t>(seq - tail_from)]);
  }
  return out;
}

Result<> SnapshotReader::read_stored(RoomId room, Seq from, Seq to, std::vector<model::StoredEvent>& out) {
  const auto view = memory_.heads.view(room, from, to);
  EventLog log(db_, codec_);
  TRY(const bool complete, log.read(room, {.from = from, .to = to}, *view, out));
  if (complete) return {};
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    out.clear();
    TRY(const bool found, read_newer(room, from, to, out));
    if (found) return {};
  }
  return fail(Reason::kDataDamaged, "A stored part of the history is damaged and was not shown.");
}

Result<bool> SnapshotReader::read_newer(RoomId room, Seq from, Seq to, std::vector<model::StoredEvent>& out) {
  if (newer_ == nullptr) {
    TRY(newer_, SqliteDb::open(database_));
  }
  const auto view = memory_.heads.view(room, from, to);
  TRY_VOID(newer_->begin_read());
  EventLog log(*newer_, codec_);
  auto complete = log.read(room, {.from = from, .to = to}, *view, out);
  newer_->rollback();
  return complete;
}

}  // namespace kith::store

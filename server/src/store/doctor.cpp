#include "store/doctor.hpp"

#include <map>
#include <set>

#include "base/limits.hpp"
#include "store/block_codec.hpp"
#include "store/event_log.hpp"
#include "store/record.hpp"
#include "store/send_rings.hpp"
#include "store/sqlite_db.hpp"
#include "store/startup.hpp"

namespace kith::store {
namespace {

constexpr size_t kFaultsTold = 100;
constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();

struct RoomState {
  model::RoomHead head;
  Seq packed_seq = 0;
};

std::string name_of(RoomId room, Seq seq) {
  return "room " + std::to_string(room.value) + " seq " + std::to_string(seq);
}

class Examination {
 public:
  explicit Examination(SqliteDb& db) : db_(db) {}

  Result<StoreReport> run() {
    TRY_VOID(db_.begin_read());
    Result<> outcome = run_checks();
    db_.rollback();
    TRY_VOID(std::move(outcome));
    return std::move(report_);
  }

 private:
  Result<> run_checks() {
    TRY(const std::string structure, db_.integrity_faults());
    if (!structure.empty()) fault("file structure: " + structure);
    TRY_VOID(check_blocks());
    TRY_VOID(check_rooms());
    TRY_VOID(check_log());
    check_positions();
    TRY_VOID(check_gone());
    TRY_VOID(check_mentions());
    TRY_VOID(check_members());
    TRY_VOID(check_rings());
    TRY_VOID(check_calls());
    return check_memory();
  }

  void fault(std::string text) {
    ++report_.fault_count;
    if (report_.faults.size() < kFaultsTold) report_.faults.push_back(std::move(text));
  }

  // One event that follows the room's head, wherever it stands.
  void follow(const model::StoredEvent& event) {
    RoomState& state = rooms_[event.room];
    model::RoomHead& head = state.head;
    const bool counts = (event.flags & model::kCountable) != 0;
    const auto wrong = [&](const char* what) { fault(name_of(event.room, event.seq) + ": " + what); };
    if (event.seq != head.last_seq + 1) wrong("seq does not follow the event before");
    if (event.ord != head.last_ord + (counts ? 1 : 0)) wrong("ord does not follow the event before");
    if (event.at < head.last_at) wrong("time is earlier than that of the event before");
    if (event.pos <= head.last_pos) wrong("pos is not later than that of the event before");
    head.last_seq = event.seq;
    head.last_ord = event.ord;
    head.last_pos = event.pos;
    head.last_at = event.at;
    if (counts) {
      head.last_countable_seq = event.seq;
      head.last_countable_at = event.at;
    }
    if ((event.flags & model::kDeleted) != 0) {
      deleted_.insert_or_assign({event.room, event.seq}, counts);
      if (!event.content.empty()) wrong("is deleted but has content");
    }
    if (event.kind == model::EventKind::kCall) call_entries_.insert({event.room, event.seq});
    if (event.pos >= kFirstLivePos) {
      ++live_count_;
      live_sum_ += static_cast<uint64_t>(event.pos);
      live_first_ = std::min(live_first_, event.pos);
      live_last_ = std::max(live_last_, event.pos);
    }
    ++report_.events;
  }

  Result<> check_blocks() {
    std::vector<model::StoredEvent> events;
    return db_.query(sql::doctor::kBlocks, {}, [&](const Row& row) -> Result<> {
      ++report_.blocks;
      const RoomId room = room_of_block(row.integer(0));
      const Seq first = first_seq_of_block(row.integer(0));
      events.clear();
      const auto decoded = codec_.decode(room, first, row.integer(1), static_cast<BlockFormat>(row.integer(4)),
                                         row.text(5), first, ~Seq{0}, events);
      if (!decoded.has_value()) {
        fault(name_of(room, first) + ": the block cannot be read");
        skip_block(room, first, row);
        return {};
      }
      if (events.front().at.value != row.integer(2)) fault(name_of(room, first) + ": the block's time is wrong");
      if (events.back().pos != row.integer(3)) fault(name_of(room, first) + ": the block's last pos is wrong");
      for (const auto& event : events) follow(event);
      return {};
    });
  }

  // The head after a damaged block, as far as its row tells, so that one fault is not told a thousand times.
  void skip_block(RoomId room, Seq first, const Row& row) {
    model::RoomHead& head = rooms_[room].head;
    head.last_seq = first + static_cast<Seq>(row.integer(1)) - 1;
    head.last_pos = row.integer(3);
    has_damaged_blocks_ = true;
  }

  Result<> check_rooms() {
    return db_.query(sql::doctor::kRooms, {}, [&](const Row& row) -> Result<> {
      ++report_.rooms;
      const RoomId room{row.integer(0)};
      known_rooms_.insert(room);
      RoomState& state = rooms_[room];
      const model::RoomHead& head = state.head;
      state.packed_seq = static_cast<Seq>(row.integer(1));
      const bool alike = head.last_seq == state.packed_seq && head.last_ord == static_cast<Ord>(row.integer(2)) &&
                         head.last_pos == row.integer(3) && head.last_at.value == row.integer(4) &&
                         head.last_countable_seq == static_cast<Seq>(row.integer(5)) &&
                         head.last_countable_at.value == row.integer(6);
      if (!alike && !has_damaged_blocks_)
        fault(name_of(room, state.packed_seq) + ": the room's row and its blocks differ");
      if (row.integer(7) != row.integer(8)) fault(name_of(room, 0) + ": member_count is wrong");
      state.head.first_seq = static_cast<Seq>(row.integer(9));
      state.head.first_ord = static_cast<Ord>(row.integer(10));
      return {};
    });
  }

  Result<> check_log() {
    Pos cut = 0;
    TRY_VOID(db_.query(sql::stream::kCut, {}, [&](const Row& row) -> Result<> {
      cut = row.integer(0);
      return {};
    }));
    return db_.query(sql::log::kScan, {int64_t{0}, kEnd, kEnd}, [&](const Row& row) -> Result<> {
      ++report_.log_rows;
      const Pos pos = row.integer(0);
      const RoomId room{row.integer(1)};
      const auto seq = static_cast<Seq>(row.integer(2));
      if (pos <= cut) fault(name_of(room, seq) + ": a log row at or before the cut");
      if (!known_rooms_.contains(room)) fault(name_of(room, seq) + ": a log row of no room");
      if (seq <= rooms_[room].packed_seq) return {};  // left by an interrupted pass: its block is what is read
      const auto event = decode_record(room, seq, pos, row.text(3));
      if (event.has_value()) {
        follow(*event);
      } else {
        fault(name_of(room, seq) + ": the log row cannot be read");
        rooms_[room].head.last_seq = seq;
      }
      return {};
    });
  }

  // Count, sum and both ends fit only if every position is there once.
  void check_positions() {
    if (live_count_ == 0 || has_damaged_blocks_) return;
    const auto span = static_cast<uint64_t>(live_last_ - live_first_) + 1;
    const unsigned __int128 twice = static_cast<unsigned __int128>(live_first_ + live_last_) * live_count_;
    if (span != live_count_ || static_cast<uint64_t>(twice / 2) != live_sum_) fault("positions are not dense");
  }

  Result<> check_gone() {
    auto expected = deleted_;
    TRY_VOID(db_.query(sql::doctor::kGone, {}, [&](const Row& row) -> Result<> {
      const RoomId room{row.integer(0)};
      const auto seq = static_cast<Seq>(row.integer(1));
      const auto found = expected.find({room, seq});
      if (found == expected.end()) {
        if (!has_damaged_blocks_) fault(name_of(room, seq) + ": a deletion record, but the event is not deleted");
        return {};
      }
      if (found->second != (row.integer(2) != 0)) fault(name_of(room, seq) + ": the deletion record counts wrongly");
      expected.erase(found);
      return {};
    }));
    for (const auto& [key, counts] : expected) fault(name_of(key.first, key.second) + ": deleted without a record");
    return {};
  }

  Result<> check_mentions() {
    return db_.query(sql::doctor::kMentions, {}, [&](const Row& row) -> Result<> {
      const RoomId room{row.integer(0)};
      const auto seq = static_cast<Seq>(row.integer(1));
      if (seq > rooms_[room].head.last_seq) fault(name_of(room, seq) + ": a mention in no event");
      if (deleted_.contains({room, seq})) fault(name_of(room, seq) + ": a mention in a deleted message");
      return {};
    });
  }

  Result<> check_members() {
    return db_.query(sql::doctor::kMembers, {}, [&](const Row& row) -> Result<> {
      const RoomId room{row.integer(0)};
      const model::RoomHead& head = rooms_[room].head;
      const auto read_seq = static_cast<Seq>(row.integer(1));
      if (!known_rooms_.contains(room)) fault(name_of(room, 0) + ": a member of no room");
      if (read_seq > head.last_seq || static_cast<Ord>(row.integer(2)) > head.last_ord) {
        fault(name_of(room, read_seq) + ": user " + std::to_string(row.integer(3)) + " has read more than there is");
      }
      return {};
    });
  }

  Result<> check_rings() {
    return db_.query(sql::doctor::kRings, {}, [&](const Row& row) -> Result<> {
      const size_t bytes = row.text(1).size();
      if (bytes % kRingEntryBytes != 0 || bytes > kRingSends * kRingEntryBytes) {
        fault("device " + std::to_string(row.integer(0)) + ": its ring of sends has a wrong length");
      }
      return {};
    });
  }

  // Each call has its entry in the timeline and each entry its call; what an end counts is what its members say.
  Result<> check_calls() {
    auto entries = call_entries_;
    TRY_VOID(db_.query(sql::doctor::kCalls, {}, [&](const Row& row) -> Result<> {
      const auto wrong = [&](const char* what) { fault("call " + std::to_string(row.integer(0)) + ": " + what); };
      const bool has_ended = row.integer(3) != 0;
      const bool has_entry = entries.erase({RoomId{row.integer(1)}, static_cast<Seq>(row.integer(2))}) != 0;
      if (!has_entry && !has_damaged_blocks_) wrong("it has no entry in its room");
      if (has_ended != (row.integer(4) != 0)) wrong("it has ended without an outcome, or not ended with one");
      if (has_ended && row.integer(5) != row.integer(6)) wrong("its participants are counted wrongly");
      if (has_ended && row.integer(7) != 0) wrong("it has ended, but somebody is in it");
      if (row.integer(8) != 0) wrong("who missed it is noted wrongly");
      return {};
    }));
    for (const auto& [room, seq] : entries) fault(name_of(room, seq) + ": an entry of no call");
    return {};
  }

  // I7: what a start would make of the rows is what they say.
  Result<> check_memory() {
    Memory memory{Limits{}};
    if (const auto loaded = load_memory(db_, memory); !loaded.has_value()) {
      fault("a start would refuse this file: " + loaded.error().message);
      return {};
    }
    for (const auto& [room, state] : rooms_) {
      if (has_damaged_blocks_ || memory.heads.head(room) == state.head) continue;
      fault(name_of(room, state.head.last_seq) + ": a start would not find this head");
    }
    return {};
  }

  SqliteDb& db_;
  BlockCodec codec_;
  StoreReport report_;
  std::map<RoomId, RoomState> rooms_;
  std::set<RoomId> known_rooms_;
  std::map<std::pair<RoomId, Seq>, bool> deleted_;  // and whether it counts
  std::set<std::pair<RoomId, Seq>> call_entries_;
  uint64_t live_count_ = 0;
  uint64_t live_sum_ = 0;
  Pos live_first_ = kEnd;
  Pos live_last_ = 0;
  bool has_damaged_blocks_ = false;
};

}  // namespace

Result<StoreReport> check_store(const std::string& path) {
  TRY(const auto db, SqliteDb::open({.path = path, .mode = SqliteDb::Mode::kReadOnly}));
  return Examination(*db).run();
}

}  // namespace kith::store

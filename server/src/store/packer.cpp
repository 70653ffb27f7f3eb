#include "store/packer.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <unordered_set>

#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "store/block_merger.hpp"
#include "store/record.hpp"

namespace kith::store {
namespace {

constexpr std::chrono::seconds kLookEvery{30};        // for rows that are old on a quiet server
constexpr int64_t kPackAfterMillis = 10 * 60 * 1000;  // an unpacked row this old starts a pass
constexpr size_t kSliceBytes = 200 * 1024;            // of blocks: 2 to 5 ms of the writer's time
constexpr size_t kSlicePositions = 1'000;
constexpr size_t kSliceRings = 500;
constexpr size_t kSliceRows = 4'096;
constexpr Pos kFollowerClaim = 1'000'000;  // a follower further behind reads blocks

}  // namespace

// Rows as they were read; decoded room by room, so that the whole window is in memory only once.
struct Packer::Window {
  struct Row {
    Pos pos = 0;
    Seq seq = 0;
    size_t offset = 0;
    size_t size = 0;
  };
  std::string records;
  std::map<RoomId, std::vector<Row>> rooms;  // by id: their blocks become neighbours
  std::vector<Pos> positions;
  std::map<std::pair<UserId, RoomId>, OwnSend> own_sends;  // in the order of the member table's key
  std::unordered_set<DeviceId> devices;
};

Packer::Packer(Parts parts) : parts_(std::move(parts)) {
  thread_ = std::thread([this] { run(); });
}

Packer::~Packer() { stop(); }

void Packer::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    woken_.notify_all();
    done_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Packer::wake_if_due() {
  if (parts_.memory.log_rows.load(std::memory_order_relaxed) < static_cast<int64_t>(parts_.limits.log_rows_pack_at)) {
    return;
  }
  const std::scoped_lock lock(mutex_);
  if (due_) return;
  due_ = true;
  woken_.notify_one();
}

Result<> Packer::pack_now() {
  std::unique_lock lock(mutex_);
  const uint64_t ticket = ++asked_;
  woken_.notify_one();
  done_.wait(lock, [&] { return stopping_ || answered_ >= ticket; });
  return answered_ >= ticket ? last_outcome_ : Result<>(fail(Reason::kShuttingDown, "The server is stopping."));
}

void Packer::run() {
  set_thread_name("kith-packer");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    woken_.wait_for(lock, kLookEvery, [&] { return stopping_ || due_ || asked_ > answered_; });
    if (stopping_) return;
    const uint64_t ticket = asked_;
    const bool asked = asked_ > answered_;
    const bool full = due_;
    lock.unlock();
    Result<> outcome;
    if (full || asked || is_due_by_age()) {
      outcome = pack_up_to(asked ? last_packable() : 0);
      if (outcome.has_value() && !full) outcome = merge_small_blocks();
      if (!outcome.has_value() && outcome.error().reason != Reason::kShuttingDown) {
        log::warn("packing failed, will try again", {{"error", outcome.error().message}});
      }
    }
    lock.lock();
    due_ = false;
    last_outcome_ = std::move(outcome);
    answered_ = ticket;
    done_.notify_all();
    // The cause of a failure (a full disk, a damaged row) seldom goes away at once.
    if (!last_outcome_.has_value()) woken_.wait_for(lock, kLookEvery, [&] { return stopping_ || asked_ > answered_; });
  }
}

bool Packer::is_due_by_age() {
  if (parts_.memory.log_rows.load() == 0) return false;
  int64_t oldest = parts_.clock.wall().value;
  const auto looked = parts_.db->query(sql::log::kScan, {parts_.memory.cut.load(), last_packable(), int64_t{1}},
                                       [&](const Row& row) -> Result<> {
                                         TRY(const auto event, decode_record({}, 0, 0, row.text(3)));
                                         oldest = event.at.value;
                                         return {};
                                       });
  return looked.has_value() && oldest + kPackAfterMillis < parts_.clock.wall().value;
}

Pos Packer::last_packable() const {
  const Pos head = parts_.memory.durable_head.load();
  const Pos follower = parts_.memory.follower_pos.load();
  return head - follower > kFollowerClaim ? head : std::min(head, follower);
}

Result<> Packer::pack_up_to(Pos target) {
  for (;;) {
    TRY(const size_t rows, pass());
    if (rows == 0 || parts_.memory.cut.load() >= target) return {};
  }
}

Result<size_t> Packer::pass() {
  const auto watch = [this](bool on) {
    return parts_.writer.run_slice({.in_transaction = false,
                                    .run = [on](GroupTransaction& group, SqliteDb&) -> Result<> {
                                      group.watch_rewrites(on);
                                      return {};
                                    },
                                    .publish = {}});
  };
  TRY_VOID(watch(true));  // before the snapshot: no rewrite between the two is missed
  const auto work = [this]() -> Result<size_t> {
    TRY(auto window, read_window());
    if (window.positions.empty()) return 0;
    TRY_VOID(store_blocks(window));
    TRY_VOID(store_read_positions(window));
    TRY_VOID(store_rings(window));
    TRY_VOID(remove_rows(window));
    return window.positions.size();
  };
  Result<size_t> rows = work();
  TRY_VOID(watch(false));
  return rows;
}

Result<Packer::Window> Packer::read_window() {
  Window window;
  TRY_VOID(parts_.db->begin_read());
  const auto take = [&](const Row& row) -> Result<> {
    const Pos pos = row.integer(0);
    const RoomId room{row.integer(1)};
    const auto seq = static_cast<Seq>(row.integer(2));
    const std::string_view record = row.text(3);
    TRY(const auto event, decode_record(room, seq, pos, record));
    window.positions.push_back(pos);
    if (event.device && event.txn_tag != 0) window.devices.insert(event.device);
    if ((event.flags & model::kCountable) != 0 && event.sender) {
      window.own_sends.insert_or_assign({event.sender, room}, OwnSend{.seq = seq, .ord = event.ord, .pos = pos});
    }
    if (seq > parts_.memory.heads.packed_seq(room).value_or(0)) {
      window.rooms[room].push_back({.pos = pos, .seq = seq, .offset = window.records.size(), .size = record.size()});
      window.records += record;
    }
    return {};
  };
  auto read = parts_.db->query(
      sql::log::kScan, {parts_.memory.cut.load(), last_packable(), static_cast<int64_t>(parts_.limits.log_rows_pack)},
      take);
  parts_.db->rollback();  // at once: a snapshot held for the whole pass would keep the WAL growing
  TRY_VOID(std::move(read));
  return window;
}

Result<> Packer::store_blocks(Window& window) {
  std::vector<PackedBlock> slice;
  size_t slice_bytes = 0;
  for (const auto& [room, rows] : window.rooms) {
    std::vector<model::StoredEvent> events;
    events.reserve(rows.size());
    for (const auto& row : rows) {
      const std::string_view record = std::string_view(window.records).substr(row.offset, row.size);
      TRY(auto event, decode_record(room, row.seq, row.pos, record));
      events.push_back(std::move(event));
    }
    for (PackedBlock& block : cut_into_blocks(events, codec_)) {
      slice_bytes += block.encoded.data.size();
      slice.push_back(std::move(block));
      if (slice_bytes < kSliceBytes) continue;
      TRY_VOID(store_slice(std::exchange(slice, {})));
      slice_bytes = 0;
    }
  }
  if (!slice.empty()) TRY_VOID(store_slice(std::move(slice)));
  return {};
}

Result<> Packer::store_slice(std::vector<PackedBlock> blocks) {
  const auto store = [&](GroupTransaction& group, SqliteDb& db) -> Result<> {
    for (PackedBlock& block : blocks) {
      if (!group.watched_rewrites().empty()) {
        TRY_VOID(bring_up_to_date(block, group.watched_rewrites(), codec_));
      }
      TRY_VOID(insert_block(db, block));
      TRY_VOID(db.execute(
          sql::room_head::kSetPacked,
          {block.room.value, static_cast<int64_t>(block.last_seq), static_cast<int64_t>(block.last_ord), block.last_pos,
           block.last_at.value, static_cast<int64_t>(block.countable_seq), block.countable_at.value}));
    }
    return {};
  };
  const auto publish = [&](GroupTransaction&) {
    for (const PackedBlock& block : blocks) parts_.memory.heads.set_packed(block.room, block.last_seq);
  };
  TRY_VOID(parts_.writer.run_slice({.in_transaction = true, .run = store, .publish = publish}));
  blocks_packed_ += blocks.size();
  return {};
}

Result<> Packer::store_read_positions(const Window& window) {
  auto next = window.own_sends.begin();
  while (next != window.own_sends.end()) {
    const auto first = next;
    for (size_t i = 0; i < kSlicePositions && next != window.own_sends.end(); ++i) ++next;
    const auto store = [&](GroupTransaction& group, SqliteDb& db) -> Result<> {
      for (auto at = first; at != next; ++at) {
        const auto& [user, room] = at->first;
        const OwnSend& send = at->second;
        TRY(const int64_t changed,
            db.execute(sql::pack::kAdvanceReadPosition, {user.value, room.value, static_cast<int64_t>(send.seq),
                                                         static_cast<int64_t>(send.ord), send.pos}));
        if (changed > 0) group.forget_member(room, user);
      }
      return {};
    };
    TRY_VOID(parts_.writer.run_slice({.in_transaction = true, .run = store, .publish = {}}));
  }
  return {};
}

Result<> Packer::store_rings(const Window& window) {
  std::vector<DeviceId> devices(window.devices.begin(), window.devices.end());
  std::sort(devices.begin(), devices.end());
  for (size_t begin = 0; begin < devices.size(); begin += kSliceRings) {
    const std::span<const DeviceId> part =
        std::span(devices).subspan(begin, std::min(kSliceRings, devices.size() - begin));
    std::vector<DeviceId> stored;
    const auto store = [&](GroupTransaction& group, SqliteDb& db) -> Result<> {
      for (const DeviceId device : part) {
        if (!parts_.memory.rings.is_dirty(device)) continue;
        TRY_VOID(group.load_ring(device));
        const std::string ring = parts_.memory.rings.stored_form(device);
        TRY_VOID(db.execute(sql::send_ring::kPut, {device.value, Blob{ring}}));
        stored.push_back(device);
      }
      return {};
    };
    const auto publish = [&](GroupTransaction&) {
      for (const DeviceId device : stored) parts_.memory.rings.mark_stored(device);
    };
    TRY_VOID(parts_.writer.run_slice({.in_transaction = true, .run = store, .publish = publish}));
  }
  return {};
}

Result<> Packer::remove_rows(const Window& window) {
  const Pos follower = parts_.memory.follower_pos.load();
  for (size_t begin = 0; begin < window.positions.size(); begin += kSliceRows) {
    const size_t count = std::min(kSliceRows, window.positions.size() - begin);
    const Pos up_to = window.positions[begin + count - 1];
    const auto remove = [&](GroupTransaction&, SqliteDb& db) -> Result<> {
      TRY_VOID(db.execute(sql::log::kRemoveUpTo, {up_to}));
      TRY_VOID(db.execute(sql::stream::kSetCut, {up_to}));
      if (follower != kNoFollower) TRY_VOID(db.execute(sql::follower::kPut, {std::string_view("search"), follower}));
      return {};
    };
    const auto publish = [&](GroupTransaction&) {
      parts_.memory.cut = up_to;
      parts_.memory.rings.set_cut(up_to);
      parts_.memory.log_rows -= static_cast<int64_t>(count);
    };
    TRY_VOID(parts_.writer.run_slice({.in_transaction = true, .run = remove, .publish = publish}));
  }
  parts_.memory.own_sends.forget_up_to(std::exchange(own_sends_kept_from_, window.positions.back()));
  return {};
}

Result<> Packer::merge_small_blocks() {
  BlockMerger merger(*parts_.db, parts_.writer, codec_);
  return merger.run([this] {
    const std::scoped_lock lock(mutex_);
    return stopping_ || due_;
  });
}

}  // namespace kith::store

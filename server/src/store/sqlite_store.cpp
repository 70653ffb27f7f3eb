#include "store/sqlite_store.hpp"

#include "store/memory.hpp"
#include "store/migrations.hpp"
#include "store/reader_pool.hpp"
#include "store/startup.hpp"
#include "store/writer.hpp"

namespace kith::store {

struct SqliteStore::Parts {
  explicit Parts(const Limits& limits) : memory(limits) {}

  Memory memory;
  std::vector<Epoch> epochs;
  std::atomic<int64_t> wal_bytes = 0;
  std::unique_ptr<ReaderPool> readers;
  std::unique_ptr<Writer> writer;
};

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SqliteStore::~SqliteStore() {
  parts_->writer->stop();
  parts_->writer = nullptr;
  parts_->readers = nullptr;
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(Options options) {
  auto parts = std::make_unique<Parts>(options.limits);
  const SqliteDb::Options database{.path = options.path, .mode = SqliteDb::Mode::kCreate, .vfs = options.vfs};
  TRY(auto db, SqliteDb::open(database));
  TRY_VOID(migrate(*db, options.path));
  TRY_VOID(load_memory(*db, parts->memory));
  TRY(parts->epochs, begin_epoch(*db, parts->memory, options.random, options.clock.wall()));
  TRY(parts->readers, ReaderPool::create(database, parts->memory, options.readers, options.limits.reader_queue_jobs));
  Parts* raw = parts.get();
  const auto watch_wal = [raw](SqliteDb& fresh) {
    fresh.on_wal_growth([raw](int64_t bytes) { raw->wal_bytes = bytes; });
  };
  watch_wal(*db);
  Writer::Parts writer{
      .database = database,
      .memory = parts->memory,
      .clock = options.clock,
      .limits = options.limits,
      .on_committed = std::move(options.on_committed),
      .catch_up =
          [raw, watch_wal](SqliteDb& fresh) {
            watch_wal(fresh);
            return catch_up(fresh, raw->memory);
          },
      .after_commit = [] {},
      .restart_wal = [](SqliteDb& writing) { return writing.checkpoint(SqliteDb::Checkpoint::kRestart); },
      .wal_bytes = [raw] { return raw->wal_bytes.load(); }};
  parts->writer = std::make_unique<Writer>(std::move(writer), std::move(db));
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(parts)));
}

void SqliteStore::submit_write(WriteCommand command, Resolve resolve) {
  parts_->writer->submit(std::move(command), std::move(resolve));
}

void SqliteStore::submit_read(ReadQuery query, Resolve resolve) {
  parts_->readers->submit(std::move(query), std::move(resolve));
}

std::optional<model::RoomHead> SqliteStore::head(RoomId room) const { return parts_->memory.heads.head(room); }
std::shared_ptr<const Tail> SqliteStore::tail(RoomId room) const { return parts_->memory.tails.tail(room); }
Pos SqliteStore::durable_head() const { return parts_->memory.durable_head.load(); }
uint64_t SqliteStore::epoch() const { return parts_->epochs.back().id; }

bool SqliteStore::is_known(uint64_t epoch, Pos pos) const {
  const auto& epochs = parts_->epochs;
  for (size_t i = 0; i < epochs.size(); ++i) {
    if (epochs[i].id != epoch) continue;
    return i + 1 < epochs.size() ? pos < epochs[i + 1].first_pos : pos <= durable_head();
  }
  return false;
}

StoreMetrics SqliteStore::metrics() const {
  const Writer::Metrics writer = parts_->writer->metrics();
  return {.groups = writer.groups,
          .commands = writer.commands,
          .events = writer.events,
          .rollbacks = writer.rollbacks,
          .blocks_packed = 0,
          .log_rows = static_cast<uint64_t>(parts_->memory.log_rows.load()),
          .wal_bytes = static_cast<uint64_t>(parts_->wal_bytes.load()),
          .write_queue = writer.queue,
          .read_queue = parts_->readers->queued(),
          .tail_bytes = parts_->memory.tails.bytes(),
          .writable = writer.writable};
}

}  // namespace kith::store

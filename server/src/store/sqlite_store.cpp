#include "store/sqlite_store.hpp"

#include <filesystem>

#include "store/checkpointer.hpp"
#include "store/event_scan.hpp"
#include "store/file_lock.hpp"
#include "store/memory.hpp"
#include "store/migrations.hpp"
#include "store/packer.hpp"
#include "store/reader_pool.hpp"
#include "store/startup.hpp"
#include "store/writer.hpp"

namespace kith::store {
namespace {

// Pages each connection keeps; fewer cost reads from the kernel's cache, not from the disk.
constexpr int64_t kWriterCacheBytes = 64 * 1024 * 1024;
constexpr int64_t kReaderCacheBytes = 32 * 1024 * 1024;
constexpr int64_t kBackgroundCacheBytes = 4 * 1024 * 1024;

}  // namespace

// In the order of need: each uses those above it, and the threads end in the opposite order.
struct SqliteStore::Parts {
  explicit Parts(const Limits& limits) : memory(limits) {}

  FileLock lock;
  SqliteDb::Options database;
  Memory memory;
  std::vector<Epoch> epochs;
  std::unique_ptr<Checkpointer> checkpointer;
  std::unique_ptr<ReaderPool> readers;
  std::unique_ptr<Writer> writer;
  std::unique_ptr<EventScan> scan;
  std::unique_ptr<Packer> packer;
  std::atomic<Packer*> packer_to_wake = nullptr;
};

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SqliteStore::~SqliteStore() {
  parts_->packer->stop();
  parts_->writer = nullptr;
  parts_->packer = nullptr;
  parts_->scan = nullptr;
  parts_->readers = nullptr;
  parts_->checkpointer = nullptr;
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(Options options) {
  auto parts = std::make_unique<Parts>(options.limits);
  Parts& p = *parts;
  TRY(p.lock, FileLock::create(options.path + ".lock"));
  p.database = {
      .path = options.path, .mode = SqliteDb::Mode::kCreate, .cache_bytes = kWriterCacheBytes, .vfs = options.vfs};
  TRY(auto db, SqliteDb::open(p.database));
  TRY_VOID(migrate(*db, options.path));
  TRY_VOID(load_memory(*db, p.memory));
  TRY(p.epochs, begin_epoch(*db, p.memory, options.random, options.clock.wall()));

  SqliteDb::Options background = p.database;
  background.cache_bytes = kBackgroundCacheBytes;
  TRY(auto checkpoint_db, SqliteDb::open(background));
  p.checkpointer = std::make_unique<Checkpointer>(std::move(checkpoint_db), options.clock, options.erase_within);
  SqliteDb::Options serving = p.database;
  serving.cache_bytes = kReaderCacheBytes;
  TRY(p.readers, ReaderPool::create(serving, p.memory, options.readers, options.limits.reader_queue_jobs));
  p.writer = std::make_unique<Writer>(Writer::Parts{.database = p.database,
                                                    .memory = p.memory,
                                                    .clock = options.clock,
                                                    .limits = options.limits,
                                                    .on_committed = std::move(options.on_committed),
                                                    .checkpointer = *p.checkpointer,
                                                    .after_commit =
                                                        [&p] {
                                                          if (Packer* packer = p.packer_to_wake.load())
                                                            packer->wake_if_due();
                                                        }},
                                      std::move(db));
  SqliteDb::Options reading = background;
  reading.mode = SqliteDb::Mode::kReadOnly;
  TRY(auto scan_db, SqliteDb::open(reading));
  p.scan = std::make_unique<EventScan>(EventScan::Parts{
      .db = std::move(scan_db), .database = reading, .memory = p.memory, .writer = *p.writer, .epochs = p.epochs});
  TRY(auto packer_db, SqliteDb::open(reading));
  p.packer = std::make_unique<Packer>(Packer::Parts{.db = std::move(packer_db),
                                                    .memory = p.memory,
                                                    .writer = *p.writer,
                                                    .clock = options.clock,
                                                    .limits = options.limits});
  p.packer_to_wake = p.packer.get();
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
  return is_known_position(parts_->epochs, epoch, pos, durable_head());
}

StoreMetrics SqliteStore::metrics() const {
  const Writer::Metrics writer = parts_->writer->metrics();
  return {.groups = writer.groups,
          .commands = writer.commands,
          .events = writer.events,
          .rollbacks = writer.rollbacks,
          .blocks_packed = parts_->packer->blocks_packed(),
          .log_rows = static_cast<uint64_t>(parts_->memory.log_rows.load()),
          .wal_bytes = static_cast<uint64_t>(parts_->checkpointer->wal_bytes()),
          .write_queue = writer.queue,
          .read_queue = parts_->readers->queued(),
          .tail_bytes = parts_->memory.tails.bytes(),
          .writable = writer.writable};
}

SearchSource& SqliteStore::search_source() { return *parts_->scan; }

Result<> SqliteStore::pack_now() { return parts_->packer->pack_now(); }

Result<> SqliteStore::finish_erasure() {
  const auto rewrite_file = [this](GroupTransaction&, SqliteDb& db) -> Result<> {
    bool search_needs_text = false;
    TRY_VOID(db.query(sql::change::kListIndexTodo, {int64_t{1}}, [&](const Row&) -> Result<> {
      search_needs_text = true;
      return {};
    }));
    if (search_needs_text) return fail(Reason::kBusy, "The search index still has to forget erased text.");
    TRY_VOID(db.vacuum());
    TRY(const bool emptied, parts_->checkpointer->truncate(db));
    if (!emptied) return fail(Reason::kBusy, "A reader still needs erased text; try again.");
    std::error_code ignored;
    std::filesystem::remove(migration_copy_path(parts_->database.path), ignored);
    return {};
  };
  return parts_->writer->run_slice({.in_transaction = false, .run = rewrite_file, .publish = {}});
}

}  // namespace kith::store

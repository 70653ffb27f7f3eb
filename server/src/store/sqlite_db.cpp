#include "store/sqlite_db.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <mutex>

#include "base/log.hpp"

namespace kith::store {
namespace {

constexpr int kBusyMillis = 10'000;  // checkpoints and readers hold locks for milliseconds; this is for a stuck disk
constexpr int64_t kWalFrameHeaderBytes = 24;

constexpr sql::Sql kBegin{"driver/begin", "BEGIN", "BEGIN"};
constexpr sql::Sql kBeginImmediate{"driver/begin_write", "BEGIN IMMEDIATE", "BEGIN"};
constexpr sql::Sql kCommit{"driver/commit", "COMMIT", "COMMIT"};
constexpr sql::Sql kRollback{"driver/rollback", "ROLLBACK", "ROLLBACK"};
constexpr sql::Sql kTouch{"driver/touch", "SELECT rootpage FROM sqlite_schema LIMIT 1", "SELECT 1"};
constexpr sql::Sql kPageSize{"driver/page_size", "PRAGMA page_size", ""};
constexpr sql::Sql kSchemaVersion{"driver/schema_version", "PRAGMA user_version", ""};
constexpr sql::Sql kCopyTo{"driver/copy_to", "VACUUM INTO ?1", ""};
constexpr sql::Sql kIntegrity{"driver/integrity", "PRAGMA integrity_check(10)", ""};

void configure_library_once() {
  static std::once_flag once;
  // Memory statistics take a lock shared by all connections at each allocation.
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

class StatementRow final : public Row {
 public:
  explicit StatementRow(sqlite3_stmt* statement) : statement_(statement) {}
  [[nodiscard]] int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] std::string_view text(int column) const override {
    const void* bytes = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return bytes == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(bytes), size);
  }
  [[nodiscard]] bool is_null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }

 private:
  sqlite3_stmt* statement_;
};

// Bound without copying: the values outlive the statement's run.
int bind(sqlite3_stmt* statement, int index, const Parameter& parameter) {
  if (const auto* number = std::get_if<int64_t>(&parameter)) return sqlite3_bind_int64(statement, index, *number);
  if (const auto* text = std::get_if<std::string_view>(&parameter)) {
    return sqlite3_bind_text64(statement, index, text->data() == nullptr ? "" : text->data(), text->size(),
                               SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<Blob>(&parameter)) {
    return sqlite3_bind_blob64(statement, index, blob->bytes.data() == nullptr ? "" : blob->bytes.data(),
                               blob->bytes.size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, index);
}

Error error_of(int code, int system_errno) {
  const auto make = [](Reason reason, const char* message) { return Error{.reason = reason, .message = message}; };
  const bool no_space = system_errno == ENOSPC || system_errno == EDQUOT;
  const bool is_io = (code & 0xFF) == SQLITE_IOERR;
  if ((code & 0xFF) == SQLITE_FULL || (is_io && no_space)) {
    return make(Reason::kStorageFull, "The disk is full: nothing can be written, reading goes on.");
  }
  const bool forbidden = system_errno == EROFS || system_errno == EACCES || system_errno == EPERM;
  if ((code & 0xFF) == SQLITE_READONLY || (code & 0xFF) == SQLITE_CANTOPEN || (code & 0xFF) == SQLITE_PERM ||
      (is_io && forbidden)) {
    return make(Reason::kStorageReadOnly, "The data folder cannot be written.");
  }
  if ((code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB) {
    return make(Reason::kDataDamaged, "The database file is damaged.");
  }
  return make(Reason::kStorageFailed, "The store failed; ask again.");
}

int flags_of(SqliteDb::Mode mode) {
  switch (mode) {
    case SqliteDb::Mode::kCreate:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case SqliteDb::Mode::kReadWrite:
      return SQLITE_OPEN_READWRITE;
    case SqliteDb::Mode::kReadOnly:
      return SQLITE_OPEN_READONLY;
  }
  return SQLITE_OPEN_READONLY;
}

}  // namespace

// A prepared statement for one run; reset afterwards, or finalized if the cached one was busy (a query in a query).
class SqliteDb::Lease {
 public:
  static Result<Lease> create(SqliteDb& db, const sql::Sql& statement) {
    if (auto found = db.statements_.find(&statement); found != db.statements_.end()) {
      if (!sqlite3_stmt_busy(found->second)) return Lease(found->second, true);
      TRY(sqlite3_stmt * extra, db.prepare(statement));
      return Lease(extra, false);
    }
    TRY(sqlite3_stmt * fresh, db.prepare(statement));
    db.statements_.emplace(&statement, fresh);
    return Lease(fresh, true);
  }
  Lease(Lease&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)), cached_(other.cached_) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    if (!cached_) sqlite3_finalize(statement_);
  }
  [[nodiscard]] sqlite3_stmt* get() const { return statement_; }

 private:
  Lease(sqlite3_stmt* statement, bool cached) : statement_(statement), cached_(cached) {}
  sqlite3_stmt* statement_;
  bool cached_;
};

Result<std::unique_ptr<SqliteDb>> SqliteDb::open(const Options& options) {
  configure_library_once();
  sqlite3* handle = nullptr;
  const int flags = flags_of(options.mode) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(options.path.c_str(), &handle, flags, options.vfs);
  if (handle == nullptr) return fail(Reason::kStorageFailed, "Out of memory.");
  std::unique_ptr<SqliteDb> db(new SqliteDb(handle));
  if (code != SQLITE_OK) return db->failure(code, "driver/open");
  TRY_VOID(db->configure(options));
  return db;
}

SqliteDb::~SqliteDb() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

Result<> SqliteDb::configure(const Options& options) {
  sqlite3_busy_timeout(handle_, kBusyMillis);
  std::string text;
  if (options.mode == Mode::kCreate) text += "PRAGMA page_size=8192; PRAGMA journal_mode=WAL;";
  text +=
      "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON;"
      "PRAGMA trusted_schema=OFF; PRAGMA wal_autocheckpoint=0;";
  text += "PRAGMA cache_size=-" + std::to_string(options.cache_bytes / 1024) + ";";
  text += "PRAGMA mmap_size=" + std::to_string(options.mmap_bytes) + ";";
  TRY_VOID(run_script("driver/configure", text.c_str()));
  TRY_VOID(query(kPageSize, {}, [this](const Row& row) -> Result<> {
    page_bytes_ = row.integer(0);
    return {};
  }));
  if (options.mode != Mode::kReadOnly) sqlite3_wal_hook(handle_, &SqliteDb::count_wal, this);
  return {};
}

Result<sqlite3_stmt*> SqliteDb::prepare(const sql::Sql& statement) {
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(handle_, statement.sqlite, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK) return failure(code, statement.name);
  return prepared;
}

Result<int64_t> SqliteDb::run(const sql::Sql& statement, Parameters parameters,
                              FunctionRef<Result<>(const Row&)>* on_row) {
  TRY(const Lease lease, Lease::create(*this, statement));
  int index = 0;
  for (const Parameter& parameter : parameters) {
    if (const int code = bind(lease.get(), ++index, parameter); code != SQLITE_OK) {
      return failure(code, statement.name);
    }
  }
  const StatementRow row(lease.get());
  for (;;) {
    const int code = sqlite3_step(lease.get());
    if (code == SQLITE_DONE) return sqlite3_changes64(handle_);
    if (code != SQLITE_ROW) return failure(code, statement.name);
    if (on_row != nullptr) TRY_VOID((*on_row)(row));
  }
}

Result<> SqliteDb::query(const sql::Sql& statement, Parameters parameters, FunctionRef<Result<>(const Row&)> on_row) {
  TRY_VOID(run(statement, parameters, &on_row));
  return {};
}

Result<int64_t> SqliteDb::execute(const sql::Sql& statement, Parameters parameters) {
  return run(statement, parameters, nullptr);
}

Result<> SqliteDb::begin_write() {
  TRY_VOID(execute(kBeginImmediate, {}));
  return {};
}

Result<> SqliteDb::begin_read() {
  TRY_VOID(execute(kBegin, {}));
  if (auto touched = execute(kTouch, {}); !touched.has_value()) {
    rollback();
    return std::unexpected(touched.error());
  }
  return {};
}

Result<> SqliteDb::commit() {
  TRY_VOID(execute(kCommit, {}));
  return {};
}

void SqliteDb::rollback() {
  // Some errors have ended the transaction already.
  if (sqlite3_get_autocommit(handle_) == 0) (void)execute(kRollback, {});
}

Result<> SqliteDb::run_script(std::string_view name, const char* text) {
  const int code = sqlite3_exec(handle_, text, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code, name);
  return {};
}

Result<int64_t> SqliteDb::schema_version() {
  int64_t version = 0;
  TRY_VOID(query(kSchemaVersion, {}, [&](const Row& row) -> Result<> {
    version = row.integer(0);
    return {};
  }));
  return version;
}

Result<> SqliteDb::set_schema_version(int64_t version) {
  return run_script("driver/set_schema_version", ("PRAGMA user_version=" + std::to_string(version)).c_str());
}

Result<> SqliteDb::copy_to(const std::string& path) {
  TRY_VOID(execute(kCopyTo, {std::string_view(path)}));
  return {};
}

Result<> SqliteDb::vacuum() { return run_script("driver/vacuum", "VACUUM"); }

Result<std::string> SqliteDb::integrity_faults() {
  std::string faults;
  TRY_VOID(query(kIntegrity, {}, [&](const Row& row) -> Result<> {
    if (row.text(0) != "ok") (faults += row.text(0)) += '\n';
    return {};
  }));
  return faults;
}

Result<bool> SqliteDb::checkpoint(Checkpoint kind) {
  const int mode = kind == Checkpoint::kPassive   ? SQLITE_CHECKPOINT_PASSIVE
                   : kind == Checkpoint::kRestart ? SQLITE_CHECKPOINT_RESTART
                                                  : SQLITE_CHECKPOINT_TRUNCATE;
  int log_frames = 0;
  int copied_frames = 0;
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, mode, &log_frames, &copied_frames);
  if ((code & 0xFF) == SQLITE_BUSY) return false;
  if (code != SQLITE_OK) return failure(code, "driver/checkpoint");
  if (kind != Checkpoint::kPassive && wal_growth_) wal_growth_(0);
  return log_frames == copied_frames;
}

int64_t SqliteDb::total_changes() const { return sqlite3_total_changes64(handle_); }

int SqliteDb::count_wal(void* self, sqlite3*, const char*, int pages) {
  auto& db = *static_cast<SqliteDb*>(self);
  if (db.wal_growth_) db.wal_growth_(pages * (db.page_bytes_ + kWalFrameHeaderBytes));
  return SQLITE_OK;
}

std::unexpected<Error> SqliteDb::failure(int code, std::string_view statement) {
  const int system_errno = sqlite3_system_errno(handle_);
  if ((code & 0xFF) == SQLITE_IOERR) broken_ = true;
  log::warn("database error", {{"statement", statement},
                               {"code", code},
                               {"errno", system_errno},
                               {"text", std::string_view(sqlite3_errmsg(handle_))}});
  return std::unexpected(error_of(code, system_errno));
}

}  // namespace kith::store

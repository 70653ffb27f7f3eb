// The SQLite driver: one connection with the store's settings, its prepared statements, and its errors as reasons.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "store/db.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace kith::store {

/// One connection to a database file. WAL, synchronous=FULL, foreign keys, secure_delete; no automatic checkpoints.
class SqliteDb final : public Db {
 public:
  enum class Mode { kCreate, kReadWrite, kReadOnly };
  struct Options {
    std::string path;
    Mode mode = Mode::kCreate;
    int64_t cache_bytes = 64 * 1024 * 1024;  ///< pages this connection keeps; less costs reads
    int64_t mmap_bytes = 0;                  ///< of the file, read without copying; 0: none
    const char* vfs = nullptr;               ///< SQLite's file layer by name: tests inject faults through it
  };
  /// Opens the file and applies the settings. Errors: kStorageReadOnly, kStorageFull, kDataDamaged, kStorageFailed.
  static Result<std::unique_ptr<SqliteDb>> open(const Options& options);
  ~SqliteDb() override;
  SqliteDb(const SqliteDb&) = delete;
  SqliteDb& operator=(const SqliteDb&) = delete;

  Result<> query(const sql::Sql& statement, Parameters parameters, FunctionRef<Result<>(const Row&)> on_row) override;
  Result<int64_t> execute(const sql::Sql& statement, Parameters parameters) override;
  Result<> begin_write() override;
  /// The snapshot is taken here, not at the first query.
  Result<> begin_read() override;
  Result<> commit() override;
  void rollback() override;

  /// Runs several statements without parameters or answers, such as a migration.
  Result<> run_script(std::string_view name, const char* text);
  Result<int64_t> schema_version();
  Result<> set_schema_version(int64_t version);
  /// Writes the whole database to a new file, without free space.
  Result<> copy_to(const std::string& path);
  /// Writes the whole database anew, so that nothing deleted is left in unused space. Outside a transaction.
  Result<> vacuum();
  /// SQLite's own check of the file's structure: empty if sound, else the first faults.
  Result<std::string> integrity_faults();

  /// PASSIVE never waits; RESTART makes the next commit begin the WAL anew; TRUNCATE also empties the file.
  enum class Checkpoint { kPassive, kRestart, kTruncate };
  /// Copies the WAL into the main file; true if all of it was copied and, for the last two, no reader needs it.
  Result<bool> checkpoint(Checkpoint kind);
  /// Called after each commit of this connection with the WAL's length in bytes.
  void on_wal_growth(std::function<void(int64_t)> callback) { wal_growth_ = std::move(callback); }
  /// True after an I/O error: what a failed commit left is unknown, so the connection must be opened anew.
  [[nodiscard]] bool is_broken() const { return broken_; }
  /// Rows changed since the connection was opened.
  [[nodiscard]] int64_t total_changes() const;
  /// SQLite's connection, for modules that extend it (the search tokenizer).
  [[nodiscard]] sqlite3* handle() const { return handle_; }

 private:
  class Lease;

  explicit SqliteDb(sqlite3* handle) : handle_(handle) {}
  Result<> configure(const Options& options);
  Result<sqlite3_stmt*> prepare(const sql::Sql& statement);
  Result<int64_t> run(const sql::Sql& statement, Parameters parameters, FunctionRef<Result<>(const Row&)>* on_row);
  std::unexpected<Error> failure(int code, std::string_view statement);
  static int count_wal(void* self, sqlite3* handle, const char* database, int pages);

  sqlite3* handle_;
  std::unordered_map<const sql::Sql*, sqlite3_stmt*> statements_;
  std::function<void(int64_t)> wal_growth_;
  int64_t page_bytes_ = 0;
  bool broken_ = false;
};

}  // namespace kith::store

// One connection to the search index's file, with Kith's tokenizer.
#include "store/search_database.hpp"

#include <sqlite3.h>

#include "store/fts5_tokenizer.hpp"

namespace kith::store {
namespace {

constexpr int kBusyMillis = 2'000;
constexpr std::string_view kSetUp = R"(
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
PRAGMA secure_delete=ON;
PRAGMA temp_store=MEMORY;
)";
/// The writer merges whole segments: fewer reads of its own pages. Readers share the system's page cache.
constexpr const char* kWriterCache = "PRAGMA cache_size=-32768; PRAGMA wal_autocheckpoint=4000;";
constexpr const char* kReaderCache = "PRAGMA cache_size=-8192; PRAGMA query_only=ON;";

class StatementRow final : public Row {
 public:
  explicit StatementRow(sqlite3_stmt* statement) : statement_(statement) {}
  [[nodiscard]] int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] std::string_view text(int column) const override {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
  }
  [[nodiscard]] bool is_null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }

 private:
  sqlite3_stmt* statement_;
};

struct Binder {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, index); }
  int operator()(int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  // The bytes outlive the statement's run, and `Finish` unbinds them.
  int operator()(std::string_view text) const {
    return sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  int operator()(Blob blob) const {
    return sqlite3_bind_blob64(statement, index, blob.bytes.data(), blob.bytes.size(), SQLITE_STATIC);
  }
};

/// Leaves a statement ready for its next run.
struct Finish {
  sqlite3_stmt* statement;
  ~Finish() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

}  // namespace

Result<std::unique_ptr<SearchDatabase>> SearchDatabase::open(const std::string& path, Mode mode) {
  sqlite3* connection = nullptr;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  if (mode == Mode::kWriter) flags |= SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
  std::unique_ptr<SearchDatabase> database(new SearchDatabase(connection));  // tidy: naked new, private constructor
  if (code != SQLITE_OK) return database->error(code);
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_busy_timeout(connection, kBusyMillis);
  TRY_VOID(database->execute_script(kSetUp.data()));
  TRY_VOID(database->execute_script(mode == Mode::kWriter ? kWriterCache : kReaderCache));
  TRY_VOID(register_fts5_tokenizer(connection));
  return database;
}

SearchDatabase::~SearchDatabase() {
  for (const auto& [text, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(connection_);
}

Result<> SearchDatabase::query(std::string_view statement, Parameters parameters,
                               FunctionRef<Result<bool>(const Row&)> on_row) {
  TRY(sqlite3_stmt * prepared, prepare(statement));
  const Finish finish{prepared};
  int index = 0;
  for (const Parameter& parameter : parameters) {
    const int code = std::visit(Binder{prepared, ++index}, parameter);
    if (code != SQLITE_OK) return error(code);
  }
  const StatementRow row(prepared);
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(prepared)) == SQLITE_ROW) {
    TRY(const bool goes_on, on_row(row));
    if (!goes_on) return {};
  }
  if (code != SQLITE_DONE) return error(code);
  return {};
}

Result<> SearchDatabase::execute(std::string_view statement, Parameters parameters) {
  return query(statement, parameters, [](const Row&) -> Result<bool> { return true; });
}

Result<> SearchDatabase::execute_script(const char* statements) {
  const int code = sqlite3_exec(connection_, statements, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  return {};
}

Result<> SearchDatabase::begin() { return execute("BEGIN"); }

Result<> SearchDatabase::commit() { return execute("COMMIT"); }

void SearchDatabase::rollback() {
  // Some errors have rolled back already; then there is nothing to do.
  if (sqlite3_get_autocommit(connection_) == 0) (void)execute("ROLLBACK");
}

int64_t SearchDatabase::total_changes() const { return sqlite3_total_changes64(connection_); }

Result<sqlite3_stmt*> SearchDatabase::prepare(std::string_view statement) {
  std::string text(statement);
  if (const auto found = statements_.find(text); found != statements_.end()) return found->second;
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(connection_, text.data(), static_cast<int>(text.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK) return error(code);
  statements_.emplace(std::move(text), prepared);
  return prepared;
}

std::unexpected<Error> SearchDatabase::error(int code) const {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return fail(Reason::kStorageFull, "The disk is full.");
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return fail(Reason::kStorageReadOnly, "The search index cannot be written.");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fail(Reason::kDataDamaged, "The search index is damaged.");
    default:
      return fail(Reason::kStorageFailed,
                  "The search index failed (SQLite " + std::to_string(sqlite3_extended_errcode(connection_)) + ").");
  }
}

}  // namespace kith::store

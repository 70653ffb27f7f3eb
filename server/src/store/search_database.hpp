// One connection to the search index's file, with Kith's tokenizer. The statements are SQLite's own (FTS5): PostgreSQL
// has another search.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/function_ref.hpp"
#include "base/result.hpp"
#include "store/db.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace kith::store {

/// For one thread at a time. Errors of all calls: kStorageFull, kStorageReadOnly, kDataDamaged, else kStorageFailed.
class SearchDatabase {
 public:
  enum class Mode { kReader, kWriter };
  /// Opens the file (a writer creates it) and registers the tokenizer.
  static Result<std::unique_ptr<SearchDatabase>> open(const std::string& path, Mode mode);
  ~SearchDatabase();
  SearchDatabase(const SearchDatabase&) = delete;
  SearchDatabase& operator=(const SearchDatabase&) = delete;

  /// Runs one statement; compiled ones are kept by their text. `on_row` returns false to stop.
  Result<> query(std::string_view statement, Parameters parameters, FunctionRef<Result<bool>(const Row&)> on_row);
  Result<> execute(std::string_view statement, Parameters parameters = {});
  /// Runs several statements without parameters.
  Result<> execute_script(const char* statements);

  Result<> begin();
  Result<> commit();
  void rollback();
  /// Rows changed since the connection was opened, those inside of FTS5 included.
  [[nodiscard]] int64_t total_changes() const;

  uint64_t generation = 0;  ///< of the file, set by the owner

 private:
  explicit SearchDatabase(sqlite3* connection) : connection_(connection) {}
  Result<sqlite3_stmt*> prepare(std::string_view statement);
  [[nodiscard]] std::unexpected<Error> error(int code) const;

  sqlite3* connection_;
  std::unordered_map<std::string, sqlite3_stmt*> statements_;
};

}  // namespace kith::store

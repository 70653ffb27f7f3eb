// The port to a SQL database: one connection, statements by name from server/sql. Drivers: sqlite (here), postgres
// (next).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

#include "base/function_ref.hpp"
#include "base/result.hpp"
#include "store/sql.hpp"

namespace kith::store {

/// Bytes bound as BLOB (PostgreSQL: bytea); text is bound as TEXT.
struct Blob {
  std::string_view bytes;
};

/// A bound value; ids and enums are bound as integers.
using Parameter = std::variant<std::nullptr_t, int64_t, std::string_view, Blob>;
using Parameters = std::initializer_list<Parameter>;

/// One row of an answer, valid inside the callback that receives it. Columns count from 0.
class Row {
 public:
  virtual ~Row() = default;
  [[nodiscard]] virtual int64_t integer(int column) const = 0;
  /// Text or bytes; empty for NULL.
  [[nodiscard]] virtual std::string_view text(int column) const = 0;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
};

/// One connection. Not for use by two threads at once. Errors: kStorageFull, kStorageReadOnly, kDataDamaged, else
/// kStorageFailed; after an error inside a transaction only `rollback` may follow.
class Db {
 public:
  virtual ~Db() = default;

  /// Runs a statement and hands over each row; an error from `on_row` ends the query and is returned.
  virtual Result<> query(const sql::Sql& statement, Parameters parameters,
                         FunctionRef<Result<>(const Row&)> on_row) = 0;
  /// Runs a statement without rows; returns how many rows it changed.
  virtual Result<int64_t> execute(const sql::Sql& statement, Parameters parameters) = 0;

  /// Begins a transaction that will write (SQLite: BEGIN IMMEDIATE).
  virtual Result<> begin_write() = 0;
  /// Begins a transaction that sees one snapshot and writes nothing.
  virtual Result<> begin_read() = 0;
  virtual Result<> commit() = 0;
  virtual void rollback() = 0;
};

}  // namespace kith::store

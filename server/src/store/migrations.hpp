// Brings a database file to this program's schema: numbered steps in one transaction, after a copy of the old file.
#pragma once

#include <span>
#include <string>

#include "store/sqlite_db.hpp"

namespace kith::store {

/// The steps of server/sql/migrations, in order.
std::span<const sql::Sql> all_migrations();

/// The copy of the database that a migration leaves beside it.
std::string migration_copy_path(const std::string& path);

/// Applies the steps that the file lacks; `path` is the database file. A file that has tables is copied first; the copy
/// stays until the next start that has nothing to do. Errors: kStorageFailed if the file is of a newer program or the
/// steps' numbers have a gap, and those of the statements: the file is then as before.
Result<> migrate(SqliteDb& db, const std::string& path, std::span<const sql::Sql> migrations = all_migrations());

}  // namespace kith::store

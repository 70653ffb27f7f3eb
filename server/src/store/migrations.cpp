#include "store/migrations.hpp"

#include <charconv>
#include <filesystem>

#include "base/log.hpp"

namespace kith::store {
namespace {

// "migrations/0007_pins" is step 7.
int64_t number_of(const sql::Sql& migration) {
  std::string_view name = migration.name;
  name.remove_prefix(name.find('/') + 1);
  int64_t number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

Result<> apply(SqliteDb& db, std::span<const sql::Sql> migrations) {
  TRY_VOID(db.begin_write());
  for (const sql::Sql& migration : migrations) {
    TRY_VOID(db.run_script(migration.name, migration.sqlite));
  }
  TRY_VOID(db.set_schema_version(number_of(migrations.back())));
  return db.commit();
}

}  // namespace

std::span<const sql::Sql> all_migrations() {
  size_t count = 0;
  while (!sql::kMigrations[count].name.empty()) ++count;
  return {sql::kMigrations, count};
}

std::string migration_copy_path(const std::string& path) { return path + ".before-migration"; }

Result<> migrate(SqliteDb& db, const std::string& path, std::span<const sql::Sql> migrations) {
  for (size_t i = 0; i < migrations.size(); ++i) {
    if (number_of(migrations[i]) != static_cast<int64_t>(i) + 1) {
      return fail(Reason::kStorageFailed, "The schema's steps have a gap: this program was built wrong.");
    }
  }
  TRY(const int64_t version, db.schema_version());
  if (version > static_cast<int64_t>(migrations.size())) {
    return fail(Reason::kStorageFailed, "The database was written by a newer version of Kith (schema " +
                                            std::to_string(version) + "; this program knows up to " +
                                            std::to_string(migrations.size()) + "). Start the newer version.");
  }
  std::error_code ignored;
  const std::string copy = migration_copy_path(path);
  std::filesystem::remove(copy, ignored);  // messages erased since must not live on in it
  if (version == static_cast<int64_t>(migrations.size())) return {};
  if (version > 0) {
    TRY_VOID(db.copy_to(copy));
    log::info("database copied before its migration", {{"schema", version}});
  }
  if (auto applied = apply(db, migrations.subspan(static_cast<size_t>(version))); !applied.has_value()) {
    db.rollback();
    return applied;
  }
  log::info("database migrated", {{"schema", migrations.size()}});
  return {};
}

}  // namespace kith::store

#include "store/migrations.hpp"

#include "unit/store/store_fixture.hpp"

namespace kith::store::testing {
namespace {

constexpr sql::Sql kFirst{"migrations/0001_first", "CREATE TABLE a(x); INSERT INTO a VALUES (1);", ""};
constexpr sql::Sql kSecond{"migrations/0002_second", "CREATE TABLE b(x);", ""};
constexpr sql::Sql kBroken{"migrations/0002_broken", "CREATE TABLE c(x); SELECT nonsense FROM nowhere;", ""};
constexpr sql::Sql kThird{"migrations/0003_third", "CREATE TABLE d(x);", ""};

class MigrationsTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteDb> open() {
    auto db = SqliteDb::open({.path = folder.file()});
    EXPECT_TRUE(db.has_value());
    return std::move(*db);
  }
  TempFolder folder;
};

TEST_F(MigrationsTest, apply_what_is_missing_and_copy_the_file_before) {
  auto db = open();
  ASSERT_TRUE(migrate(*db, folder.file(), std::span(&kFirst, 1)).has_value());
  EXPECT_FALSE(std::filesystem::exists(migration_copy_path(folder.file()))) << "nothing to keep of a new file";
  const sql::Sql both[] = {kFirst, kSecond};
  ASSERT_TRUE(migrate(*db, folder.file(), both).has_value());
  EXPECT_EQ(*db->schema_version(), 2);
  auto copy = SqliteDb::open({.path = migration_copy_path(folder.file())});
  EXPECT_EQ(*(*copy)->schema_version(), 1);
  copy->reset();
  ASSERT_TRUE(migrate(*db, folder.file(), both).has_value());
  EXPECT_FALSE(std::filesystem::exists(migration_copy_path(folder.file()))) << "erased text must not live on in it";
}

TEST_F(MigrationsTest, a_failing_step_leaves_the_file_as_it_was) {
  auto db = open();
  ASSERT_TRUE(migrate(*db, folder.file(), std::span(&kFirst, 1)).has_value());
  const sql::Sql both[] = {kFirst, kBroken};
  EXPECT_FALSE(migrate(*db, folder.file(), both).has_value());
  EXPECT_EQ(*db->schema_version(), 1);
  EXPECT_FALSE(db->run_script("test", "SELECT * FROM c").has_value());
}

TEST_F(MigrationsTest, a_gap_in_the_numbers_is_refused) {
  auto db = open();
  const sql::Sql gap[] = {kFirst, kThird};
  EXPECT_FALSE(migrate(*db, folder.file(), gap).has_value());
  EXPECT_EQ(*db->schema_version(), 0);
}

TEST_F(MigrationsTest, a_newer_schema_is_refused_with_its_number) {
  auto db = open();
  const sql::Sql both[] = {kFirst, kSecond};
  ASSERT_TRUE(migrate(*db, folder.file(), both).has_value());
  const auto refused = migrate(*db, folder.file(), std::span(&kFirst, 1));
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("newer version of Kith (schema 2"), std::string::npos);
}

TEST_F(MigrationsTest, a_second_process_is_refused) {
  ManualClock clock;
  SystemRandom random;
  auto first = SqliteStore::open({.path = folder.file(), .clock = clock, .random = random});
  ASSERT_TRUE(first.has_value());
  const auto second = SqliteStore::open({.path = folder.file(), .clock = clock, .random = random});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().reason, Reason::kStorageFailed);
}

TEST_F(MigrationsTest, a_folder_that_cannot_be_written_is_refused_clearly) {
  ManualClock clock;
  SystemRandom random;
  const auto refused = SqliteStore::open({.path = "/proc/kith.db", .clock = clock, .random = random});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, Reason::kStorageReadOnly);
}

}  // namespace
}  // namespace kith::store::testing

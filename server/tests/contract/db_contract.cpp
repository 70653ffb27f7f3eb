#include "contract/db_contract.hpp"

namespace kith::store::testing {
namespace {

constexpr sql::Sql same(const char* name, const char* text) { return {name, text, text}; }

constexpr sql::Sql kCreate{"test/create", "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, bytes BLOB)",
                           "CREATE TABLE item(id BIGINT PRIMARY KEY, name TEXT, bytes BYTEA)"};
constexpr sql::Sql kInsert{"test/insert", "INSERT INTO item(id, name, bytes) VALUES (?1, ?2, ?3)",
                           "INSERT INTO item(id, name, bytes) VALUES ($1, $2, $3)"};
constexpr sql::Sql kRename{"test/rename", "UPDATE item SET name = ?1 WHERE id >= ?2",
                           "UPDATE item SET name = $1 WHERE id >= $2"};
constexpr sql::Sql kList = same("test/list", "SELECT id, name, bytes FROM item ORDER BY id");
constexpr sql::Sql kCount = same("test/count", "SELECT count(*) FROM item");
constexpr sql::Sql kBroken = same("test/broken", "SELECT nothing FROM nowhere");

int64_t count(Db& db) {
  int64_t rows = -1;
  EXPECT_TRUE(db.query(kCount, {}, [&](const Row& row) -> Result<> {
                  rows = row.integer(0);
                  return {};
                }).has_value());
  return rows;
}

Result<> insert(Db& db, int64_t id) {
  auto changed = db.execute(kInsert, {id, std::string_view("name"), Blob{"bytes"}});
  if (!changed.has_value()) return std::unexpected(changed.error());
  return {};
}

TEST_P(DbContract, gives_back_what_was_bound) {
  ASSERT_TRUE(db->execute(kCreate, {}).has_value());
  const std::string bytes("\0\xFF\x01 x", 5);
  const int64_t big = std::numeric_limits<int64_t>::max();
  ASSERT_TRUE(db->execute(kInsert, {int64_t{-5}, std::string_view("Grüße 👍"), Blob{bytes}}).has_value());
  ASSERT_TRUE(db->execute(kInsert, {big, nullptr, Blob{}}).has_value());
  int rows = 0;
  ASSERT_TRUE(db->query(kList, {}, [&](const Row& row) -> Result<> {
                  if (rows++ == 0) {
                    EXPECT_EQ(row.integer(0), -5);
                    EXPECT_EQ(row.text(1), "Grüße 👍");
                    EXPECT_EQ(row.text(2), bytes);
                    EXPECT_FALSE(row.is_null(1));
                  } else {
                    EXPECT_EQ(row.integer(0), big);
                    EXPECT_TRUE(row.is_null(1));
                    EXPECT_EQ(row.text(1), "");
                    EXPECT_EQ(row.text(2), "");
                    EXPECT_FALSE(row.is_null(2));
                  }
                  return {};
                }).has_value());
  EXPECT_EQ(rows, 2);
}

TEST_P(DbContract, tells_how_many_rows_a_statement_changed) {
  ASSERT_TRUE(db->execute(kCreate, {}).has_value());
  for (int64_t id = 1; id <= 5; ++id) ASSERT_TRUE(insert(*db, id).has_value());
  EXPECT_EQ(db->execute(kRename, {std::string_view("new"), int64_t{3}}), 3);
  EXPECT_EQ(db->execute(kRename, {std::string_view("new"), int64_t{9}}), 0);
}

TEST_P(DbContract, a_transaction_is_all_or_nothing) {
  ASSERT_TRUE(db->execute(kCreate, {}).has_value());
  ASSERT_TRUE(db->begin_write().has_value());
  ASSERT_TRUE(insert(*db, 1).has_value());
  db->rollback();
  EXPECT_EQ(count(*db), 0);
  ASSERT_TRUE(db->begin_write().has_value());
  ASSERT_TRUE(insert(*db, 1).has_value());
  ASSERT_TRUE(db->commit().has_value());
  EXPECT_EQ(count(*db), 1);
}

TEST_P(DbContract, after_an_error_in_a_transaction_a_rollback_makes_the_connection_usable) {
  ASSERT_TRUE(db->execute(kCreate, {}).has_value());
  ASSERT_TRUE(db->begin_write().has_value());
  ASSERT_TRUE(insert(*db, 1).has_value());
  const auto twice = insert(*db, 1);
  ASSERT_FALSE(twice.has_value());
  EXPECT_EQ(twice.error().reason, Reason::kStorageFailed);
  db->rollback();
  EXPECT_EQ(count(*db), 0);
  db->rollback();  // without a transaction: nothing happens
  EXPECT_FALSE(db->execute(kBroken, {}).has_value());
  EXPECT_EQ(count(*db), 0);
}

TEST_P(DbContract, a_read_transaction_sees_one_snapshot) {
  ASSERT_TRUE(db->execute(kCreate, {}).has_value());
  ASSERT_TRUE(insert(*db, 1).has_value());
  const auto reader = home->connect();
  ASSERT_TRUE(reader->begin_read().has_value());
  ASSERT_TRUE(insert(*db, 2).has_value()) << "a reader holds no writer up";
  EXPECT_EQ(count(*reader), 1) << "the snapshot was taken at begin_read";
  reader->rollback();
  EXPECT_EQ(count(*reader), 2);
}

TEST_P(DbContract, nobody_sees_what_is_not_committed) {
  ASSERT_TRUE(db->execute(kCreate, {}).has_value());
  const auto reader = home->connect();
  ASSERT_TRUE(db->begin_write().has_value());
  ASSERT_TRUE(insert(*db, 1).has_value());
  EXPECT_EQ(count(*reader), 0);
  ASSERT_TRUE(db->commit().has_value());
  EXPECT_EQ(count(*reader), 1);
}

TEST_P(DbContract, an_error_of_the_row_callback_ends_the_query_and_is_returned) {
  ASSERT_TRUE(db->execute(kCreate, {}).has_value());
  for (int64_t id = 1; id <= 3; ++id) ASSERT_TRUE(insert(*db, id).has_value());
  int rows = 0;
  const auto outcome = db->query(kList, {}, [&](const Row&) -> Result<> {
    if (++rows == 2) return fail(Reason::kNotAllowed, "Enough.");
    return {};
  });
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().reason, Reason::kNotAllowed);
  EXPECT_EQ(rows, 2);
  EXPECT_EQ(count(*db), 3);
}

TEST_P(DbContract, a_query_may_run_inside_a_query_even_the_same_one) {
  ASSERT_TRUE(db->execute(kCreate, {}).has_value());
  for (int64_t id = 1; id <= 3; ++id) ASSERT_TRUE(insert(*db, id).has_value());
  int pairs = 0;
  ASSERT_TRUE(db->query(kList, {}, [&](const Row& outer) -> Result<> {
                  const int64_t id = outer.integer(0);
                  TRY_VOID(db->query(kList, {}, [&](const Row&) -> Result<> {
                    ++pairs;
                    return {};
                  }));
                  EXPECT_EQ(outer.integer(0), id);
                  return {};
                }).has_value());
  EXPECT_EQ(pairs, 9);
}

}  // namespace
}  // namespace kith::store::testing

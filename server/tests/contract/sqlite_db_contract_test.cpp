#include "contract/db_contract.hpp"
#include "store/sqlite_db.hpp"
#include "unit/store/store_fixture.hpp"

namespace kith::store::testing {
namespace {

class SqliteHome final : public DbHome {
 public:
  std::unique_ptr<Db> connect() override {
    auto db = SqliteDb::open({.path = folder_.file()});
    EXPECT_TRUE(db.has_value());
    return std::move(*db);
  }

 private:
  TempFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, DbContract,
                         ::testing::Values(DbDriver{"sqlite", [] { return std::make_unique<SqliteHome>(); }}),
                         driver_name);

}  // namespace
}  // namespace kith::store::testing

#include "contract/call_contract.hpp"
#include "unit/store/store_fixture.hpp"

namespace kith::store::testing {
namespace {

class SqliteStoreHome final : public StoreHome {
 public:
  Store& open(OnCommitted on_committed) override {
    store_ = nullptr;
    auto opened = SqliteStore::open(
        {.path = folder_.file(), .clock = clock_, .random = random_, .on_committed = std::move(on_committed)});
    EXPECT_TRUE(opened.has_value());
    store_ = std::move(*opened);
    return *store_;
  }

 private:
  TempFolder folder_;
  ManualClock clock_;
  SystemRandom random_;
  std::unique_ptr<SqliteStore> store_;
};

const StoreAdapter kSqlite{"sqlite", [] { return std::make_unique<SqliteStoreHome>(); }};

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, ::testing::Values(kSqlite), adapter_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, CallContract, ::testing::Values(kSqlite), adapter_name);

}  // namespace
}  // namespace kith::store::testing

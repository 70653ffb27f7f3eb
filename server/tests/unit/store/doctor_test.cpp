#include "store/doctor.hpp"

#include "store/call_repository.hpp"
#include "store/sqlite_db.hpp"
#include "unit/store/store_fixture.hpp"

namespace kith::store::testing {
namespace {

class DoctorTest : public StoreTest {
 protected:
  // A store with packed and unpacked events, an edit and an erasure in both, members and a mention; closed.
  void make_store() {
    limits.tail_events = 4;
    open();
    room = create_room();
    ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                  TRY_VOID(t.put_member({.room = room, .user = UserId{1}}));
                  TRY_VOID(t.put_member({.room = room, .user = UserId{2}}));
                  for (int i = 0; i < 300; ++i) TRY_VOID(t.append(room, message(UserId{1}, "text")));
                  return {};
                }).has_value());
    ASSERT_TRUE(store->pack_now().has_value());
    for (int i = 0; i < 50; ++i) send(room, "later", UserId{2}, 1 + static_cast<uint64_t>(i), DeviceId{1});
    ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                  TRY_VOID(t.rewrite(room, 7, "new", 1, UnixMillis{1}));
                  TRY_VOID(t.erase(room, 8, UserId{1}));
                  TRY_VOID(t.erase(room, 320, UserId{1}));
                  return add_call(t);
                }).has_value());
    store = nullptr;
  }
  // An ended call: user 1 was in it, user 2 missed it.
  Result<> add_call(WriteTransaction& t) {
    TRY(const auto entry, t.append(room, {.kind = model::EventKind::kCall, .sender = UserId{1}, .content = "call"}));
    CallRepository calls(t.db());
    TRY(const auto call,
        calls.insert({.room = room, .seq = entry.seq, .started_by = UserId{1}, .started_at = t.now()}));
    TRY_VOID(calls.put_member(call, {.user = UserId{1}, .joined_at = t.now()}));
    TRY_VOID(calls.put_member(call, {.user = UserId{2}, .was_rung = true}));
    TRY_VOID(calls.end(call, t.now(), model::CallOutcome::kMissed));
    return {};
  }
  void damage(const char* sql) {
    auto db = SqliteDb::open({.path = folder.file()});
    ASSERT_TRUE((*db)->run_script("test", sql).has_value());
  }
  StoreReport examine() {
    auto report = check_store(folder.file());
    EXPECT_TRUE(report.has_value()) << report.error().message;
    return *report;
  }
  RoomId room;
};

TEST_F(DoctorTest, finds_nothing_wrong_with_a_sound_store) {
  make_store();
  const StoreReport report = examine();
  EXPECT_EQ(report.faults, std::vector<std::string>{});
  EXPECT_EQ(report.rooms, 1U);
  EXPECT_EQ(report.events, 351U);
  EXPECT_EQ(report.log_rows, 51U);
  EXPECT_GT(report.blocks, 1U);
}

TEST_F(DoctorTest, examines_a_store_in_use) {
  make_store();
  open();
  EXPECT_TRUE(examine().is_sound());
}

TEST_F(DoctorTest, finds_each_seeded_damage) {
  for (const char* sql : {
           "DELETE FROM log WHERE pos = (SELECT min(pos) + 5 FROM log)",
           "UPDATE log SET seq = seq + 1 WHERE pos = (SELECT max(pos) FROM log)",
           "UPDATE log SET rec = x'00' WHERE pos = (SELECT max(pos) FROM log)",
           "UPDATE log SET pos = pos + 1 WHERE pos = (SELECT max(pos) FROM log)",
           "UPDATE block SET data = substr(data, 1, length(data) - 1) || x'00'",
           "UPDATE block SET data = x'28B52FFD' WHERE key = (SELECT min(key) FROM block)",
           "DELETE FROM block WHERE key = (SELECT min(key) FROM block)",
           "UPDATE block SET n = n + 1 WHERE key = (SELECT min(key) FROM block)",
           "UPDATE block SET last_pos = last_pos + 1 WHERE key = (SELECT max(key) FROM block)",
           "UPDATE room SET packed_seq = packed_seq - 1",
           "UPDATE room SET packed_ord = packed_ord + 1",
           "UPDATE room SET member_count = 7",
           "DELETE FROM gone WHERE seq = 8",
           "INSERT INTO gone VALUES (1, 9, 1, 1, 1)",
           "UPDATE gone SET countable = 0",
           "INSERT INTO mention VALUES (1, 1, 8)",
           "INSERT INTO mention VALUES (1, 1, 1000)",
           "UPDATE member SET read_seq = 1000",
           "INSERT INTO device_txn VALUES (9, x'0102')",
           "UPDATE stream SET cut = cut + 10",
           "DELETE FROM call_member; DELETE FROM call",
           "UPDATE call SET seq = 3",
           "UPDATE call SET outcome = 0",
           "UPDATE call SET participants = 2",
           "UPDATE call_member SET left_at = 0",
           "UPDATE call_member SET missed = 1",
           "UPDATE call_member SET missed = 0",
       }) {
    make_store();
    damage(sql);
    EXPECT_FALSE(examine().is_sound()) << sql;
    std::filesystem::remove(folder.file());
  }
}

TEST_F(DoctorTest, refuses_a_file_that_is_no_database) {
  std::filesystem::copy_file("/proc/self/exe", folder.file());
  EXPECT_FALSE(check_store(folder.file()).has_value());
  EXPECT_FALSE(check_store(folder.file("missing")).has_value());
}

TEST_F(DoctorTest, a_damaged_log_is_refused_at_the_start_and_damaged_blocks_only_where_they_are_read) {
  make_store();
  damage("UPDATE block SET data = x'28B52FFD' WHERE key = (SELECT min(key) FROM block)");
  open();
  const auto page = read(*store, [&](ReadTransaction& t) -> Result<> {
    TRY_VOID(t.events(room, 1, 10, 10, EventReader::Direction::kForward));
    return {};
  });
  ASSERT_FALSE(page.has_value());
  EXPECT_EQ(page.error().reason, Reason::kDataDamaged);
  EXPECT_EQ(history(room, 200, 350).size(), 151U);
  store = nullptr;
  damage("DELETE FROM log WHERE pos = (SELECT min(pos) + 5 FROM log)");
  const auto refused = try_open();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, Reason::kDataDamaged);
}

}  // namespace
}  // namespace kith::store::testing

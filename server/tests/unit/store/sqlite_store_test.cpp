#include "store/sqlite_store.hpp"

#include "unit/store/store_fixture.hpp"

namespace kith::store::testing {
namespace {

class SqliteStoreTest : public StoreTest {};

TEST_F(SqliteStoreTest, keeps_events_in_order_and_finds_them_after_a_restart) {
  open();
  const RoomId room = create_room();
  for (int i = 1; i <= 200; ++i) send(room, "text " + std::to_string(i));
  const auto before = history(room);
  ASSERT_EQ(before.size(), 200U);
  const auto head = store->head(room);
  reopen();
  const auto after = history(room);
  EXPECT_EQ(before, after);
  EXPECT_EQ(store->head(room), head);
  EXPECT_EQ(head->last_seq, 200U);
  EXPECT_EQ(head->last_ord, 200U);
  EXPECT_EQ(store->tail(room)->size(), limits.tail_events);
}

TEST_F(SqliteStoreTest, knows_positions_of_earlier_lives_up_to_the_next_one) {
  open();
  const RoomId room = create_room();
  const Pos pos = send(room, "a").pos;
  const uint64_t first = store->epoch();
  EXPECT_TRUE(store->is_known(first, pos));
  EXPECT_FALSE(store->is_known(first, pos + 1));
  reopen();
  EXPECT_NE(store->epoch(), first);
  EXPECT_TRUE(store->is_known(first, pos));
  EXPECT_FALSE(store->is_known(first, pos + 1));
  EXPECT_FALSE(store->is_known(12345, pos));
}

TEST_F(SqliteStoreTest, repeated_send_gets_its_first_answer_across_a_restart) {
  open();
  const RoomId room = create_room();
  const auto event = send(room, "a", UserId{1}, 77, DeviceId{5});
  const auto find = [&](DeviceId device, uint64_t tag) {
    std::optional<Sent> sent;
    EXPECT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                  TRY(sent, t.find_sent(device, tag));
                  return {};
                }).has_value());
    return sent;
  };
  EXPECT_EQ(find(DeviceId{5}, 77), (Sent{.room = room, .seq = event.seq}));
  EXPECT_EQ(find(DeviceId{6}, 77), std::nullopt);
  reopen();
  EXPECT_EQ(find(DeviceId{5}, 77), (Sent{.room = room, .seq = event.seq}));
  EXPECT_EQ(find(DeviceId{5}, 78), std::nullopt);
}

}  // namespace
}  // namespace kith::store::testing

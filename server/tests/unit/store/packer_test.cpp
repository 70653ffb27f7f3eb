#include "store/packer.hpp"

#include <atomic>
#include <thread>

#include "unit/store/store_fixture.hpp"

namespace kith::store::testing {
namespace {

class PackerTest : public StoreTest {
 protected:
  void send_many(const std::vector<RoomId>& rooms, int count, std::string_view word = "text") {
    const auto outcome = write(*store, [&](WriteTransaction& t) -> Result<> {
      for (int i = 0; i < count; ++i) {
        const RoomId room = rooms[random.below(rooms.size())];
        TRY_VOID(t.append(room, message(UserId{1 + static_cast<int64_t>(random.below(9))},
                                        std::string(word) + " " + std::to_string(random.next_u64()), random.next_u64(),
                                        DeviceId{1 + static_cast<int64_t>(random.below(5))})));
      }
      return {};
    });
    ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  }
  // What a reader sees of an event wherever it stands: device and tag are dropped by packing.
  static std::vector<model::StoredEvent> without_tags(std::vector<model::StoredEvent> events) {
    for (auto& event : events) event.device = {}, event.txn_tag = 0;
    return events;
  }
};

TEST_F(PackerTest, events_read_alike_before_and_after_packing_and_after_a_restart) {
  limits.tail_events = 4;
  open();
  const std::vector<RoomId> rooms{create_room(), create_room(), create_room()};
  send_many(rooms, 2'000);
  std::vector<std::vector<model::StoredEvent>> before;
  for (const RoomId room : rooms) before.push_back(without_tags(history(room)));
  ASSERT_TRUE(store->pack_now().has_value());
  EXPECT_EQ(store->metrics().log_rows, 0U);
  EXPECT_GT(store->metrics().blocks_packed, 3U);
  for (size_t i = 0; i < rooms.size(); ++i) EXPECT_EQ(without_tags(history(rooms[i])), before[i]);
  const auto head = store->head(rooms[0]);
  reopen();
  EXPECT_EQ(store->head(rooms[0]), head);
  for (size_t i = 0; i < rooms.size(); ++i) EXPECT_EQ(without_tags(history(rooms[i])), before[i]);
  const auto next = send(rooms[0], "after");
  EXPECT_EQ(next.seq, head->last_seq + 1);
  EXPECT_EQ(next.ord, head->last_ord + 1);
}

TEST_F(PackerTest, a_full_log_starts_a_pass_by_itself) {
  limits.log_rows_pack_at = 500;
  limits.log_rows_pack = 300;
  open();
  const RoomId room = create_room();
  for (int i = 0; i < 20; ++i) send_many({room}, 100);
  ASSERT_TRUE(store->pack_now().has_value());
  EXPECT_EQ(history(room).size(), 2'000U);
  EXPECT_EQ(store->metrics().log_rows, 0U);
}

TEST_F(PackerTest, pages_across_the_border_of_blocks_log_and_tail_have_no_hole) {
  limits.tail_events = 10;
  open();
  const RoomId room = create_room();
  send_many({room}, 300);
  ASSERT_TRUE(store->pack_now().has_value());
  send_many({room}, 100);
  for (Seq from = 1; from <= 400; from += 7) {
    for (const Seq to : {from, from + 20, from + 150}) {
      const auto page = history(room, from, to);
      ASSERT_EQ(page.size(), std::min<Seq>(to, 400) - from + 1) << from << ".." << to;
      for (size_t i = 0; i < page.size(); ++i) ASSERT_EQ(page[i].seq, from + i);
    }
  }
  EXPECT_EQ(history(room, 1, 400, 50).front().seq, 351U);
}

TEST_F(PackerTest, single_events_are_found_wherever_they_stand) {
  limits.tail_events = 10;
  open();
  const std::vector<RoomId> rooms{create_room(), create_room()};
  send_many(rooms, 600);
  ASSERT_TRUE(store->pack_now().has_value());
  send_many(rooms, 100);
  const std::vector<std::vector<model::StoredEvent>> all{history(rooms[0]), history(rooms[1])};
  const auto outcome = read(*store, [&](ReadTransaction& t) -> Result<> {
    for (int i = 0; i < 1'000; ++i) {
      const size_t room = random.below(2);
      const Seq seq = random.below(all[room].size() + 2);
      TRY(const auto event, t.event(rooms[room], seq));
      EXPECT_EQ(event.has_value(), seq >= 1 && seq <= all[room].size()) << seq;
      if (!event.has_value()) continue;
      EXPECT_EQ(*event, all[room][seq - 1]);
    }
    return {};
  });
  EXPECT_TRUE(outcome.has_value());
}

TEST_F(PackerTest, a_repeated_send_is_found_in_the_ring_after_packing_and_restart) {
  open();
  const RoomId room = create_room();
  for (uint64_t tag = 1; tag <= 100; ++tag) send(room, "a", UserId{1}, tag, DeviceId{7});
  const auto find = [&](uint64_t tag) {
    std::optional<Sent> sent;
    EXPECT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                  TRY(sent, t.find_sent(DeviceId{7}, tag));
                  return {};
                }).has_value());
    return sent;
  };
  for (uint64_t tag = 1; tag <= 100; ++tag) EXPECT_EQ(find(tag), (Sent{.room = room, .seq = tag}));
  ASSERT_TRUE(store->pack_now().has_value());
  for (uint64_t tag = 37; tag <= 100; ++tag) EXPECT_EQ(find(tag), (Sent{.room = room, .seq = tag}));
  EXPECT_EQ(find(36), std::nullopt);
  reopen();
  for (uint64_t tag = 37; tag <= 100; ++tag) EXPECT_EQ(find(tag), (Sent{.room = room, .seq = tag}));
  send(room, "b", UserId{1}, 101, DeviceId{7});
  EXPECT_EQ(find(37), std::nullopt);
  EXPECT_EQ(find(38), (Sent{.room = room, .seq = 38}));
}

TEST_F(PackerTest, own_sends_move_the_stored_read_position) {
  open();
  const RoomId room = create_room();
  ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                TRY_VOID(t.put_member({.room = room, .user = UserId{1}}));
                TRY_VOID(t.put_member({.room = room, .user = UserId{2}}));
                return {};
              }).has_value());
  send(room, "a", UserId{1});
  send(room, "b", UserId{2});
  const auto position = [&](UserId user) {
    Seq seq = 0;
    EXPECT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                  TRY(const auto member, t.member(room, user));
                  seq = member->read_seq;
                  return {};
                }).has_value());
    return seq;
  };
  EXPECT_EQ(position(UserId{1}), 1U);
  EXPECT_EQ(position(UserId{2}), 2U);
  ASSERT_TRUE(store->pack_now().has_value());
  reopen();
  EXPECT_EQ(position(UserId{1}), 1U);
  EXPECT_EQ(position(UserId{2}), 2U);
}

TEST_F(PackerTest, edits_and_erasures_reach_events_in_blocks) {
  limits.tail_events = 4;
  open();
  const RoomId room = create_room();
  send_many({room}, 200);
  ASSERT_TRUE(store->pack_now().has_value());
  ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                TRY_VOID(t.rewrite(room, 50, "changed", 1, UnixMillis{5}));
                TRY_VOID(t.erase(room, 60, UserId{1}));
                TRY_VOID(t.erase(room, 199, UserId{1}));
                return {};
              }).has_value());
  for (int round = 0; round < 2; ++round) {
    const auto events = history(room);
    ASSERT_EQ(events.size(), 200U);
    EXPECT_EQ(events[49].content, "changed");
    EXPECT_EQ(events[49].revision, 1U);
    EXPECT_EQ(events[49].edited_at, UnixMillis{5});
    EXPECT_EQ(events[59].content, "");
    EXPECT_NE(events[59].flags & model::kDeleted, 0U);
    EXPECT_EQ(events[198].content, "");
    EXPECT_EQ(events[60].seq, 61U);
    reopen();
  }
}

TEST_F(PackerTest, a_reader_beside_senders_and_packer_never_sees_a_hole) {
  limits.tail_events = 8;
  limits.log_rows_pack_at = 200;
  limits.log_rows_pack = 150;
  open();
  const std::vector<RoomId> rooms{create_room(), create_room()};
  std::atomic<bool> stop = false;
  std::atomic<int> pages = 0;
  std::thread reader([&] {
    while (!stop) {
      for (const RoomId room : rooms) {
        const auto head = store->head(room);
        const auto events = history(room, 1, ~Seq{0});
        ASSERT_GE(events.size(), head->last_seq);
        for (size_t i = 0; i < events.size(); ++i) ASSERT_EQ(events[i].seq, i + 1);
        ++pages;
      }
    }
  });
  for (int i = 0; i < 100; ++i) {
    send_many(rooms, 20);
    if (i % 10 == 0) {
      ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                    TRY_VOID(t.rewrite(rooms[0], 1, "edit " + std::to_string(i), 1, UnixMillis{1}));
                    return {};
                  }).has_value());
    }
  }
  stop = true;
  reader.join();
  EXPECT_GT(pages, 0);
  EXPECT_EQ(history(rooms[0])[0].content, "edit 90");
}

TEST_F(PackerTest, small_neighbouring_blocks_are_joined) {
  open();
  const RoomId room = create_room();
  for (int i = 0; i < 20; ++i) {
    send_many({room}, 20);
    ASSERT_TRUE(store->pack_now().has_value());
  }
  const auto before = without_tags(history(room));
  ASSERT_TRUE(store->pack_now().has_value());
  EXPECT_EQ(without_tags(history(room)), before);
  store = nullptr;
  auto db = SqliteDb::open({.path = folder.file()});
  int64_t blocks = 0;
  ASSERT_TRUE((*db)
                  ->query(sql::block::kList, {int64_t{0}, int64_t{1000}},
                          [&](const Row&) -> Result<> {
                            ++blocks;
                            return {};
                          })
                  .has_value());
  EXPECT_LE(blocks, 10);
}

TEST_F(PackerTest, the_follower_holds_back_rows_it_has_not_seen) {
  open();
  const RoomId room = create_room();
  send_many({room}, 100);
  SearchSource* source = &store->search_source();
  auto events = source->events_after(0, 40);
  ASSERT_TRUE(events.has_value());
  ASSERT_EQ(events->size(), 40U);
  source->set_search_position(events->back().pos);
  ASSERT_TRUE(store->pack_now().has_value());
  EXPECT_EQ(store->metrics().log_rows, 60U);
}

TEST_F(PackerTest, a_follower_reads_all_events_in_order_from_blocks_and_log) {
  open();
  const std::vector<RoomId> rooms{create_room(), create_room(), create_room()};
  for (int i = 0; i < 5; ++i) {
    send_many(rooms, 300);
    ASSERT_TRUE(store->pack_now().has_value());
  }
  send_many(rooms, 100);
  SearchSource* source = &store->search_source();
  std::vector<model::StoredEvent> all;
  for (;;) {
    auto part = source->events_after(all.empty() ? 0 : all.back().pos, 70);
    ASSERT_TRUE(part.has_value()) << part.error().message;
    all.insert(all.end(), part->begin(), part->end());
    if (part->size() < 70) break;
  }
  ASSERT_EQ(all.size(), 1'600U);
  for (size_t i = 1; i < all.size(); ++i) ASSERT_EQ(all[i].pos, all[i - 1].pos + 1);
  ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                TRY_VOID(t.rewrite(all[10].room, all[10].seq, "new", 1, UnixMillis{1}));
                return {};
              }).has_value());
  EXPECT_EQ(source->events_after(all[9].pos, 1)->front().content, "new");
  const auto todo = source->index_todo(10);
  ASSERT_EQ(todo->size(), 1U);
  EXPECT_EQ(todo->front().old.content, all[10].content);
  EXPECT_EQ(todo->front().old.pos, all[10].pos);
  ASSERT_TRUE(source->drop_index_todo(todo->front().number).has_value());
  EXPECT_TRUE(source->index_todo(10)->empty());
}

}  // namespace
}  // namespace kith::store::testing

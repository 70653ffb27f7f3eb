#include "contract/store_contract.hpp"

#include "unit/store/store_fixture.hpp"

namespace kith::store::testing {

RoomId StoreContract::create_room() {
  RoomId id;
  EXPECT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                TRY(const auto room, t.insert_room({.kind = model::RoomKind::kPrivate, .name = "room"}));
                id = room.id;
                return {};
              }).has_value());
  return id;
}

model::StoredEvent StoreContract::send(RoomId room, const std::string& content, UserId sender, uint64_t tag) {
  model::StoredEvent event;
  EXPECT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                TRY(event, t.append(room, message(sender, content, tag, DeviceId{sender.value})));
                return {};
              }).has_value());
  return event;
}

std::vector<model::StoredEvent> StoreContract::history(RoomId room, Seq from, Seq to, size_t limit,
                                                       EventReader::Direction direction) {
  std::vector<model::StoredEvent> events;
  EXPECT_TRUE(read(*store, [&](ReadTransaction& t) -> Result<> {
                TRY(events, t.events(room, from, to, limit, direction));
                return {};
              }).has_value());
  return events;
}

namespace {

using Direction = EventReader::Direction;

TEST_P(StoreContract, numbers_are_dense_per_room_and_grow_over_the_server) {
  const RoomId first = create_room();
  const RoomId second = create_room();
  Pos last = 0;
  for (Seq seq = 1; seq <= 20; ++seq) {
    for (const RoomId room : {first, second}) {
      const auto event = send(room, "text");
      EXPECT_EQ(event.seq, seq);
      EXPECT_EQ(event.ord, seq);
      EXPECT_GT(event.pos, last);
      last = event.pos;
    }
  }
  EXPECT_EQ(store->durable_head(), last);
  EXPECT_EQ(store->head(second)->last_pos, last);
  EXPECT_EQ(store->head(RoomId{999}), std::nullopt);
}

TEST_P(StoreContract, pages_are_taken_from_the_end_that_was_asked_for) {
  const RoomId room = create_room();
  for (int i = 1; i <= 30; ++i) send(room, std::to_string(i));
  const auto seqs = [](const std::vector<model::StoredEvent>& events) {
    return std::pair(events.front().seq, events.back().seq);
  };
  EXPECT_EQ(seqs(history(room, 5, 25, 10, Direction::kForward)), (std::pair<Seq, Seq>(5, 14)));
  EXPECT_EQ(seqs(history(room, 5, 25, 10, Direction::kBackward)), (std::pair<Seq, Seq>(16, 25)));
  EXPECT_EQ(seqs(history(room, 0, ~Seq{0}, 100, Direction::kForward)), (std::pair<Seq, Seq>(1, 30)));
  EXPECT_TRUE(history(room, 31, 40, 10, Direction::kForward).empty());
  EXPECT_TRUE(history(room, 1, 40, 0, Direction::kForward).empty());
  EXPECT_TRUE(history(RoomId{999}, 1, 40, 10, Direction::kForward).empty());
}

TEST_P(StoreContract, a_write_sees_what_its_group_has_changed) {
  const RoomId room = create_room();
  ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                TRY(const auto event, t.append(room, message(UserId{1}, "a", 9, DeviceId{1})));
                EXPECT_EQ(t.head(room)->last_seq, event.seq);
                TRY(const auto again, t.event(room, event.seq));
                EXPECT_EQ(again, event);
                TRY(const auto sent, t.find_sent(DeviceId{1}, 9));
                EXPECT_EQ(sent, (Sent{.room = room, .seq = event.seq}));
                TRY_VOID(t.put_member({.room = room, .user = UserId{1}}));
                TRY(const auto member, t.member(room, UserId{1}));
                EXPECT_EQ(member->read_seq, event.seq) << "an own send moves the position";
                TRY_VOID(t.rewrite(room, event.seq, "b", 1, t.now()));
                TRY(const auto edited, t.event(room, event.seq));
                EXPECT_EQ(edited->content, "b");
                return {};
              }).has_value());
  EXPECT_EQ(history(room, 1, 1, 1, Direction::kForward)[0].content, "b");
}

TEST_P(StoreContract, a_failed_command_changes_nothing) {
  const RoomId room = create_room();
  const auto failed = write(*store, [&](WriteTransaction& t) -> Result<> {
    TRY_VOID(t.append(room, message(UserId{1}, "a", 9, DeviceId{1})));
    TRY_VOID(t.put_user_item(UserId{1}, {.kind = "draft", .key = "k", .value = "v"}));
    t.publish(model::ReadPositionCommitted{});
    return fail(Reason::kNotAllowed, "No.");
  });
  EXPECT_EQ(failed.error().reason, Reason::kNotAllowed);
  EXPECT_EQ(store->head(room)->last_seq, 0U);
  EXPECT_TRUE(history(room, 1, 9, 9, Direction::kForward).empty());
  ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                TRY(const auto sent, t.find_sent(DeviceId{1}, 9));
                EXPECT_EQ(sent, std::nullopt);
                TRY(const auto item, t.put_user_item(UserId{1}, {.kind = "draft", .key = "k", .value = "v"}));
                EXPECT_EQ(item.version, 1);
                return {};
              }).has_value());
  reopen();  // the hub hears after the ack: wait for the end
  ASSERT_EQ(published.size(), 1U) << "only the item";
}

TEST_P(StoreContract, a_repeated_send_is_found_for_the_last_sixty_four_of_a_device) {
  const RoomId room = create_room();
  for (uint64_t tag = 1; tag <= 64; ++tag) send(room, "text", UserId{1}, tag);
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                  for (uint64_t tag = 1; tag <= 64; ++tag) {
                    TRY(const auto sent, t.find_sent(DeviceId{1}, tag));
                    EXPECT_EQ(sent, (Sent{.room = room, .seq = tag}));
                  }
                  TRY(const auto other, t.find_sent(DeviceId{2}, 1));
                  EXPECT_EQ(other, std::nullopt);
                  return {};
                }).has_value());
    reopen();
  }
}

TEST_P(StoreContract, time_never_falls_within_a_room) {
  const RoomId room = create_room();
  UnixMillis last{0};
  for (int i = 0; i < 5; ++i) {
    const auto event = send(room, "text");
    EXPECT_GE(event.at, last);
    last = event.at;
  }
}

TEST_P(StoreContract, erased_messages_keep_their_numbers_and_lose_their_text) {
  const RoomId room = create_room();
  for (int i = 0; i < 3; ++i) send(room, "text");
  ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                TRY_VOID(t.erase(room, 2, UserId{1}));
                return {};
              }).has_value());
  for (int round = 0; round < 2; ++round) {
    const auto events = history(room, 1, 3, 3, Direction::kForward);
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[1].content, "");
    EXPECT_NE(events[1].flags & model::kDeleted, 0U);
    EXPECT_EQ(events[2].content, "text");
    reopen();
  }
}

TEST_P(StoreContract, what_was_known_before_a_restart_is_known_after_it) {
  const RoomId room = create_room();
  for (int i = 0; i < 10; ++i) send(room, "text");
  const auto head = store->head(room);
  const Pos durable = store->durable_head();
  const uint64_t epoch = store->epoch();
  reopen();
  EXPECT_EQ(store->head(room), head);
  EXPECT_EQ(store->durable_head(), durable);
  EXPECT_TRUE(store->is_known(epoch, durable));
  EXPECT_FALSE(store->is_known(epoch, durable + 1));
  EXPECT_EQ(send(room, "next").seq, 11U);
  EXPECT_FALSE(store->is_known(epoch, store->durable_head()));
  EXPECT_TRUE(store->is_known(store->epoch(), store->durable_head()));
}

}  // namespace
}  // namespace kith::store::testing

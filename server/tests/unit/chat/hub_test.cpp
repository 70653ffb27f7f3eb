#include "chat/hub.hpp"

#include <gtest/gtest.h>

#include "unit/chat/rooms_fixture.hpp"

namespace kith::chat {
namespace {

using testing::Person;

struct PlainDelivery final : Delivery {
  explicit PlainDelivery(v1::ServerItem told) : item(std::move(told)) {}
  v1::ServerItem item;
};

struct Listener final : Subscriber {
  using Subscriber::Subscriber;
  void deliver(const SharedDelivery& delivery) override {
    heard.push_back(static_cast<const PlainDelivery&>(*delivery).item);
    encodings.push_back(delivery.get());
  }
  void end_session() override { has_ended = true; }

  std::vector<v1::ServerItem> heard;
  std::vector<const Delivery*> encodings;
  bool has_ended = false;
};

class HubTest : public testing::RoomsTest {
 protected:
  void SetUp() override {
    RoomsTest::SetUp();
    hub.emplace(*context, *people, bus,
                [](const v1::ServerItem& item) { return std::make_shared<PlainDelivery>(item); });
    shard = &hub->add_shard(loop);
    ada = make_person("ada");
    idris = make_person("idris");
    garden = create(ada, v1::ROOM_KIND_PUBLIC, "Garden", {&idris});
    room = *ids.decode_room(garden);
    take();
    pending.clear();
  }
  /// Everything published by the store so far goes to the hub, in order.
  void take() {
    settle();
    for (auto& event : take_published<model::RoomEventCommitted>()) pending.emplace_back(std::move(event));
    for (auto& own : take_published<model::OwnStateCommitted>()) pending.emplace_back(std::move(own));
    for (auto& position : take_published<model::ReadPositionCommitted>()) pending.emplace_back(std::move(position));
    for (auto& revoked : take_published<model::DeviceRevoked>()) pending.emplace_back(std::move(revoked));
  }
  void publish() {
    take();
    hub->publish(std::exchange(pending, {}));
    drain();
  }
  /// Runs what has been posted so far; what needs the store's readers is waited for by its effect.
  void drain() {
    bool reached = false;
    loop.post([&] { reached = true; });
    loop.run_until([&] { return reached; });
  }
  void go_live(Listener& listener, Version version) {
    shard->add(listener);
    shard->subscribe(listener, {room});
    shard->set_version(listener.caller().user, version);
  }

  bus::LocalBus bus;
  std::optional<Hub> hub;
  HubShard* shard = nullptr;
  std::vector<model::Publication> pending;
  Person ada, idris;
  std::string garden;
  RoomId room;
};

TEST_F(HubTest, members_hear_an_event_once_and_share_its_encoding) {
  Listener desk(ada.caller);
  Listener other(idris.caller);
  go_live(desk, 1000);
  go_live(other, 1000);
  send(ada, garden, "hello");
  publish();
  ASSERT_EQ(desk.heard.size(), 1u);
  ASSERT_EQ(other.heard.size(), 1u);
  EXPECT_EQ(other.heard[0].event().posted().content().text(), "hello");
  EXPECT_EQ(desk.encodings[0], other.encodings[0]);
  shard->remove(desk);
  shard->remove(other);
  EXPECT_EQ(shard->size(), 0u);
}

TEST_F(HubTest, a_call_is_told_to_the_members_of_its_room_and_to_nobody_else) {
  const Person noor = make_person("noor");
  Listener member(idris.caller);
  Listener outside(noor.caller);
  go_live(member, 1000);
  shard->add(outside);
  hub->tell(model::CallChanged{.call = {.id = CallId{7},
                                        .room = room,
                                        .seq = 4,
                                        .started_by = ada.caller.user,
                                        .participants = 1,
                                        .members = {{.user = ada.caller.user, .joined_at = clock.wall()}}}});
  drain();
  ASSERT_EQ(member.heard.size(), 1u);
  EXPECT_EQ(member.heard[0].call().id(), ids.encode(CallId{7}));
  EXPECT_EQ(member.heard[0].call().participants(0).user_id(), ada.user.id());
  EXPECT_TRUE(outside.heard.empty());
  shard->remove(member);
  shard->remove(outside);
}

TEST_F(HubTest, who_is_removed_hears_the_removal_and_nothing_after_it) {
  Listener listener(idris.caller);
  go_live(listener, 1000);
  ASSERT_TRUE(remove(ada, garden, idris));
  send(ada, garden, "without him");
  publish();
  ASSERT_EQ(listener.heard.size(), 1u);
  EXPECT_EQ(listener.heard[0].event().posted().member_change().action(), v1::MemberChange::ACTION_REMOVED);
  EXPECT_FALSE(shard->is_subscribed(listener, room));
  shard->remove(listener);
}

TEST_F(HubTest, who_joins_hears_from_the_joining_on) {
  const Person noor = make_person("noor");
  take();
  pending.clear();
  Listener listener(noor.caller);
  shard->add(listener);
  shard->set_version(noor.caller.user, 1000);
  send(ada, garden, "before");
  ASSERT_TRUE(join(noor, garden));
  send(ada, garden, "after");
  publish();
  std::vector<std::string> texts;
  for (const auto& item : listener.heard) {
    if (item.event().posted().has_content()) texts.push_back(item.event().posted().content().text());
  }
  EXPECT_EQ(texts, std::vector<std::string>{"after"});
  shard->remove(listener);
}

TEST_F(HubTest, own_state_reaches_the_users_other_devices_with_counts) {
  const Seq seq = send(ada, garden, "hello");
  take();
  pending.clear();
  Listener phone(idris.caller);
  go_live(phone, 0);
  ASSERT_TRUE(mark_read(idris, garden, seq));
  publish();
  const v1::RoomEntry* garden_row = nullptr;
  loop.run_until([&] {
    for (const auto& item : phone.heard) {
      if (item.own_state().room().room().id() == garden) garden_row = &item.own_state().room();
    }
    return garden_row != nullptr;
  });
  EXPECT_EQ(garden_row->membership().unread_count(), 0u);
  EXPECT_EQ(garden_row->membership().read_seq(), seq);
  EXPECT_GT(shard->told_version(idris.caller.user), 0);
  shard->remove(phone);
}

TEST_F(HubTest, a_change_committed_before_the_first_sync_is_told_after_it) {
  Listener phone(idris.caller);
  shard->add(phone);
  send(ada, garden, "hello");
  ASSERT_TRUE(mark_read(idris, garden, 1 << 20));
  publish();
  EXPECT_TRUE(phone.heard.empty());
  // The Sync may have seen less than was committed, so what is newer than its version is read and told.
  shard->set_version(idris.caller.user, 0);
  loop.run_until([&] { return !phone.heard.empty(); });
  shard->remove(phone);
}

TEST_F(HubTest, a_revoked_session_ends_and_the_users_other_one_does_not) {
  const Person phone = sign_in("idris");
  Listener lost(phone.caller);
  Listener kept(idris.caller);
  shard->add(lost);
  shard->add(kept);
  hub->publish({model::DeviceRevoked{.user = phone.caller.user, .device = phone.caller.device}});
  drain();
  EXPECT_TRUE(lost.has_ended);
  EXPECT_FALSE(kept.has_ended);
  shard->remove(lost);
  shard->remove(kept);
}

TEST_F(HubTest, typing_is_heard_by_others_only) {
  Listener writer(ada.caller);
  Listener reader(idris.caller);
  go_live(writer, 1000);
  go_live(reader, 1000);
  hub->tell(model::TypingChanged{.room = room, .user = ada.caller.user, .typing = true});
  drain();
  EXPECT_TRUE(writer.heard.empty());
  ASSERT_EQ(reader.heard.size(), 1u);
  EXPECT_TRUE(reader.heard[0].typing().typing());
  shard->remove(writer);
  shard->remove(reader);
}

TEST_F(HubTest, news_of_a_person_in_several_common_rooms_is_heard_once) {
  const std::string board = create(ada, v1::ROOM_KIND_PUBLIC, "Board", {&idris});
  take();
  pending.clear();
  Listener reader(idris.caller);
  go_live(reader, 1000);
  shard->subscribe(reader, {*ids.decode_room(board)});
  hub->tell(model::PresenceChanged{.user = ada.caller.user,
                                   .state = model::PresenceState::kAway,
                                   .seen_at = {},
                                   .rooms = {room, *ids.decode_room(board)}});
  drain();
  ASSERT_EQ(reader.heard.size(), 1u);
  EXPECT_EQ(reader.heard[0].presence().state(), v1::PRESENCE_STATE_AWAY);
  shard->remove(reader);
}

}  // namespace
}  // namespace kith::chat

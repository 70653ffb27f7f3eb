#include "chat/room_service.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/chat/rooms_fixture.hpp"

namespace kith::chat {
namespace {

using testing::Person;
using testing::reason_of;

class RoomServiceTest : public testing::RoomsTest {
 protected:
  void SetUp() override {
    RoomsTest::SetUp();
    ada = make_person("ada", "Ada Fenwick");
    idris = make_person("idris", "Idris Vale");
    noor = make_person("noor", "Noor Castellan");
  }

  v1::ListRoomsResponse list_rooms(const Person& person, uint32_t limit = 0, const std::string& cursor = {}) {
    v1::ListRoomsRequest request;
    request.set_limit(limit);
    request.set_cursor(cursor);
    return run(rooms->list_rooms(person.caller, request)).value_or(v1::ListRoomsResponse{});
  }

  Person ada, idris, noor;
};

TEST_F(RoomServiceTest, a_new_room_belongs_to_who_made_it) {
  const auto made = try_create(ada, v1::ROOM_KIND_PRIVATE, "  Board  ");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->room().name(), "Board");
  EXPECT_EQ(made->room().member_count(), 1u);
  EXPECT_EQ(made->membership().role(), v1::ROOM_ROLE_OWNER);
  EXPECT_EQ(reason_of(try_create(ada, v1::ROOM_KIND_PUBLIC, " ")), Reason::kMissingField);
  EXPECT_EQ(reason_of(try_create(ada, v1::ROOM_KIND_UNSPECIFIED, "x")), Reason::kInvalidField);
  EXPECT_EQ(reason_of(try_create(ada, v1::ROOM_KIND_PUBLIC, std::string(limits.name_characters + 1, 'x'))),
            Reason::kTooLong);
  EXPECT_TRUE(try_create(ada, v1::ROOM_KIND_PUBLIC, std::string(limits.name_characters, 'x')));
}

TEST_F(RoomServiceTest, creating_with_the_same_txn_id_makes_one_room) {
  const auto one = try_create(ada, v1::ROOM_KIND_PUBLIC, "Garden", {}, "create-1");
  const auto two = try_create(ada, v1::ROOM_KIND_PUBLIC, "Garden", {}, "create-1");
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->room().id(), two->room().id());
  EXPECT_EQ(list_rooms(ada).rooms_size(), 1);
}

TEST_F(RoomServiceTest, a_pair_has_one_direct_room_whoever_asks_first) {
  const std::string room = direct(ada, idris);
  EXPECT_EQ(direct(idris, ada), room);
  EXPECT_NE(direct(ada, noor), room);
  const std::string notes = direct(ada, ada);
  EXPECT_EQ(direct(ada, ada), notes);
  const auto made = try_create(idris, v1::ROOM_KIND_DIRECT, "", {&ada});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->room().id(), room);
  EXPECT_EQ(made->room().direct_user_ids_size(), 2);
  EXPECT_EQ(reason_of(leave(ada, room)), Reason::kDirectRoom);
}

TEST_F(RoomServiceTest, two_who_open_their_direct_room_at_once_find_the_same) {
  testing::HeldWriter held(*store);
  v1::OpenDirectRoomRequest to_idris;
  to_idris.set_user_id(idris.user.id());
  v1::OpenDirectRoomRequest to_ada;
  to_ada.set_user_id(ada.user.id());
  const auto one = loop.start(rooms->open_direct_room(ada.caller, to_idris));
  const auto two = loop.start(rooms->open_direct_room(idris.caller, to_ada));
  loop.run_until([&] { return store->metrics().write_queue >= 2; });
  held.release();
  loop.run_until([&] { return one->has_value() && two->has_value(); });
  ASSERT_TRUE(one->value() && two->value());
  EXPECT_EQ((*one)->value().entry().room().id(), (*two)->value().entry().room().id());
}

TEST_F(RoomServiceTest, an_invitation_shows_the_room_and_lets_in_only_when_taken) {
  const std::string board = create(ada, v1::ROOM_KIND_PRIVATE, "Board", {&idris});
  EXPECT_EQ(entry(idris, board).membership().state(), v1::MEMBERSHIP_STATE_INVITED);
  EXPECT_EQ(entry(idris, board).membership().invited_by(), ada.user.id());
  EXPECT_EQ(reason_of(list(idris, board)), Reason::kNotMember);
  ASSERT_TRUE(join(idris, board));
  EXPECT_TRUE(list(idris, board));
  EXPECT_EQ(entry(ada, board).room().member_count(), 2u);
  EXPECT_EQ(reason_of(join(noor, board)), Reason::kRoomNotFound);
  EXPECT_EQ(reason_of(invite(ada, board, idris)), Reason::kAlreadyMember);
}

TEST_F(RoomServiceTest, leaving_and_removal_end_reading_at_once) {
  const std::string garden = create(ada, v1::ROOM_KIND_PUBLIC, "Garden", {&idris, &noor});
  ASSERT_TRUE(remove(ada, garden, idris));
  EXPECT_EQ(reason_of(list(idris, garden)), Reason::kNotMember);
  ASSERT_TRUE(leave(noor, garden));
  EXPECT_EQ(entry(ada, garden).room().member_count(), 1u);
  EXPECT_EQ(list_rooms(noor).rooms_size(), 0);
}

TEST_F(RoomServiceTest, a_room_with_others_keeps_an_owner) {
  const std::string garden = create(ada, v1::ROOM_KIND_PUBLIC, "Garden", {&idris});
  EXPECT_EQ(reason_of(leave(ada, garden)), Reason::kLastOwner);
  EXPECT_EQ(reason_of(set_role(ada, garden, ada, v1::ROOM_ROLE_MEMBER)), Reason::kLastOwner);
  ASSERT_TRUE(set_role(ada, garden, idris, v1::ROOM_ROLE_OWNER));
  EXPECT_TRUE(leave(ada, garden));
  EXPECT_TRUE(leave(idris, garden)) << "the last one may always go";
}

TEST_F(RoomServiceTest, nobody_acts_on_those_above_them_or_gives_what_they_have_not) {
  const std::string garden = create(ada, v1::ROOM_KIND_PUBLIC, "Garden", {&idris, &noor});
  ASSERT_TRUE(set_role(ada, garden, idris, v1::ROOM_ROLE_ADMIN));
  EXPECT_EQ(reason_of(remove(idris, garden, ada)), Reason::kNotAllowed);
  EXPECT_EQ(reason_of(set_role(idris, garden, noor, v1::ROOM_ROLE_OWNER)), Reason::kNotAllowed);
  EXPECT_EQ(reason_of(set_role(idris, garden, idris, v1::ROOM_ROLE_OWNER)), Reason::kNotAllowed);
  EXPECT_TRUE(set_role(idris, garden, noor, v1::ROOM_ROLE_GUEST));
  EXPECT_EQ(reason_of(invite(noor, garden, idris)), Reason::kNotAllowed) << "guests do not invite";
  EXPECT_EQ(reason_of(remove(noor, garden, idris)), Reason::kNotAllowed);
}

TEST_F(RoomServiceTest, the_list_is_ordered_by_the_newest_message_and_pages_without_repeats) {
  std::vector<std::string> made;
  for (int i = 0; i < 7; ++i) {
    made.push_back(create(ada, v1::ROOM_KIND_PRIVATE, "Room " + std::to_string(i)));
    clock.advance(std::chrono::seconds(1));
    send(ada, made.back(), "hello");
  }
  clock.advance(std::chrono::seconds(1));
  send(ada, made[2], "newest");
  std::vector<std::string> seen;
  std::string cursor;
  do {
    const auto page = list_rooms(ada, 3, cursor);
    for (const auto& row : page.rooms()) seen.push_back(row.room().id());
    cursor = page.next_cursor();
  } while (!cursor.empty());
  EXPECT_EQ(seen, (std::vector<std::string>{made[2], made[6], made[5], made[4], made[3], made[1], made[0]}));
  EXPECT_EQ(list_rooms(ada, 1).rooms(0).last_message().content().text(), "newest");
}

TEST_F(RoomServiceTest, the_directory_shows_public_rooms_by_any_word_with_accents_folded) {
  create(ada, v1::ROOM_KIND_PUBLIC, "Winter market");
  create(ada, v1::ROOM_KIND_PUBLIC, "Café Zürich");
  create(ada, v1::ROOM_KIND_PRIVATE, "Winter secrets");
  const auto find = [&](const std::string& query) {
    v1::ListPublicRoomsRequest request;
    request.set_query(query);
    std::vector<std::string> names;
    const auto page = run(rooms->list_public_rooms(noor.caller, request));
    for (const auto& row : page->rooms()) names.push_back(row.room().name());
    return names;
  };
  EXPECT_EQ(find(""), (std::vector<std::string>{"Café Zürich", "Winter market"}));
  EXPECT_EQ(find("MARK"), (std::vector<std::string>{"Winter market"}));
  EXPECT_EQ(find("zur"), (std::vector<std::string>{"Café Zürich"}));
  EXPECT_EQ(find("arket"), std::vector<std::string>{});
}

TEST_F(RoomServiceTest, renaming_is_an_event_everybody_sees) {
  const std::string garden = create(ada, v1::ROOM_KIND_PUBLIC, "Garden", {&idris});
  v1::UpdateRoomRequest request;
  request.set_room_id(garden);
  request.set_name("Allotment");
  const auto updated = run(rooms->update_room(ada.caller, request));
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->room().name(), "Allotment");
  const auto page = list(idris, garden);
  EXPECT_EQ(page->messages(page->messages_size() - 1).room_change().name(), "Allotment");
  EXPECT_EQ(reason_of(run(rooms->update_room(idris.caller, request))), Reason::kNotAllowed);
}

TEST_F(RoomServiceTest, history_since_join_hides_what_came_before) {
  v1::CreateRoomRequest request;
  request.set_kind(v1::ROOM_KIND_PUBLIC);
  request.set_name("Quiet");
  request.set_history(v1::HISTORY_VISIBILITY_SINCE_JOIN);
  const std::string quiet = run(rooms->create_room(ada.caller, request))->room().id();
  const Seq secret = send(ada, quiet, "before");
  ASSERT_TRUE(join(idris, quiet));
  send(ada, quiet, "after");
  const auto page = list(idris, quiet);
  ASSERT_TRUE(page);
  EXPECT_GT(page->messages(0).seq(), secret);
  EXPECT_FALSE(page->has_older());
  auto reply = message_of(quiet, "?");
  reply.set_reply_to_seq(secret);
  EXPECT_EQ(reason_of(try_send(idris, reply)), Reason::kMessageNotFound);
}

TEST_F(RoomServiceTest, read_positions_are_told_in_small_rooms_only) {
  limits.read_positions_members = 2;
  const std::string room = create(ada, v1::ROOM_KIND_PUBLIC, "Garden", {&idris});
  const Seq seq = send(ada, room, "hello");
  ASSERT_TRUE(mark_read(idris, room, seq));
  const auto highest_position = [&] {
    v1::ListMembersRequest request;
    request.set_room_id(room);
    const auto page = run(rooms->list_members(ada.caller, request)).value_or(v1::ListMembersResponse{});
    uint64_t highest = 0;
    for (const v1::Member& member : page.members()) highest = std::max<uint64_t>(highest, member.read_seq());
    return highest;
  };
  EXPECT_EQ(highest_position(), seq);
  ASSERT_TRUE(join(noor, room));
  EXPECT_EQ(highest_position(), 0u);
}

TEST_F(RoomServiceTest, a_user_can_be_in_so_many_rooms_and_no_more) {
  limits.rooms_per_user = 2;
  create(ada, v1::ROOM_KIND_PRIVATE, "1", {&idris});
  create(ada, v1::ROOM_KIND_PRIVATE, "2", {&idris});
  EXPECT_EQ(reason_of(try_create(noor, v1::ROOM_KIND_PRIVATE, "3", {&idris})), Reason::kTooMany);
}

}  // namespace
}  // namespace kith::chat

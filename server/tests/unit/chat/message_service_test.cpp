#include "chat/message_service.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "chat/message_content.hpp"
#include "unit/chat/rooms_fixture.hpp"

namespace kith::chat {
namespace {

using testing::field_of;
using testing::Person;
using testing::reason_of;

class MessageServiceTest : public testing::RoomsTest {
 protected:
  void SetUp() override {
    RoomsTest::SetUp();
    ada = make_person("ada");
    idris = make_person("idris");
    noor = make_person("noor");
    garden = create(ada, v1::ROOM_KIND_PUBLIC, "Garden");
    ASSERT_TRUE(join(idris, garden).has_value());
  }

  std::vector<std::string> texts(const v1::ListMessagesResponse& page) {
    std::vector<std::string> out;
    for (const auto& message : page.messages()) {
      if (message.has_content()) out.push_back(message.content().text());
    }
    return out;
  }

  Person ada, idris, noor;
  std::string garden;
};

TEST_F(MessageServiceTest, a_send_is_answered_with_its_place_and_what_was_stored) {
  const auto first = try_send(ada, message_of(garden, "The tulips are out"));
  ASSERT_TRUE(first.has_value()) << first.error().message;
  const v1::Message& message = first->message();
  EXPECT_EQ(message.room_id(), garden);
  EXPECT_EQ(message.sender_id(), ada.user.id());
  EXPECT_EQ(message.content().text(), "The tulips are out");
  EXPECT_EQ(message.txn_tag(), fnv1a("t1"));
  EXPECT_EQ(send(idris, garden, "They are"), message.seq() + 1);
}

TEST_F(MessageServiceTest, the_same_txn_id_gives_the_first_answer_even_after_a_restart) {
  const auto request = message_of(garden, "once");
  const auto first = try_send(ada, request);
  const auto again = try_send(ada, request);
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->message().seq(), again->message().seq());
  reopen_all();
  const auto after_restart = try_send(ada, request);
  ASSERT_TRUE(after_restart) << after_restart.error().message;
  EXPECT_EQ(first->message().seq(), after_restart->message().seq());
  EXPECT_EQ(texts(*list(ada, garden)), std::vector<std::string>{"once"});
}

TEST_F(MessageServiceTest, two_devices_may_use_the_same_txn_id) {
  const Person phone = sign_in("ada");
  auto request = message_of(garden, "from the desk");
  ASSERT_TRUE(try_send(ada, request));
  request.mutable_content()->set_text("from the phone");
  ASSERT_TRUE(try_send(phone, request));
  EXPECT_EQ(texts(*list(ada, garden)).size(), 2u);
}

TEST_F(MessageServiceTest, a_txn_id_of_one_room_is_refused_in_another) {
  const std::string board = create(ada, v1::ROOM_KIND_PRIVATE, "Board");
  auto request = message_of(garden, "here");
  ASSERT_TRUE(try_send(ada, request));
  request.set_room_id(board);
  EXPECT_EQ(reason_of(try_send(ada, request)), Reason::kTxnReused);
}

TEST_F(MessageServiceTest, refuses_what_is_no_message) {
  EXPECT_EQ(reason_of(try_send(ada, message_of(garden, ""))), Reason::kMissingField);
  EXPECT_EQ(reason_of(try_send(ada, message_of(garden, " \n\t"))), Reason::kMissingField);
  EXPECT_EQ(reason_of(try_send(ada, message_of(garden, "\xff"))), Reason::kInvalidUtf8);
  EXPECT_EQ(reason_of(try_send(ada, message_of("nonsense", "x"))), Reason::kRoomNotFound);
  auto without_txn = message_of(garden, "x");
  without_txn.clear_txn_id();
  EXPECT_EQ(reason_of(try_send(ada, without_txn)), Reason::kMissingField);
  auto without_content = message_of(garden, "x");
  without_content.clear_content();
  EXPECT_EQ(reason_of(try_send(ada, without_content)), Reason::kMissingField);
}

TEST_F(MessageServiceTest, limits_end_exactly_where_they_say) {
  EXPECT_TRUE(try_send(ada, message_of(garden, std::string(limits.message_bytes, 'x'))));
  EXPECT_EQ(reason_of(try_send(ada, message_of(garden, std::string(limits.message_bytes + 1, 'x')))), Reason::kTooLong);
  auto request = message_of(garden, "x");
  request.set_txn_id(std::string(limits.txn_id_bytes, 'a'));
  EXPECT_TRUE(try_send(ada, request));
  request.set_txn_id(std::string(limits.txn_id_bytes + 1, 'a'));
  EXPECT_EQ(reason_of(try_send(ada, request)), Reason::kTooLong);
}

TEST_F(MessageServiceTest, control_characters_do_not_survive) {
  const auto sent = try_send(ada, message_of(garden,
                                             "a\x01\x1f"
                                             "b\r\nc\rd \n"));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->message().content().text(), "ab\nc\nd");
}

TEST_F(MessageServiceTest, only_members_write_and_read) {
  EXPECT_EQ(reason_of(try_send(noor, message_of(garden, "hello"))), Reason::kNotMember);
  EXPECT_EQ(reason_of(list(noor, garden)), Reason::kNotMember);
  const std::string board = create(ada, v1::ROOM_KIND_PRIVATE, "Board");
  EXPECT_EQ(reason_of(try_send(noor, message_of(board, "hello"))), Reason::kRoomNotFound)
      << "a private room does not show that it exists";
}

TEST_F(MessageServiceTest, a_reply_names_a_message_of_the_room) {
  const Seq question = send(ada, garden, "Who waters?");
  auto reply = message_of(garden, "I do");
  reply.set_reply_to_seq(question);
  const auto sent = try_send(idris, reply);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->message().reply_to_seq(), question);
  auto lost = message_of(garden, "?");
  lost.set_reply_to_seq(9999);
  EXPECT_EQ(reason_of(try_send(idris, lost)), Reason::kMessageNotFound);
}

TEST_F(MessageServiceTest, pages_go_both_ways_and_around_without_gaps) {
  for (int i = 0; i < 30; ++i) send(ada, garden, "m" + std::to_string(i));
  const auto newest = list(idris, garden, 10);
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->messages_size(), 10);
  EXPECT_EQ(newest->messages(9).content().text(), "m29");
  EXPECT_TRUE(newest->has_older());
  EXPECT_FALSE(newest->has_newer());
  const auto older = list(idris, garden, 10, newest->from_seq());
  ASSERT_TRUE(older);
  EXPECT_EQ(older->to_seq() + 1, newest->from_seq());
  EXPECT_EQ(older->messages(9).content().text(), "m19");
  const auto newer = list(idris, garden, 10, 0, older->to_seq());
  ASSERT_TRUE(newer);
  EXPECT_EQ(texts(*newer), texts(*newest));
  const Seq middle = older->messages(5).seq();
  const auto around = list(idris, garden, 10, 0, 0, middle);
  ASSERT_TRUE(around);
  EXPECT_EQ(around->messages_size(), 10);
  EXPECT_TRUE(around->has_older() && around->has_newer());
  const auto oldest = list(idris, garden, 100, 5);
  ASSERT_TRUE(oldest);
  EXPECT_FALSE(oldest->has_older());
  EXPECT_EQ(oldest->from_seq(), 1u);
  EXPECT_EQ(reason_of(list(idris, garden, 10, 5, 5)), Reason::kInvalidField);
}

TEST_F(MessageServiceTest, an_edit_changes_the_text_everywhere_and_only_its_author_may) {
  const Seq seq = send(ada, garden, "teh gate");
  const auto edited = edit(ada, garden, seq, "the gate");
  ASSERT_TRUE(edited) << edited.error().message;
  EXPECT_EQ(edited->message().revision(), 1u);
  EXPECT_TRUE(edited->message().has_edited_at());
  EXPECT_EQ(texts(*list(idris, garden)), std::vector<std::string>{"the gate"});
  EXPECT_EQ(reason_of(edit(idris, garden, seq, "mine")), Reason::kNotAllowed);
  EXPECT_EQ(reason_of(edit(ada, garden, 1, "x")), Reason::kNotEditable) << "the room's first event is not a text";
  EXPECT_EQ(reason_of(edit(ada, garden, 9999, "x")), Reason::kMessageNotFound);
}

TEST_F(MessageServiceTest, a_deleted_message_keeps_its_place_and_loses_its_content) {
  const Seq seq = send(idris, garden, "oops");
  EXPECT_EQ(reason_of(erase(noor, garden, seq)), Reason::kNotMember);
  ASSERT_TRUE(erase(idris, garden, seq));
  EXPECT_TRUE(erase(idris, garden, seq)) << "deleting twice is deleting once";
  const auto page = list(ada, garden);
  ASSERT_TRUE(page);
  const v1::Message& message = page->messages(page->messages_size() - 1);
  EXPECT_EQ(message.seq(), seq);
  EXPECT_TRUE(message.deleted());
  EXPECT_FALSE(message.has_content());
  EXPECT_EQ(reason_of(edit(idris, garden, seq, "again")), Reason::kMessageNotFound);
}

TEST_F(MessageServiceTest, owners_delete_others_messages_and_members_do_not) {
  const Seq by_idris = send(idris, garden, "one");
  const Seq by_ada = send(ada, garden, "two");
  EXPECT_EQ(reason_of(erase(idris, garden, by_ada)), Reason::kNotAllowed);
  EXPECT_TRUE(erase(ada, garden, by_idris));
}

TEST_F(MessageServiceTest, unread_counts_follow_from_positions) {
  EXPECT_EQ(entry(idris, garden).membership().unread_count(), 0u) << "a new member begins at the end";
  const Seq one = send(ada, garden, "one");
  const Seq two = send(ada, garden, "two");
  send(ada, garden, "three @idris");
  EXPECT_EQ(entry(idris, garden).membership().unread_count(), 3u);
  EXPECT_EQ(entry(idris, garden).membership().mention_count(), 1u);
  EXPECT_EQ(entry(ada, garden).membership().unread_count(), 0u) << "one's own messages never count";
  const auto marked = mark_read(idris, garden, one);
  ASSERT_TRUE(marked);
  EXPECT_EQ(marked->membership().unread_count(), 2u);
  ASSERT_TRUE(erase(ada, garden, two));
  EXPECT_EQ(entry(idris, garden).membership().unread_count(), 1u) << "a deleted message is not unread";
  EXPECT_EQ(mark_read(idris, garden, 1)->membership().unread_count(), 1u) << "a smaller position is ignored";
  EXPECT_EQ(mark_read(idris, garden, one - 1, true)->membership().unread_count(), 2u) << "mark as unread";
  EXPECT_EQ(mark_read(idris, garden, 1 << 20)->membership().unread_count(), 0u) << "beyond the end is the end";
}

TEST_F(MessageServiceTest, writing_reads_and_restarting_changes_no_count) {
  send(ada, garden, "one");
  send(idris, garden, "two");
  send(ada, garden, "three");
  EXPECT_EQ(entry(idris, garden).membership().unread_count(), 1u);
  reopen_all();
  EXPECT_EQ(entry(idris, garden).membership().unread_count(), 1u);
  EXPECT_EQ(entry(ada, garden).membership().unread_count(), 0u);
}

TEST_F(MessageServiceTest, mentions_are_found_in_text_but_not_in_code_or_words) {
  bool all = false;
  EXPECT_EQ(find_mentions("Hi @Ada, @idris. and a@b.c `@noor` @@x @all", 50, all),
            (std::vector<std::string>{"ada", "idris"}));
  EXPECT_TRUE(all);
  const auto sent = try_send(ada, message_of(garden, "@idris and @noor"));
  ASSERT_TRUE(sent);
  ASSERT_EQ(sent->message().content().mentioned_user_ids_size(), 1) << "noor is not in the room";
  EXPECT_EQ(sent->message().content().mentioned_user_ids(0), idris.user.id());
}

TEST_F(MessageServiceTest, names_beyond_the_mentions_of_a_message_are_only_text) {
  limits.mentions_per_message = 2;
  const auto last = try_send(ada, message_of(garden, "@one @idris"));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->message().content().mentioned_user_ids_size(), 1);
  const auto beyond = try_send(ada, message_of(garden, "@one @two @idris"));
  ASSERT_TRUE(beyond);
  EXPECT_EQ(beyond->message().content().mentioned_user_ids_size(), 0);
  EXPECT_EQ(beyond->message().content().text(), "@one @two @idris");
}

TEST_F(MessageServiceTest, an_edit_that_adds_a_mention_counts_where_the_message_stands) {
  const Seq seq = send(ada, garden, "who?");
  EXPECT_EQ(entry(idris, garden).membership().mention_count(), 0u);
  ASSERT_TRUE(edit(ada, garden, seq, "@idris?"));
  EXPECT_EQ(entry(idris, garden).membership().mention_count(), 1u);
  ASSERT_TRUE(edit(ada, garden, seq, "nobody"));
  EXPECT_EQ(entry(idris, garden).membership().mention_count(), 0u);
}

TEST_F(MessageServiceTest, a_message_sent_in_the_group_of_its_authors_removal_is_refused) {
  testing::HeldWriter held(*store);
  v1::RemoveMemberRequest removal;
  removal.set_room_id(garden);
  removal.set_user_id(idris.user.id());
  const auto removed = loop.start(rooms->remove_member(ada.caller, removal));
  const auto late = loop.start(messages->send_message(idris.caller, message_of(garden, "wait!")));
  loop.run_until([&] { return store->metrics().write_queue >= 2; });
  held.release();
  loop.run_until([&] { return removed->has_value() && late->has_value(); });
  EXPECT_TRUE((*removed)->has_value());
  EXPECT_EQ(reason_of(**late), Reason::kNotMember);
}

TEST_F(MessageServiceTest, typing_is_told_and_not_stored) {
  v1::SetTypingRequest request;
  request.set_room_id(garden);
  request.set_typing(true);
  ASSERT_TRUE(run(messages->set_typing(idris.caller, request)));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(std::get<model::TypingChanged>(told[0]).user, idris.caller.user);
  EXPECT_EQ(reason_of(run(messages->set_typing(noor.caller, request))), Reason::kNotMember);
}

}  // namespace
}  // namespace kith::chat

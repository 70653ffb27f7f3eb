#include "chat/search_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/chat/search_bed.hpp"

namespace kith::chat {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class SearchServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    alice = bed.add_user("alice");
    bob = bed.add_user("bob");
    room = bed.add_room("office", {alice, bob});
  }
  kith::v1::SearchMessagesRequest request(const std::string& query) {
    kith::v1::SearchMessagesRequest out;
    out.set_query(query);
    return out;
  }

  SearchBed bed;
  UserId alice;
  UserId bob;
  RoomId room;
};

// ---- Scripts

struct ScriptCase {
  const char* name;
  const char* text;
  std::vector<const char*> found_by;
  std::vector<const char*> not_found_by;
};

class SearchScripts : public SearchServiceTest, public ::testing::WithParamInterface<ScriptCase> {};

TEST_P(SearchScripts, finds_what_is_there_and_nothing_else) {
  const ScriptCase& script = GetParam();
  bed.post(room, bob, script.text);
  bed.follow();
  for (const char* query : script.found_by) {
    EXPECT_THAT(bed.texts(alice, query), ElementsAre(script.text)) << query;
    EXPECT_THAT(bed.texts(alice, std::string("-") + query + " from:bob"), IsEmpty()) << query;
  }
  for (const char* query : script.not_found_by) EXPECT_THAT(bed.texts(alice, query), IsEmpty()) << query;
}

INSTANTIATE_TEST_SUITE_P(
    All, SearchScripts,
    ::testing::Values(
        ScriptCase{"latin",
                   "The Quick brown fox: naïve café crème",
                   {"quick", "QUI", "cafe", "CAFÉ", "cafe\u0301", "naive", "\"brown fox\"", "the fox", "c"},
                   {"uick", "\"fox brown\"", "\"the qui\"", "foxes"}},
        ScriptCase{"german",
                   "Größe und Straße: Überraschung, Füße",
                   {"große", "GRÖSSE", "strasse", "straße", "uberr", "füsse", "\"und straße\""},
                   {"trasse", "ueber"}},
        ScriptCase{"vietnamese", "Tiếng Việt rất đẹp", {"tieng", "việt", "viet", "rat"}, {"iet"}},
        ScriptCase{"turkish", "İstanbul'da ÇAĞRI", {"istanbul", "cagri", "çağ"}, {"stanbul"}},
        ScriptCase{
            "greek", "Καλημέρα κόσμε, ο Οδυσσεύς", {"καλημερα", "ΚΑΛΗ", "κόσμε", "οδυσσευς", "ΟΔΥΣΣΕΎΣ"}, {"λημερα"}},
        ScriptCase{
            "cyrillic", "Привет, мир! Ёлка и йод", {"привет", "ПРИВ", "елка", "ёлка", "\"привет мир\""}, {"ривет"}},
        ScriptCase{"arabic",
                   "السَّلَامُ عليكم يا أحمد في الكتـاب",
                   {"السلام", "احمد", "أحمد", "عليكم", "الكت", "الكتاب"},
                   {"سلام"}},
        ScriptCase{"hebrew", "שָׁלוֹם עולם", {"שלום", "של", "עולם"}, {"לום"}},
        ScriptCase{"hindi", "नमस्ते दुनिया, हिन्दी में", {"नमस्ते", "नम", "हिन्दी", "\"हिन्दी में\""}, {"मस्ते"}},
        ScriptCase{"tamil", "வணக்கம் தமிழ்", {"வணக்கம்", "வண", "தமிழ்"}, {"ணக்கம்"}},
        ScriptCase{"thai", "สวัสดีครับ ฉันรักภาษาไทย", {"สวัสดี", "รักภาษา", "ไทย", "ครับ"}, {"ไทยครับ", "รักไทย"}},
        ScriptCase{"lao", "ສະບາຍດີຂ້ອຍຮັກພາສາລາວ", {"ສະບາຍ", "ຮັກ", "ພາສາ", "ລາວ"}, {"ລາວພາ"}},
        ScriptCase{"khmer", "សួស្តីខ្ញុំស្រឡាញ់ភាសាខ្មែរ", {"សួស្តី", "ភាសា", "ខ្មែរ"}, {"ខ្មែរភាសា"}},
        ScriptCase{"burmese", "မင်္ဂလာပါမြန်မာဘာသာ", {"မင်္ဂလာ", "မြန်မာ", "ဘာသာ"}, {"ဘာသာမြန်"}},
        ScriptCase{"tibetan", "བཀྲ་ཤིས་བདེ་ལེགས", {"བཀྲ", "ཤིས", "བཀྲ་ཤིས", "ལེགས"}, {"ཤིས་བཀྲ"}},
        ScriptCase{"chinese",
                   "我们明天去北京天安门广场看升旗",
                   {"北京", "天安门", "明天去", "广场看升旗", "门", "京天安", "我"},
                   {"北安", "天北京", "上海"}},
        ScriptCase{"japanese",
                   "東京タワーへ行きましょう。ﾊﾟｰﾃｨｰ",
                   {"東京", "タワー", "きまし", "パーティー", "ﾊﾟｰﾃｨ", "京タワ"},
                   {"京東", "ワタ"}},
        ScriptCase{"korean",
                   "안녕하세요 세계, 한국어 검색을",
                   {"안녕", "안녕하세요", "한국어", "검색", "\"안녕하세요 세계\""},
                   {"녕하", "색을"}},
        ScriptCase{"emoji",
                   "great 👍🏽 party 🎉🎉 family 👨‍👩‍👧 flag 🇩🇪 heart ❤️",
                   {"👍", "👍🏿", "🎉", "👨‍👩‍👧", "👩", "🇩🇪", "❤", "❤️", "\"party 🎉\"", "🎉🎉"},
                   {"👎", "🇫🇷", "🎉🎉🎉", "👧👨"}},
        ScriptCase{"mixed",
                   "用iPhone15拍照ok吗 v2.0",
                   {"iphone15", "拍照", "用", "v2", "\"iphone15拍照ok\""},
                   {"phone", "照吗"}}),
    [](const auto& test) { return test.param.name; });

/// Every run of two to five characters of a text without spaces is found, and no other of its characters.
TEST_F(SearchServiceTest, any_run_of_two_or_more_characters_is_found) {
  const std::u32string text = U"天地玄黄宇宙洪荒日月盈昃辰宿列张";
  const auto utf8 = [](std::u32string_view part) {
    std::string out;
    for (char32_t c : part) {
      out += static_cast<char>(0xE0 | c >> 12);
      out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
      out += static_cast<char>(0x80 | (c & 0x3F));
    }
    return out;
  };
  bed.post(room, bob, utf8(text));
  bed.follow();
  for (size_t length = 1; length <= 5; ++length) {
    for (size_t at = 0; at + length <= text.size(); ++at) {
      const auto part = utf8(std::u32string_view(text).substr(at, length));
      const auto answer = bed.search(alice, part);
      ASSERT_TRUE(answer.has_value());
      ASSERT_EQ(answer->results_size(), 1) << part;
      ASSERT_EQ(answer->results(0).hits_size(), 1);
      EXPECT_EQ(answer->results(0).hits(0).start(), at);
      EXPECT_EQ(answer->results(0).hits(0).end(), at + length);
    }
  }
  EXPECT_THAT(bed.texts(alice, "天玄"), IsEmpty());
  EXPECT_THAT(bed.texts(alice, "地天"), IsEmpty());
}

// ---- Queries

TEST_F(SearchServiceTest, newest_first_with_the_message_and_its_hits) {
  bed.post(room, bob, "first report");
  const Seq seq = bed.post(room, alice, "second Report, reported");
  bed.follow();
  const auto answer = bed.search(bob, "report");
  ASSERT_TRUE(answer.has_value());
  ASSERT_EQ(answer->results_size(), 2);
  EXPECT_EQ(answer->results(0).message().seq(), seq);
  EXPECT_EQ(answer->results(0).message().room_id(), bed.ids.encode(room));
  ASSERT_EQ(answer->results(0).hits_size(), 2);
  EXPECT_EQ(answer->results(0).hits(1).start(), 15U);
  EXPECT_EQ(answer->results(0).hits(1).end(), 23U);
  EXPECT_EQ(answer->next_cursor(), "");
}

TEST_F(SearchServiceTest, filters_narrow) {
  const RoomId other = bed.add_room("new office", {alice});
  bed.post(room, alice, "plan one");
  bed.post(room, bob, "plan two https://kith.example");
  bed.clock.advance(std::chrono::hours(48));  // 2023-11-16 22:13 UTC
  bed.post(other, alice, "plan three");
  bed.follow();
  EXPECT_THAT(bed.texts(alice, "plan from:bob"), ElementsAre("plan two https://kith.example"));
  EXPECT_THAT(bed.texts(alice, "plan from:@BOB"), ElementsAre("plan two https://kith.example"));
  EXPECT_THAT(bed.texts(alice, "plan from:me"), ElementsAre("plan three", "plan one"));
  EXPECT_THAT(bed.texts(alice, "plan from:nobody"), IsEmpty());
  EXPECT_THAT(bed.texts(alice, "plan in:office from:me"), ElementsAre("plan one"));
  EXPECT_THAT(bed.texts(alice, "plan in:\"New Off\""), ElementsAre("plan three"));
  EXPECT_THAT(bed.texts(alice, "plan in:nowhere"), IsEmpty());
  EXPECT_THAT(bed.texts(alice, "plan has:link"), ElementsAre("plan two https://kith.example"));
  EXPECT_THAT(bed.texts(alice, "plan after:2023-11-16"), ElementsAre("plan three"));
  EXPECT_THAT(bed.texts(alice, "plan before:2023-11-16 from:me"), ElementsAre("plan one"));
  EXPECT_THAT(bed.texts(alice, "from:bob"), ElementsAre("plan two https://kith.example"));
  EXPECT_THAT(bed.texts(alice, "from:me -plan"), IsEmpty());

  auto by_fields = request("plan");
  by_fields.add_room_ids(bed.ids.encode(other));
  by_fields.add_from_user_ids(bed.ids.encode(alice));
  by_fields.mutable_after()->set_seconds(bed.clock.wall().value / 1000 - 10);
  by_fields.mutable_before()->set_seconds(bed.clock.wall().value / 1000 + 10);
  EXPECT_EQ(bed.search(alice, by_fields)->results_size(), 1);
  by_fields.set_has_link(true);
  EXPECT_EQ(bed.search(alice, by_fields)->results_size(), 0);
}

TEST_F(SearchServiceTest, one_letter_is_a_beginning_too) {
  bed.post(room, bob, "alpha beta");
  bed.post(room, bob, "gamma");
  bed.follow();
  EXPECT_THAT(bed.texts(alice, "b"), ElementsAre("alpha beta"));
  EXPECT_THAT(bed.texts(alice, "alp b"), ElementsAre("alpha beta"));
  EXPECT_THAT(bed.texts(alice, "\"b\""), IsEmpty());
}

TEST_F(SearchServiceTest, rare_words_among_common_beginnings_are_found_without_reading_all) {
  bed.post(room, bob, "conqueror of all");
  for (int i = 0; i < 300; ++i) bed.post(room, bob, i % 100 == 0 ? "conquest" : "conference");
  bed.follow();
  bed.reads = 0;
  EXPECT_THAT(bed.texts(alice, "conq"), ElementsAre("conquest", "conquest", "conquest", "conqueror of all"));
  EXPECT_LT(bed.reads, 80U);
  bed.reads = 0;
  EXPECT_THAT(bed.texts(alice, "confe").size(), 20U);
  EXPECT_LT(bed.reads, 25U);
}

TEST_F(SearchServiceTest, forged_control_characters_find_no_other_room) {
  const RoomId secret = bed.add_room("secret", {bob});
  bed.post(secret, bob, "hidden plan \x01r1");
  bed.post(room, bob, "plan \x01r" + std::to_string(secret.value) + " end");
  bed.follow();
  EXPECT_THAT(bed.texts(alice, "plan \x01r" + std::to_string(secret.value)).size(), 1U);
  EXPECT_THAT(bed.texts(alice, "hidden"), IsEmpty());
  EXPECT_THAT(bed.texts(alice, "hidden\" OR \"plan"), IsEmpty());
}

TEST_F(SearchServiceTest, encrypted_messages_are_not_indexed) {
  kith::v1::MessageContent content;
  content.mutable_encrypted()->set_ciphertext("hidden words");
  bed.post_bytes(room, bob, content.SerializeAsString(), model::kCountable | model::kEncrypted);
  bed.post_bytes(room, bob, "no protobuf \xFF\xFF hidden words");
  bed.follow();
  EXPECT_THAT(bed.texts(alice, "hidden"), IsEmpty());
  EXPECT_EQ(bed.search(alice, "from:bob")->results_size(), 0);
}

// ---- Pages

TEST_F(SearchServiceTest, pages_are_stable_while_messages_arrive) {
  for (int i = 0; i < 50; ++i) bed.post(room, bob, "item " + std::to_string(i));
  bed.follow();
  auto page = request("item");
  page.set_limit(7);
  std::vector<std::string> found;
  for (int pages = 0; pages < 20; ++pages) {
    const auto answer = bed.search(alice, page);
    ASSERT_TRUE(answer.has_value());
    for (const auto& result : answer->results()) found.push_back(result.message().content().text());
    bed.post(room, bob, "item late");
    bed.follow();
    if (answer->next_cursor().empty()) break;
    page.set_cursor(answer->next_cursor());
  }
  ASSERT_EQ(found.size(), 50U);
  for (size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], "item " + std::to_string(49 - i));
}

TEST_F(SearchServiceTest, a_page_has_the_size_asked_for_up_to_the_limit) {
  for (size_t i = 0; i <= bed.limits.page_size; ++i) bed.post(room, bob, "item");
  bed.follow();
  EXPECT_EQ(bed.search(alice, "item")->results_size(), 20);
  auto page = request("item");
  page.set_limit(static_cast<uint32_t>(bed.limits.page_size + 1));
  const auto answer = bed.search(alice, page);
  EXPECT_EQ(static_cast<size_t>(answer->results_size()), bed.limits.page_size);
  EXPECT_NE(answer->next_cursor(), "");
}

TEST_F(SearchServiceTest, candidates_of_one_request_are_limited) {
  bed.limits.search_candidates = 10;
  bed.post(room, bob, "red car blue");
  const RoomId other = bed.add_room("other", {alice, bob});
  for (int i = 0; i < 25; ++i)
    bed.post(i % 2 == 0 ? room : other, bob, "blue red car");  // no neighbours: one read each
  bed.follow();
  auto page = request("\"car blue\"");
  std::vector<size_t> reads;
  for (int pages = 0; pages < 10; ++pages) {
    bed.reads = 0;
    const auto answer = bed.search(alice, page);
    ASSERT_TRUE(answer.has_value());
    reads.push_back(bed.reads);
    if (answer->next_cursor().empty()) {
      EXPECT_EQ(answer->results_size(), 1);
      break;
    }
    EXPECT_EQ(answer->results_size(), 0);
    page.set_cursor(answer->next_cursor());
  }
  EXPECT_THAT(reads, ElementsAre(10, 10, 6));
}

TEST_F(SearchServiceTest, time_of_one_request_is_limited) {
  const RoomId other = bed.add_room("other", {alice, bob});
  for (int i = 0; i < 30; ++i) bed.post(i % 2 == 0 ? room : other, bob, "item");
  bed.follow();
  bed.time_per_read = bed.limits.search_time / 5;
  const auto answer = bed.search(alice, "item");
  EXPECT_EQ(answer->results_size(), 5);
  EXPECT_NE(answer->next_cursor(), "");
  bed.time_per_read = 2 * bed.limits.search_time;
  EXPECT_EQ(bed.search(alice, "item")->results_size(), 1) << "each page moves on";
}

TEST_F(SearchServiceTest, neighbours_are_read_together_and_a_damaged_one_hides_no_other) {
  for (int i = 1; i <= 60; ++i) bed.post(room, bob, "item " + std::to_string(i));
  bed.follow();
  auto page = request("item");
  page.set_limit(60);
  bed.reads = 0;
  EXPECT_EQ(bed.search(alice, page)->results_size(), 60);
  EXPECT_LE(bed.reads, 3U);
  bed.damaged_seq = 30;
  const auto answer = bed.search(alice, page);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->results_size(), 59);
}

TEST_F(SearchServiceTest, forged_cursors_are_refused_or_harmless) {
  bed.post(room, bob, "item");
  bed.follow();
  auto page = request("item");
  for (const std::string& cursor : {std::string("c"), std::string("x"), std::string(14, 'c'), std::string(5000, 'c'),
                                    bed.ids.encode(room), bed.ids.encode_cursor(bed.durable_head() + 1)}) {
    page.set_cursor(cursor);
    const auto answer = bed.search(alice, page);
    ASSERT_FALSE(answer.has_value()) << cursor;
    EXPECT_EQ(answer.error().reason, Reason::kBadCursor);
  }
  page.set_cursor(bed.ids.encode_cursor(bed.durable_head()));
  EXPECT_EQ(bed.search(alice, page)->results_size(), 0) << "everything below, nothing of others";
}

// ---- Permissions

TEST_F(SearchServiceTest, rooms_never_joined_or_left_or_only_invited_to_are_closed) {
  const UserId carol = bed.add_user("carol");
  bed.post(room, bob, "secret plan");
  bed.follow();
  EXPECT_THAT(bed.texts(carol, "plan"), IsEmpty());
  auto named = request("plan");
  named.add_room_ids(bed.ids.encode(room));
  EXPECT_EQ(bed.search(carol, named)->results_size(), 0);
  bed.put_member(room, carol, model::MemberState::kInvited);
  EXPECT_THAT(bed.texts(carol, "plan"), IsEmpty());
  bed.put_member(room, carol);
  EXPECT_THAT(bed.texts(carol, "plan"), ElementsAre("secret plan"));
  bed.put_member(room, carol, model::MemberState::kLeft);
  EXPECT_THAT(bed.texts(carol, "plan"), IsEmpty());
  EXPECT_EQ(bed.search(carol, named)->results_size(), 0);
  EXPECT_THAT(bed.texts(carol, "plan in:office"), IsEmpty());
}

TEST_F(SearchServiceTest, public_rooms_are_searched_by_members_only) {
  const UserId carol = bed.add_user("carol");
  const RoomId open = bed.add_room("open", {alice}, model::RoomKind::kPublic);
  bed.add_room("own", {carol});
  bed.post(open, alice, "public plan");
  bed.follow();
  EXPECT_THAT(bed.texts(carol, "plan"), IsEmpty());
  auto named = request("plan");
  named.add_room_ids(bed.ids.encode(open));
  EXPECT_EQ(bed.search(carol, named)->results_size(), 0);
}

TEST_F(SearchServiceTest, history_before_the_join_stays_closed) {
  const UserId carol = bed.add_user("carol");
  bed.post(room, bob, "old plan");
  const Seq first = bed.post(room, bob, "new plan");
  bed.put_member(room, carol, model::MemberState::kIn, first);
  bed.follow();
  EXPECT_THAT(bed.texts(carol, "plan"), ElementsAre("new plan"));
  EXPECT_THAT(bed.texts(alice, "plan"), ElementsAre("new plan", "old plan"));
}

TEST_F(SearchServiceTest, changes_hold_while_the_index_lags) {
  bed.post(room, bob, "plan alpha");
  bed.post(room, bob, "plan beta");
  bed.post(room, bob, "plan gamma");
  bed.follow();
  bed.erase(room, 1);
  bed.edit(room, 2, "nothing here");
  EXPECT_THAT(bed.texts(alice, "plan"), ElementsAre("plan gamma")) << "the index still has the old words";
  bed.put_member(room, bob, model::MemberState::kLeft);
  EXPECT_THAT(bed.texts(bob, "plan"), IsEmpty());
  bed.follow();
  EXPECT_THAT(bed.texts(alice, "plan"), ElementsAre("plan gamma"));
  EXPECT_THAT(bed.texts(alice, "nothing"), ElementsAre("nothing here"));
}

TEST_F(SearchServiceTest, many_rooms_are_filtered_from_the_hits) {
  const UserId carol = bed.add_user("carol");
  const RoomId foreign = bed.add_room("foreign", {bob});
  std::vector<RoomId> rooms;
  for (size_t i = 0; i < 100; ++i) rooms.push_back(bed.add_room("r" + std::to_string(i), {carol, bob}));
  for (RoomId one : rooms) {
    bed.post(one, bob, "plan");
    bed.post(foreign, bob, "plan foreign");
  }
  bed.follow();
  auto page = request("plan");
  page.set_limit(100);
  const auto answer = bed.search(carol, page);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->results_size(), 100);
  for (const auto& result : answer->results()) EXPECT_EQ(result.message().content().text(), "plan");
}

TEST_F(SearchServiceTest, hits_of_foreign_rooms_count_towards_the_limit) {
  const UserId carol = bed.add_user("carol");
  for (size_t i = 0; i < 65; ++i) bed.add_room("r" + std::to_string(i), {carol});
  for (int i = 0; i < 100; ++i) bed.post(room, bob, "plan");
  bed.follow();
  bed.limits.search_candidates = 2;
  bed.reads = 0;
  const auto answer = bed.search(carol, "plan");
  EXPECT_EQ(answer->results_size(), 0);
  EXPECT_NE(answer->next_cursor(), "");
  EXPECT_EQ(bed.reads, 0U);
}

// ---- Errors

TEST_F(SearchServiceTest, empty_and_wrong_requests_are_refused) {
  bed.follow();
  const auto reason = [&](const kith::v1::SearchMessagesRequest& wrong) {
    const auto answer = bed.search(alice, wrong);
    return answer.has_value() ? Reason::kInternal : answer.error().reason;
  };
  EXPECT_EQ(reason(request("")), Reason::kEmptyQuery);
  EXPECT_EQ(reason(request(" ... \"\" ")), Reason::kEmptyQuery);
  EXPECT_EQ(reason(request("-word")), Reason::kEmptyQuery);
  EXPECT_EQ(reason(request(std::string(bed.limits.query_bytes + 1, 'a'))), Reason::kTooLong);
  auto wrong_room = request("a");
  wrong_room.add_room_ids("nonsense");
  EXPECT_EQ(reason(wrong_room), Reason::kInvalidField);
  auto wrong_user = request("a");
  wrong_user.add_from_user_ids(bed.ids.encode(room));
  EXPECT_EQ(reason(wrong_user), Reason::kInvalidField);
  auto many = request("a");
  for (size_t i = 0; i < bed.limits.page_size; ++i) many.add_room_ids(bed.ids.encode(room));
  EXPECT_TRUE(bed.search(alice, many).has_value());
  many.add_room_ids(bed.ids.encode(room));
  EXPECT_EQ(reason(many), Reason::kTooMany);
}

TEST_F(SearchServiceTest, a_new_index_answers_when_it_is_complete) {
  bed.post(room, bob, "plan");
  const auto answer = bed.search(alice, "plan");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().reason, Reason::kSearchRebuilding);
  bed.follow();
  EXPECT_THAT(bed.texts(alice, "plan"), ElementsAre("plan"));
}

}  // namespace
}  // namespace kith::chat

#include "store/search_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "store/search_text.hpp"

namespace kith::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SearchIndexTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              (std::string("kith_search_index_") + info->name() + "_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    open("1");
  }
  void TearDown() override {
    index_.reset();
    std::filesystem::remove_all(folder_);
  }

  void open(const std::string& version) {
    index_.reset();
    auto opened = SearchIndex::open(path(), version);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    index_ = *std::move(opened);
  }
  [[nodiscard]] std::string path() const { return (folder_ / "search.db").string(); }

  static SearchDocument document(Pos pos, std::string text, int64_t room = 1, int64_t sender = 1) {
    return {.pos = pos,
            .room = RoomId{room},
            .seq = static_cast<Seq>(pos),
            .at = UnixMillis{pos * 1000},
            .sender = UserId{sender},
            .content = {.text = std::move(text)}};
  }
  void add(const std::vector<SearchDocument>& documents) {
    ASSERT_TRUE(index_->add(documents, documents.back().pos, SearchIndex::Durability::kLater).has_value());
    ASSERT_TRUE(index_->set_complete().has_value());
  }
  void change(const SearchDocument& old, std::optional<std::string> now) {
    SearchChange change{.old = old, .revision = old.revision + 1};
    if (now) change.now = SearchableText{.text = *now};
    ASSERT_TRUE(index_->change({&change, 1}).has_value());
  }
  void merge() {
    for (int step = 0; step < 1000; ++step) {
      const auto more = index_->merge_step();
      ASSERT_TRUE(more.has_value()) << more.error().message;
      if (!*more) return;
    }
    FAIL() << "merging does not end";
  }
  std::vector<Pos> find(const SearchFilter& filter, SearchRange range = {.low = 0, .high = INT64_MAX}) {
    std::vector<Pos> found;
    auto reader = index_->reader();
    if (!reader) {
      ADD_FAILURE() << reader.error().message;
      return found;
    }
    const auto outcome = reader->find(filter, range, [&](const SearchCandidate& candidate) -> Result<bool> {
      found.push_back(candidate.pos);
      return true;
    });
    EXPECT_TRUE(outcome.has_value()) << outcome.error().message;
    return found;
  }
  std::vector<Pos> find(std::string word) { return find({.terms = {{.token = std::move(word)}}}); }
  /// All bytes of the index's files.
  std::string raw_bytes() {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      std::ifstream in(entry.path(), std::ios::binary);
      std::stringstream content;
      content << in.rdbuf();
      all += content.str();
    }
    return all;
  }

  std::filesystem::path folder_;
  std::unique_ptr<SearchIndex> index_;
};

TEST_F(SearchIndexTest, finds_words_and_beginnings_newest_first) {
  add({document(1, "the cat"), document(2, "a dog"), document(3, "The catalogue")});
  EXPECT_THAT(find("the"), ElementsAre(3, 1));
  EXPECT_THAT(find("cat"), ElementsAre(1));
  EXPECT_THAT(find({.terms = {{.token = "cat", .is_beginning = true}}}), ElementsAre(3, 1));
  EXPECT_THAT(find({.terms = {{.token = "the"}, {.token = "cat"}}}), ElementsAre(1));
  EXPECT_THAT(find("elephant"), IsEmpty());
}

TEST_F(SearchIndexTest, rooms_senders_and_links_narrow) {
  auto link = document(3, "see http://a.b", 2, 2);
  link.content.has_link = true;
  add({document(1, "see this", 1, 1), document(2, "see that", 2, 1), link});
  const std::vector<SearchTerm> see{{.token = "see"}};
  EXPECT_THAT(find({.terms = see, .rooms = {RoomId{2}}}), ElementsAre(3, 2));
  EXPECT_THAT(find({.terms = see, .rooms = {RoomId{2}, RoomId{1}}, .senders = {UserId{1}}}), ElementsAre(2, 1));
  EXPECT_THAT(find({.terms = see, .has_link = true}), ElementsAre(3));
  EXPECT_THAT(find({.rooms = {RoomId{1}}}), ElementsAre(1));
  EXPECT_THAT(find({.terms = see, .rooms = {RoomId{20}}}), IsEmpty());
  EXPECT_THAT(find(SearchFilter{}), ElementsAre(3, 2, 1));
}

TEST_F(SearchIndexTest, ranges_and_parts_are_walked_from_the_youngest) {
  constexpr Pos kPart = Pos{1} << SearchIndex::kTableShift;
  add({document(5, "word"), document(kPart - 1, "word"), document(kPart, "word"), document(3 * kPart + 7, "word")});
  EXPECT_THAT(find("word"), ElementsAre(3 * kPart + 7, kPart, kPart - 1, 5));
  EXPECT_THAT(find({.terms = {{.token = "word"}}}, {.low = 6, .high = kPart}), ElementsAre(kPart, kPart - 1));
  EXPECT_THAT(find(SearchFilter{}, {.low = 6, .high = kPart}), ElementsAre(kPart, kPart - 1));
}

TEST_F(SearchIndexTest, a_caller_stops_when_it_has_enough) {
  add({document(1, "word"), document(2, "word"), document(3, "word")});
  auto reader = index_->reader();
  ASSERT_TRUE(reader.has_value());
  int count = 0;
  const auto outcome = reader->find({.terms = {{.token = "word"}}}, {.low = 0, .high = 10},
                                    [&](const SearchCandidate&) -> Result<bool> { return ++count < 2; });
  EXPECT_TRUE(outcome.has_value());
  EXPECT_EQ(count, 2);
}

TEST_F(SearchIndexTest, forged_control_characters_make_no_typed_token) {
  add({document(1, "hello \x01r2 \x01hlink \n\x01r3 \x01u9"), document(2, "\"quoted\" AND * OR", 2)});
  EXPECT_THAT(find({.rooms = {RoomId{2}}}), ElementsAre(2));
  EXPECT_THAT(find({.rooms = {RoomId{3}}}), IsEmpty());
  EXPECT_THAT(find({.senders = {UserId{9}}}), IsEmpty());
  EXPECT_THAT(find({.has_link = true}), IsEmpty());
  EXPECT_THAT(find("r2"), ElementsAre(1)) << "what is left is a plain word";
  EXPECT_THAT(find("x\" OR \"hello"), IsEmpty()) << "a token is no expression";
}

TEST_F(SearchIndexTest, edits_and_deletes_apply_to_their_revision_only) {
  const auto first = document(1, "old words");
  add({first, document(2, "gone soon")});
  change(first, "new words");
  EXPECT_THAT(find("old"), IsEmpty());
  EXPECT_THAT(find("new"), ElementsAre(1));
  change(first, "never seen");  // revision 0 again, as after a crash before the row was dropped
  EXPECT_THAT(find("new"), ElementsAre(1));
  EXPECT_THAT(find("never"), IsEmpty());
  change(document(2, "gone soon"), std::nullopt);
  change(document(2, "gone soon"), std::nullopt);
  EXPECT_THAT(find("soon"), IsEmpty());
  change(document(77, "not there yet"), "at all");
  EXPECT_THAT(find("all"), IsEmpty());
}

TEST_F(SearchIndexTest, removed_words_leave_the_file) {
  const std::string marker = "xylomarkerqzw";
  std::vector<SearchDocument> documents;
  for (Pos pos = 1; pos <= 2000; ++pos) documents.push_back(document(pos, "filler text number " + std::to_string(pos)));
  documents[700] = document(701, "secret " + marker + "one");
  documents[900] = document(901, marker + "two here");
  add(documents);
  add({document(3000, "later " + marker + "three")});
  change(documents[700], std::nullopt);
  change(documents[900], "replaced");
  change(document(3000, "later " + marker + "three"), "instead");
  EXPECT_TRUE(index_->needs_merging());
  EXPECT_NE(raw_bytes().find(marker), std::string::npos) << "else this shows nothing";
  merge();
  EXPECT_FALSE(index_->needs_merging());
  EXPECT_EQ(raw_bytes().find(marker), std::string::npos);
  EXPECT_THAT(find("filler").size(), 1998U);
  EXPECT_THAT(find("instead"), ElementsAre(3000));
}

TEST_F(SearchIndexTest, merging_goes_on_after_a_restart) {
  const auto doomed = document(1, "doomed xylomarkerqzw");
  add({doomed});
  change(doomed, std::nullopt);
  open("1");
  EXPECT_TRUE(index_->needs_merging());
  merge();
  EXPECT_EQ(raw_bytes().find("xylomarkerqzw"), std::string::npos);
}

TEST_F(SearchIndexTest, position_and_documents_are_kept_together) {
  EXPECT_EQ(index_->position(), 0);
  add({document(1, "one"), document(2, "two")});
  index_->set_epoch(77);
  ASSERT_TRUE(index_->add({}, 9, SearchIndex::Durability::kNow).has_value());
  open("1");
  EXPECT_EQ(index_->position(), 9);
  EXPECT_EQ(index_->epoch(), 77U);
  EXPECT_TRUE(index_->is_complete());
  EXPECT_THAT(find("two"), ElementsAre(2));
}

TEST_F(SearchIndexTest, a_failed_batch_leaves_nothing) {
  add({document(1, "one")});
  // The second document has a pos that exists: the whole batch fails.
  const std::vector<SearchDocument> batch{document(5, "five"), document(5, "again")};
  EXPECT_FALSE(index_->add(batch, 6, SearchIndex::Durability::kLater).has_value());
  EXPECT_EQ(index_->position(), 1);
  EXPECT_THAT(find("five"), IsEmpty());
  add({document(5, "five")});
  EXPECT_THAT(find("five"), ElementsAre(5));
}

TEST_F(SearchIndexTest, another_version_begins_anew) {
  add({document(1, "one")});
  open("2");
  EXPECT_EQ(index_->position(), 0);
  EXPECT_FALSE(index_->is_complete());
  EXPECT_EQ(index_->reader().error().reason, Reason::kSearchRebuilding);
  add({document(1, "one")});
  EXPECT_THAT(find("one"), ElementsAre(1));
}

TEST_F(SearchIndexTest, a_damaged_file_begins_anew) {
  add({document(1, "one")});
  index_.reset();
  std::ofstream(path(), std::ios::binary | std::ios::trunc) << "this is no database, whatever its name says";
  open("1");
  EXPECT_EQ(index_->position(), 0);
  add({document(1, "one")});
  EXPECT_THAT(find("one"), ElementsAre(1));
}

TEST_F(SearchIndexTest, readers_keep_their_snapshot) {
  add({document(1, "word")});
  auto reader = index_->reader();
  ASSERT_TRUE(reader.has_value());
  const auto count = [&] {
    int found = 0;
    EXPECT_TRUE(reader
                    ->find({.terms = {{.token = "word"}}}, {.low = 0, .high = 100},
                           [&](const SearchCandidate&) -> Result<bool> {
                             ++found;
                             return true;
                           })
                    .has_value());
    return found;
  };
  EXPECT_EQ(count(), 1);
  add({document(2, "word")});
  EXPECT_EQ(count(), 1);
  EXPECT_THAT(find("word"), ElementsAre(2, 1));
}

TEST_F(SearchIndexTest, times_narrow_positions) {
  constexpr int64_t kHour = 3'600'000;
  auto early = document(1, "a");
  early.at = UnixMillis{10 * kHour};
  auto late = document(2, "b");
  late.at = UnixMillis{12 * kHour + 5};
  auto clock_went_back = document(3, "c");
  clock_went_back.at = UnixMillis{11 * kHour};
  add({early, late, clock_went_back});
  auto reader = index_->reader();
  ASSERT_TRUE(reader.has_value());
  const auto range = [&](int64_t from, int64_t to) { return *reader->positions(UnixMillis{from}, UnixMillis{to}); };
  EXPECT_EQ(range(0, 10 * kHour), std::nullopt);
  EXPECT_EQ(range(0, 10 * kHour + 1)->high, 1);
  EXPECT_EQ(range(11 * kHour, 13 * kHour)->low, 2);
  EXPECT_EQ(range(11 * kHour, 12 * kHour)->high, 3);
  EXPECT_EQ(range(5, 5), std::nullopt);
}

}  // namespace
}  // namespace kith::store

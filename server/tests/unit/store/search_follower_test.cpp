#include "store/search_follower.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>

namespace kith::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A log in memory that behaves as the store promises.
class FakeSource final : public SearchSource {
 public:
  [[nodiscard]] Pos durable_head() const override { return head; }
  [[nodiscard]] uint64_t epoch() const override { return current_epoch; }
  [[nodiscard]] bool is_known(uint64_t epoch, Pos pos) const override { return epoch == current_epoch && pos <= head; }
  Result<std::vector<model::StoredEvent>> events_after(Pos after, size_t limit) override {
    ++scans;
    std::vector<model::StoredEvent> found;
    for (const auto& event : events) {
      if (event.pos > after && event.pos <= head && found.size() < limit) found.push_back(event);
    }
    return found;
  }
  Result<std::optional<model::StoredEvent>> event(RoomId room, Seq seq) override {
    for (const auto& event : events) {
      if (event.room == room && event.seq == seq) return event;
    }
    return std::nullopt;
  }
  Result<std::vector<IndexTodo>> index_todo(size_t limit) override {
    return std::vector<IndexTodo>(todo.begin(), todo.begin() + static_cast<int64_t>(std::min(limit, todo.size())));
  }
  Result<> drop_index_todo(int64_t up_to_number) override {
    if (fails_to_drop) return fail(Reason::kStorageFull, "The disk is full.");
    std::erase_if(todo, [&](const IndexTodo& row) { return row.number <= up_to_number; });
    return {};
  }
  void set_search_position(Pos position) override {
    told = position;
    if (on_told) on_told();
  }

  void post(std::string text) {
    events.push_back(
        {.room = RoomId{1}, .seq = events.size() + 1, .pos = ++head, .sender = UserId{1}, .content = std::move(text)});
  }
  void rewrite(Seq seq, std::string text) {
    auto& event = events[seq - 1];
    todo.push_back({.number = ++last_number, .old = event});
    event.content = std::move(text);
    ++event.revision;
  }
  void erase(Seq seq) {
    auto& event = events[seq - 1];
    todo.push_back({.number = ++last_number, .old = event});
    event.content.clear();
    event.flags |= model::kDeleted;
  }

  Pos head = 0;
  uint64_t current_epoch = 1;
  std::vector<model::StoredEvent> events;
  std::vector<IndexTodo> todo;
  int64_t last_number = 0;
  Pos told = 0;
  int scans = 0;
  bool fails_to_drop = false;
  std::function<void()> on_told;
};

std::optional<SearchableText> extract(const model::StoredEvent& event) {
  if ((event.flags & model::kDeleted) != 0) return std::nullopt;
  return SearchableText{.text = event.content};
}

class SearchFollowerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              (std::string("kith_search_follower_") + info->name() + "_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    restart();
  }
  void TearDown() override {
    follower_.reset();
    index_.reset();
    std::filesystem::remove_all(folder_);
  }
  void restart(const std::string& version = "1") {
    follower_.reset();
    index_.reset();
    auto opened = SearchIndex::open((folder_ / "search.db").string(), version);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    index_ = *std::move(opened);
    follower_ = std::make_unique<SearchFollower>(*index_, source_, extract, clock_, options_);
  }
  void step_until_done() {
    for (int i = 0; i < 1000; ++i) {
      const auto more = follower_->step();
      ASSERT_TRUE(more.has_value()) << more.error().message;
      if (!*more) return;
    }
    FAIL() << "the follower does not come to an end";
  }
  std::vector<Pos> find(std::string word) {
    std::vector<Pos> found;
    auto reader = index_->reader();
    if (!reader) {
      ADD_FAILURE() << reader.error().message;
      return found;
    }
    const SearchFilter filter{.terms = {{.token = std::move(word)}}};
    const auto outcome =
        reader->find(filter, {.low = 0, .high = INT64_MAX}, [&](const SearchCandidate& candidate) -> Result<bool> {
          found.push_back(candidate.pos);
          return true;
        });
    EXPECT_TRUE(outcome.has_value());
    return found;
  }

  ManualClock clock_;
  FakeSource source_;
  SearchFollowerOptions options_{.batch_events = 10};
  std::filesystem::path folder_;
  std::unique_ptr<SearchIndex> index_;
  std::unique_ptr<SearchFollower> follower_;
};

TEST_F(SearchFollowerTest, indexes_what_was_committed_in_batches) {
  for (int i = 1; i <= 25; ++i) source_.post("word" + std::to_string(i));
  source_.head = 24;  // the last one is not committed
  auto more = follower_->step();
  ASSERT_TRUE(more.has_value());
  EXPECT_TRUE(*more);
  EXPECT_EQ(index_->position(), 10);
  EXPECT_EQ(index_->reader().error().reason, Reason::kSearchRebuilding) << "a first build answers when complete";
  step_until_done();
  EXPECT_EQ(index_->position(), 24);
  EXPECT_THAT(find("word24"), ElementsAre(24));
  EXPECT_THAT(find("word25"), IsEmpty());
  source_.head = 25;
  step_until_done();
  EXPECT_THAT(find("word25"), ElementsAre(25));
}

TEST_F(SearchFollowerTest, a_crash_between_batches_repeats_nothing) {
  for (int i = 1; i <= 25; ++i) source_.post("word");
  ASSERT_TRUE(follower_->step().has_value());
  restart();
  step_until_done();
  EXPECT_EQ(find("word").size(), 25U);
  EXPECT_EQ(source_.scans, 3);
}

TEST_F(SearchFollowerTest, edits_and_erasures_reach_the_index) {
  source_.post("first");
  source_.post("second");
  step_until_done();
  source_.rewrite(1, "changed");
  source_.rewrite(1, "again");
  source_.erase(2);
  step_until_done();
  EXPECT_THAT(find("first"), IsEmpty());
  EXPECT_THAT(find("changed"), IsEmpty());
  EXPECT_THAT(find("again"), ElementsAre(1));
  EXPECT_THAT(find("second"), IsEmpty());
  EXPECT_THAT(source_.todo, IsEmpty());
}

TEST_F(SearchFollowerTest, changes_before_indexing_need_nothing) {
  source_.post("first");
  source_.rewrite(1, "changed");
  step_until_done();
  EXPECT_THAT(find("first"), IsEmpty());
  EXPECT_THAT(find("changed"), ElementsAre(1));
  EXPECT_THAT(source_.todo, IsEmpty());
  EXPECT_FALSE(index_->needs_merging());
}

TEST_F(SearchFollowerTest, changes_are_applied_once_even_if_the_rows_stay) {
  source_.post("first");
  step_until_done();
  source_.rewrite(1, "changed");
  source_.fails_to_drop = true;
  EXPECT_FALSE(follower_->step().has_value());
  restart();
  source_.fails_to_drop = false;
  step_until_done();
  EXPECT_THAT(find("changed"), ElementsAre(1));
  EXPECT_THAT(find("first"), IsEmpty());
  EXPECT_THAT(source_.todo, IsEmpty());
}

TEST_F(SearchFollowerTest, tells_only_durable_positions_and_not_too_often) {
  source_.post("one");
  step_until_done();
  EXPECT_EQ(source_.told, 1);
  source_.post("two");
  step_until_done();
  EXPECT_EQ(index_->position(), 2);
  EXPECT_EQ(source_.told, 1);
  clock_.advance(options_.durable_every);
  step_until_done();
  EXPECT_EQ(source_.told, 2) << "also when nothing new came";
}

TEST_F(SearchFollowerTest, merges_when_a_change_is_old_enough) {
  source_.post("first");
  step_until_done();
  source_.erase(1);
  step_until_done();
  EXPECT_TRUE(index_->needs_merging());
  clock_.advance(options_.merge_after - std::chrono::milliseconds(1));
  step_until_done();
  EXPECT_TRUE(index_->needs_merging());
  clock_.advance(std::chrono::milliseconds(1));
  step_until_done();
  EXPECT_FALSE(index_->needs_merging());
}

TEST_F(SearchFollowerTest, another_version_rebuilds_from_the_start) {
  for (int i = 1; i <= 25; ++i) source_.post("word");
  step_until_done();
  restart("2");
  ASSERT_TRUE(follower_->step().has_value());
  EXPECT_EQ(index_->position(), 10);
  EXPECT_FALSE(index_->is_complete());
  source_.rewrite(3, "edited");   // indexed already
  source_.rewrite(20, "edited");  // not yet
  restart("2");                   // goes on where it was
  EXPECT_EQ(index_->position(), 10);
  step_until_done();
  EXPECT_TRUE(index_->is_complete());
  EXPECT_EQ(find("word").size(), 23U);
  EXPECT_THAT(find("edited"), ElementsAre(20, 3));
}

TEST_F(SearchFollowerTest, an_index_of_another_history_is_rebuilt) {
  for (int i = 1; i <= 5; ++i) source_.post("word");
  step_until_done();
  // A restore: other events stand at the same positions.
  source_ = FakeSource();
  source_.current_epoch = 2;
  for (int i = 1; i <= 7; ++i) source_.post("other");
  restart();
  step_until_done();
  EXPECT_THAT(find("word"), IsEmpty());
  EXPECT_EQ(find("other").size(), 7U);
}

TEST_F(SearchFollowerTest, the_thread_follows_and_stops) {
  source_.post("word");
  std::promise<void> told;
  source_.on_told = [&] { told.set_value(); };
  follower_->start();
  told.get_future().wait();
  follower_->wake();
  follower_->stop();
  EXPECT_THAT(find("word"), ElementsAre(1));
}

}  // namespace
}  // namespace kith::store

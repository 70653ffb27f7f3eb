// Search beside the real store: the follower reads its log and its blocks, and its rewrites name the old words exactly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "chat/search_content.hpp"
#include "chat/search_run.hpp"
#include "kith/v1/types.pb.h"
#include "store/search_follower.hpp"
#include "unit/store/store_fixture.hpp"

namespace kith::chat {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SearchOnStore : public store::testing::StoreTest {
 protected:
  void SetUp() override {
    open();
    room_ = create_room();
    ASSERT_TRUE(store::testing::write(*store, [&](store::WriteTransaction& transaction) -> Result<> {
                  TRY_VOID(transaction.put_member({.room = room_, .user = user_}));
                  return {};
                }).has_value());
    open_index();
  }
  void TearDown() override {
    follower_.reset();
    index_.reset();
    StoreTest::TearDown();
  }
  void open_index() {
    follower_.reset();
    index_.reset();
    index_ = store::SearchIndex::open(folder.file("search.db"), search_version()).value();
    follower_ = std::make_unique<store::SearchFollower>(
        *index_, store->search_source(),
        [this](const model::StoredEvent& event) { return searchable_text(ids_, event); }, clock);
  }
  static std::string encode(const std::string& text) {
    v1::MessageContent content;
    content.set_text(text);
    return content.SerializeAsString();
  }
  Seq post(const std::string& text) {
    Seq seq = 0;
    EXPECT_TRUE(store::testing::write(*store, [&](store::WriteTransaction& transaction) -> Result<> {
                  TRY(const auto event, transaction.append(room_, store::testing::message(user_, encode(text))));
                  seq = event.seq;
                  return {};
                }).has_value());
    return seq;
  }
  void edit(Seq seq, const std::string& text) {
    EXPECT_TRUE(store::testing::write(*store, [&](store::WriteTransaction& transaction) -> Result<> {
                  TRY(const auto now, transaction.event(room_, seq));
                  TRY_VOID(transaction.rewrite(room_, seq, encode(text), now->revision + 1, clock.wall()));
                  return {};
                }).has_value());
  }
  void erase(Seq seq) {
    EXPECT_TRUE(store::testing::write(*store, [&](store::WriteTransaction& transaction) -> Result<> {
                  TRY_VOID(transaction.erase(room_, seq, user_));
                  return {};
                }).has_value());
  }
  void follow() {
    while (true) {
      const auto more = follower_->step();
      ASSERT_TRUE(more.has_value()) << more.error().message;
      if (!*more) return;
    }
  }
  std::vector<std::string> texts(const std::string& query) {
    const Context context{.store = *store, .ids = ids_, .limits = limits, .clock = clock};
    v1::SearchMessagesRequest request;
    request.set_query(query);
    const auto order = check_search(context, user_, request);
    std::vector<std::string> out;
    EXPECT_TRUE(store::testing::read(*store, [&](store::ReadTransaction& transaction) -> Result<> {
                  TRY(const auto answer, run_search(context, *index_, transaction, *order));
                  for (const auto& result : answer.results()) out.push_back(result.message().content().text());
                  return {};
                }).has_value());
    return out;
  }
  /// All bytes of the index's files.
  std::string index_bytes() {
    std::string all;
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::ifstream in(folder.file("search.db") + suffix, std::ios::binary);
      std::stringstream content;
      content << in.rdbuf();
      all += content.str();
    }
    return all;
  }

  const UserId user_{1};
  RoomId room_;
  IdCodec ids_{IdCodec::Key{1}};
  std::unique_ptr<store::SearchIndex> index_;
  std::unique_ptr<store::SearchFollower> follower_;
};

TEST_F(SearchOnStore, finds_messages_of_the_log_and_of_blocks) {
  for (int i = 0; i < 300; ++i) post("plan " + std::to_string(i));
  follow();
  EXPECT_THAT(texts("\"plan 7\""), ElementsAre("plan 7"));
  ASSERT_TRUE(store->pack_now().has_value());
  post("plan 300");
  follow();
  EXPECT_THAT(texts("\"plan 7\""), ElementsAre("plan 7"));
  EXPECT_EQ(texts("plan").front(), "plan 300");
}

TEST_F(SearchOnStore, an_index_lost_is_rebuilt_from_blocks_and_log) {
  for (int i = 0; i < 300; ++i) post("plan " + std::to_string(i));
  ASSERT_TRUE(store->pack_now().has_value());
  for (int i = 300; i < 350; ++i) post("plan " + std::to_string(i));
  edit(5, "other words");
  ASSERT_TRUE(index_->reset().has_value());
  follow();
  EXPECT_THAT(texts("other"), ElementsAre("other words"));
  EXPECT_THAT(texts("\"plan 3\""), ElementsAre("plan 3"));
  EXPECT_THAT(texts("\"plan 4\""), IsEmpty()) << "it was edited";
  EXPECT_THAT(texts("\"plan 333\""), ElementsAre("plan 333"));
}

TEST_F(SearchOnStore, edited_and_erased_words_leave_the_index_wherever_the_message_lies) {
  const Seq packed_edit = post("xylomarkerqz first https://kith.example");
  const Seq packed_erase = post("xylomarkerqz second");
  follow();
  ASSERT_TRUE(store->pack_now().has_value());
  const Seq fresh_edit = post("xylomarkerqz third");
  const Seq fresh_erase = post("xylomarkerqz fourth");
  const Seq unseen_edit = post("xylomarkerqz fifth");
  follow();
  edit(packed_edit, "clean one");
  edit(packed_edit, "clean two");
  erase(packed_erase);
  edit(fresh_edit, "clean three");
  erase(fresh_edit);
  erase(fresh_erase);
  edit(unseen_edit, "clean four");
  EXPECT_THAT(texts("xylomarkerqz"), IsEmpty()) << "the index lags, the answer does not";
  follow();
  EXPECT_THAT(texts("clean"), ElementsAre("clean four", "clean two"));
  EXPECT_NE(index_bytes().find("xylomarkerqz"), std::string::npos) << "else the next lines show nothing";
  clock.advance(store::SearchFollowerOptions{}.merge_after);
  follow();
  EXPECT_EQ(index_bytes().find("xylomarkerqz"), std::string::npos);
  EXPECT_THAT(texts("clean"), ElementsAre("clean four", "clean two"));
  const auto rows = store->search_source().index_todo(10);
  ASSERT_TRUE(rows.has_value());
  EXPECT_THAT(*rows, IsEmpty());
}

TEST_F(SearchOnStore, a_restart_goes_on_where_the_index_was) {
  post("one");
  follow();
  follower_.reset();
  index_.reset();
  reopen();
  open_index();
  post("two");
  follow();
  EXPECT_THAT(texts("one"), ElementsAre("one"));
  EXPECT_THAT(texts("two"), ElementsAre("two"));
}

}  // namespace
}  // namespace kith::chat

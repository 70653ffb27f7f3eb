#include <fstream>
#include <iterator>

#include "unit/store/store_fixture.hpp"

namespace kith::store::testing {
namespace {

constexpr const char* kMarker = "MARKER-7f3a9c-the-words-that-must-go";

class ErasureTest : public StoreTest {
 protected:
  // Files of the folder that hold the marker in any byte. Blocks hide it by compression: the test's are stored raw.
  std::vector<std::string> files_with_marker() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      if (bytes.find(kMarker) != std::string::npos) names.push_back(entry.path().filename());
    }
    return names;
  }
  // A text that zstd cannot make smaller, with the marker in it.
  std::string noise_with_marker() {
    std::string text = kMarker;
    for (int i = 0; i < 2'000; ++i) text += static_cast<char>(random.below(256));
    return text;
  }
  void erase_all(RoomId room, Seq from, Seq to) {
    ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                  for (Seq seq = from; seq <= to; ++seq) TRY_VOID(t.erase(room, seq, UserId{1}));
                  return {};
                }).has_value());
  }
  void drain_search() {
    const auto rows = store->search_source().index_todo(1'000'000);
    if (rows->empty()) return;
    ASSERT_TRUE(store->search_source().drop_index_todo(rows->back().number).has_value());
  }
};

TEST_F(ErasureTest, leaves_no_byte_of_the_text_in_any_file_once_it_is_finished) {
  open();
  const RoomId room = create_room();
  for (int i = 0; i < 300; ++i) send(room, noise_with_marker());
  ASSERT_TRUE(store->pack_now().has_value());
  for (int i = 0; i < 300; ++i) send(room, noise_with_marker());
  EXPECT_FALSE(files_with_marker().empty());
  erase_all(room, 1, 600);
  ASSERT_FALSE(store->finish_erasure().has_value()) << "the search index still needs the old text";
  drain_search();
  ASSERT_TRUE(store->finish_erasure().has_value());
  EXPECT_EQ(files_with_marker(), std::vector<std::string>{});
  const auto events = history(room);
  ASSERT_EQ(events.size(), 600U);
  for (const auto& event : events) EXPECT_EQ(event.content, "");
  EXPECT_EQ(store->head(room)->last_ord, 600U) << "numbers stay";
}

TEST_F(ErasureTest, an_edit_leaves_nothing_of_the_old_text) {
  open();
  const RoomId room = create_room();
  send(room, noise_with_marker());
  ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                TRY_VOID(t.rewrite(room, 1, "new", 1, t.now()));
                return {};
              }).has_value());
  drain_search();
  ASSERT_TRUE(store->finish_erasure().has_value());
  EXPECT_EQ(files_with_marker(), std::vector<std::string>{});
  EXPECT_EQ(history(room)[0].content, "new");
}

TEST_F(ErasureTest, empties_the_wal_by_itself_within_the_interval) {
  open();
  store = nullptr;
  auto opened = SqliteStore::open({.path = folder.file(),
                                   .clock = clock,
                                   .random = random,
                                   .limits = limits,
                                   .erase_within = std::chrono::milliseconds(1)});
  store = std::move(*opened);
  const RoomId room = create_room();
  send(room, noise_with_marker());
  EXPECT_GT(std::filesystem::file_size(folder.file() + "-wal"), 0U);
  erase_all(room, 1, 1);
  // Time is ours: the checkpointer looks at it each millisecond of its own.
  for (int tries = 0; tries < 10'000 && std::filesystem::file_size(folder.file() + "-wal") > 0; ++tries) {
    clock.advance(std::chrono::seconds(1));
    (void)history(room);
  }
  EXPECT_EQ(std::filesystem::file_size(folder.file() + "-wal"), 0U);
}

TEST_F(ErasureTest, deleted_messages_cannot_be_changed_again) {
  open();
  const RoomId room = create_room();
  send(room, "a");
  erase_all(room, 1, 1);
  for (int round = 0; round < 2; ++round) {
    const auto again = write(*store, [&](WriteTransaction& t) -> Result<> {
      TRY_VOID(round == 0 ? t.erase(room, 1, UserId{1}) : t.rewrite(room, 1, "b", 1, t.now()));
      return {};
    });
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().reason, Reason::kMessageNotFound);
  }
}

}  // namespace
}  // namespace kith::store::testing

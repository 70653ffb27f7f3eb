// A folder that goes away, a store in it, and calls that wait for their answer.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "base/random.hpp"
#include "store/sqlite_store.hpp"

namespace kith::store::testing {

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "kith-store-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] std::string file(const std::string& name = "kith.db") const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Submits a write and waits for its answer.
inline Result<> write(Store& store, std::function<Result<>(WriteTransaction&)> command) {
  std::promise<Result<>> answer;
  store.submit_write([command = std::move(command)](WriteTransaction& t) { return command(t); },
                     [&](Result<> outcome) { answer.set_value(std::move(outcome)); });
  return answer.get_future().get();
}

inline Result<> read(Store& store, std::function<Result<>(ReadTransaction&)> query) {
  std::promise<Result<>> answer;
  store.submit_read([query = std::move(query)](ReadTransaction& t) { return query(t); },
                    [&](Result<> outcome) { answer.set_value(std::move(outcome)); });
  return answer.get_future().get();
}

inline model::EventDraft message(UserId sender, std::string content, uint64_t tag = 0, DeviceId device = {}) {
  return {.kind = model::EventKind::kMessage,
          .flags = model::kCountable,
          .sender = sender,
          .device = device,
          .target = 0,
          .revision = 0,
          .txn_tag = tag,
          .content = std::move(content)};
}

class StoreTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<SqliteStore>> try_open() {
    return SqliteStore::open({.path = folder.file(),
                              .clock = clock,
                              .random = random,
                              .limits = limits,
                              .readers = 2,
                              .on_committed = on_committed,
                              .vfs = vfs});
  }
  void open() {
    auto opened = try_open();
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    store = std::move(*opened);
  }
  void reopen() {
    store = nullptr;
    open();
  }
  RoomId create_room() {
    RoomId id;
    EXPECT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                  TRY(const auto room, t.insert_room({.kind = model::RoomKind::kPrivate, .name = "room"}));
                  id = room.id;
                  return {};
                }).has_value());
    return id;
  }
  model::StoredEvent send(RoomId room, const std::string& content, UserId sender = UserId{1}, uint64_t tag = 0,
                          DeviceId device = {}) {
    model::StoredEvent event;
    const auto outcome = write(*store, [&](WriteTransaction& t) -> Result<> {
      TRY(event, t.append(room, message(sender, content, tag, device)));
      return {};
    });
    EXPECT_TRUE(outcome.has_value()) << outcome.error().message;
    return event;
  }
  std::vector<model::StoredEvent> history(RoomId room, Seq from = 1, Seq to = ~Seq{0}, size_t limit = 1'000'000) {
    std::vector<model::StoredEvent> events;
    const auto outcome = read(*store, [&](ReadTransaction& t) -> Result<> {
      TRY(events, t.events(room, from, to, limit, EventReader::Direction::kBackward));
      return {};
    });
    EXPECT_TRUE(outcome.has_value()) << outcome.error().message;
    return events;
  }

  TempFolder folder;
  ManualClock clock;
  SeededRandom random{1};
  Limits limits;
  OnCommitted on_committed;
  const char* vfs = nullptr;
  std::unique_ptr<SqliteStore> store;
};

}  // namespace kith::store::testing

// A small store for search tests: rooms, users and members in a real database, events in memory, the index on disk.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chat/search_content.hpp"
#include "chat/search_service.hpp"
#include "kith/v1/search.pb.h"
#include "store/member_repository.hpp"
#include "store/migrations.hpp"
#include "store/room_repository.hpp"
#include "store/search_follower.hpp"
#include "store/sqlite_db.hpp"
#include "store/user_repository.hpp"

namespace kith::chat {

/// Events of all rooms; at once the follower's source, a snapshot, and a store whose reads run where they are asked.
class SearchBed final : public store::SearchSource, public store::ReadTransaction {
 public:
  SearchBed() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              (std::string("kith_search_") + info->name() + "_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    const std::string path = (folder_ / "kith.db").string();
    db_ = store::SqliteDb::open({.path = path}).value();
    EXPECT_TRUE(store::migrate(*db_, path).has_value());
    index_ = store::SearchIndex::open((folder_ / "search.db").string(), search_version()).value();
    follower_ = std::make_unique<store::SearchFollower>(
        *index_, *this, [this](const model::StoredEvent& event) { return searchable_text(ids, event); }, clock);
  }
  ~SearchBed() override {
    follower_.reset();
    index_.reset();
    db_.reset();
    std::filesystem::remove_all(folder_);
  }

  // What tests do.
  UserId add_user(const std::string& name) {
    model::User user{.name = name, .display_name = name};
    return store::UserRepository(*db_).insert(user, Secret<std::string>("x"), {name}).value();
  }
  RoomId add_room(const std::string& name, const std::vector<UserId>& users,
                  model::RoomKind kind = model::RoomKind::kPrivate) {
    model::Room room{.kind = kind, .name = name, .name_folded = name};
    const RoomId id = store::RoomRepository(*db_).insert(room).value();
    for (UserId user : users) put_member(id, user);
    return id;
  }
  void put_member(RoomId room, UserId user, model::MemberState state = model::MemberState::kIn, Seq from_seq = 1) {
    model::Member member{.room = room, .user = user, .state = state, .from_seq = from_seq, .version = 1};
    EXPECT_TRUE(store::MemberRepository(*db_).put(member).has_value());
  }
  static std::string encode(const std::string& text) {
    kith::v1::MessageContent content;
    content.set_text(text);
    return content.SerializeAsString();
  }
  Seq post(RoomId room, UserId sender, const std::string& text) { return post_bytes(room, sender, encode(text)); }
  Seq post_bytes(RoomId room, UserId sender, std::string content, uint32_t flags = model::kCountable) {
    Seq seq = 1;
    for (const auto& event : events_) seq += event.room == room ? 1 : 0;
    events_.push_back({.room = room,
                       .seq = seq,
                       .pos = ++head_,
                       .at = clock.wall(),
                       .flags = flags,
                       .sender = sender,
                       .content = std::move(content)});
    return seq;
  }
  void edit(RoomId room, Seq seq, const std::string& text) {
    auto& event = find(room, seq);
    todo_.push_back({.number = ++last_number_, .old = event});
    event.content = encode(text);
    ++event.revision;
  }
  void erase(RoomId room, Seq seq) {
    auto& event = find(room, seq);
    todo_.push_back({.number = ++last_number_, .old = event});
    event.content.clear();
    event.flags |= model::kDeleted;
  }
  void follow() {
    while (true) {
      const auto more = follower_->step();
      ASSERT_TRUE(more.has_value()) << more.error().message;
      if (!*more) return;
    }
  }

  Result<kith::v1::SearchMessagesResponse> search(UserId user, kith::v1::SearchMessagesRequest request) {
    std::optional<Result<kith::v1::SearchMessagesResponse>> answer;
    SearchService service(context, *index_);
    spawn(service.search_messages({.user = user}, std::move(request)),
          [&](auto result) { answer = std::move(result); });
    return *std::move(answer);
  }
  Result<kith::v1::SearchMessagesResponse> search(UserId user, const std::string& query) {
    kith::v1::SearchMessagesRequest request;
    request.set_query(query);
    return search(user, std::move(request));
  }
  /// The texts found, newest first.
  std::vector<std::string> texts(UserId user, const std::string& query) {
    const auto answer = search(user, query);
    EXPECT_TRUE(answer.has_value()) << query << ": " << answer.error().message;
    std::vector<std::string> out;
    if (!answer) return out;
    for (const auto& result : answer->results()) out.push_back(result.message().content().text());
    return out;
  }

  // store::SearchSource
  [[nodiscard]] Pos durable_head() const override { return head_; }
  [[nodiscard]] uint64_t epoch() const override { return 1; }
  [[nodiscard]] bool is_known(uint64_t /*epoch*/, Pos pos) const override { return pos <= head_; }
  Result<std::vector<model::StoredEvent>> events_after(Pos after, size_t limit) override {
    std::vector<model::StoredEvent> found;
    for (const auto& event : events_) {
      if (event.pos > after && found.size() < limit) found.push_back(event);
    }
    return found;
  }
  Result<std::vector<store::IndexTodo>> index_todo(size_t /*limit*/) override { return todo_; }
  Result<> drop_index_todo(int64_t up_to_number) override {
    std::erase_if(todo_, [&](const store::IndexTodo& row) { return row.number <= up_to_number; });
    return {};
  }
  void set_search_position(Pos /*position*/) override {}

  // store::ReadTransaction
  Result<std::vector<model::StoredEvent>> events(RoomId room, Seq from, Seq to, size_t, Direction) override {
    ++reads;
    clock.advance(time_per_read);
    if (is_damaged(from, to)) return fail(Reason::kDataDamaged, "damaged");
    std::vector<model::StoredEvent> found;
    for (const auto& event : events_) {
      if (event.room == room && event.seq >= from && event.seq <= to) found.push_back(event);
    }
    return found;
  }
  Result<std::optional<model::StoredEvent>> event(RoomId room, Seq seq) override {
    ++reads;
    clock.advance(time_per_read);
    if (is_damaged(seq, seq)) return fail(Reason::kDataDamaged, "damaged");
    for (const auto& event : events_) {
      if (event.room == room && event.seq == seq) return event;
    }
    return std::nullopt;
  }
  store::Db& db() override { return *db_; }
  std::optional<model::RoomHead> head(RoomId) override { return model::RoomHead{}; }
  void apply_own_sends(model::Member&) override {}

  ManualClock clock;
  Limits limits;
  IdCodec ids{IdCodec::Key{1, 2, 3}};
  size_t reads = 0;
  Duration time_per_read{0};
  Seq damaged_seq = 0;  ///< in every room; 0: none

 private:
  /// The port's face: reads run inline on the one snapshot.
  class InlineStore final : public store::Store {
   public:
    explicit InlineStore(SearchBed& bed) : bed_(bed) {}
    void submit_write(WriteCommand, Resolve resolve) override { resolve(fail(Reason::kStorageReadOnly, "read only")); }
    void submit_read(ReadQuery query, Resolve resolve) override { resolve(query(bed_)); }
    [[nodiscard]] std::optional<model::RoomHead> head(RoomId) const override { return model::RoomHead{}; }
    [[nodiscard]] std::shared_ptr<const store::Tail> tail(RoomId) const override { return nullptr; }
    [[nodiscard]] Pos durable_head() const override { return bed_.durable_head(); }
    [[nodiscard]] uint64_t epoch() const override { return 1; }
    [[nodiscard]] bool is_known(uint64_t, Pos) const override { return true; }
    [[nodiscard]] store::StoreMetrics metrics() const override { return {}; }

   private:
    SearchBed& bed_;
  };

  [[nodiscard]] bool is_damaged(Seq from, Seq to) const { return from <= damaged_seq && damaged_seq <= to; }
  model::StoredEvent& find(RoomId room, Seq seq) {
    for (auto& event : events_) {
      if (event.room == room && event.seq == seq) return event;
    }
    ADD_FAILURE() << "no such event";
    return events_.front();
  }

  std::filesystem::path folder_;
  std::unique_ptr<store::SqliteDb> db_;
  std::vector<model::StoredEvent> events_;
  std::vector<store::IndexTodo> todo_;
  int64_t last_number_ = 0;
  Pos head_ = 0;
  std::unique_ptr<store::SearchIndex> index_;
  std::unique_ptr<store::SearchFollower> follower_;
  InlineStore store_{*this};

 public:
  Context context{.store = store_, .ids = ids, .limits = limits, .clock = clock};
};

}  // namespace kith::chat

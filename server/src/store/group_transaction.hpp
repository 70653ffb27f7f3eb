// The write transaction of one commit group: the database plus the group's overlay. Lives on the writer thread.
#pragma once

#include <span>
#include <string>

#include "base/limits.hpp"
#include "store/block_codec.hpp"
#include "store/generation_cache.hpp"
#include "store/group_overlay.hpp"
#include "store/memory.hpp"
#include "store/sqlite_db.hpp"
#include "store/store.hpp"

namespace kith::store {

class GroupTransaction final : public WriteTransaction {
 public:
  explicit GroupTransaction(Memory& memory);

  /// The connection to use from now on; caches are emptied.
  void use(SqliteDb& db);
  /// Begins a group at a wall-clock time.
  Result<> begin(UnixMillis now);
  /// Commits and publishes the group to memory; returns what the hub is to be told.
  Result<std::vector<model::Publication>> commit();
  void rollback();

  [[nodiscard]] GroupOverlay& overlay() { return overlay_; }
  [[nodiscard]] int64_t changes() const { return db_->total_changes(); }
  /// Collects which events are rewritten from now on, for a packer pass; empty if none runs.
  void watch_rewrites(bool on);
  [[nodiscard]] const RewrittenEvents& watched_rewrites() const { return watched_; }
  /// Forgets a cached member row that was changed by SQL.
  void forget_member(RoomId room, UserId user) { member_cache_.erase({room, user}); }
  /// Makes sure that the device's ring is in memory with its stored part.
  Result<> load_ring(DeviceId device);

  Db& db() override { return *db_; }
  [[nodiscard]] UnixMillis now() const override { return now_; }
  std::optional<model::RoomHead> head(RoomId room) override;
  Result<std::optional<model::Room>> room(RoomId room) override;
  Result<model::Room> insert_room(model::Room room) override;
  Result<> update_room(const model::Room& room) override;
  Result<std::optional<model::Member>> member(RoomId room, UserId user) override;
  Result<model::Member> put_member(model::Member member) override;
  Result<model::UserItem> put_user_item(UserId user, model::UserItem item) override;
  Result<Version> next_version(UserId user) override;
  Result<model::StoredEvent> append(RoomId room, model::EventDraft draft) override;
  Result<std::optional<Sent>> find_sent(DeviceId device, uint64_t txn_tag) override;
  Result<model::StoredEvent> rewrite(RoomId room, Seq seq, std::string content, uint32_t revision,
                                     UnixMillis edited_at) override;
  Result<model::StoredEvent> erase(RoomId room, Seq seq, UserId by) override;
  void publish(model::Publication publication) override;
  Result<std::vector<model::StoredEvent>> events(RoomId room, Seq from, Seq to, size_t limit,
                                                 Direction direction) override;
  Result<std::optional<model::StoredEvent>> event(RoomId room, Seq seq) override;

 private:
  PendingRoom* pending(RoomId room);
  Result<std::optional<model::Member>> member_row(RoomId room, UserId user);
  Result<model::StoredEvent> message_to_change(RoomId room, Seq seq);
  Result<> hand_to_search(const model::StoredEvent& old);
  Result<> store_change(std::shared_ptr<const model::StoredEvent> changed);
  void publish_to_memory();

  Memory& memory_;
  SqliteDb* db_ = nullptr;
  BlockCodec codec_;
  UnixMillis now_;
  GroupOverlay overlay_;
  std::string record_;
  GenerationCache<RoomId, model::Room> room_cache_;
  GenerationCache<MemberKey, model::Member, MemberKeyHash> member_cache_;
  GenerationCache<UserId, Version> version_cache_;
  bool watching_ = false;
  RewrittenEvents watched_;
};

}  // namespace kith::store

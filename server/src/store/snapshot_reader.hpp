// The read transaction of one job: a snapshot of the database beside what memory says.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "store/block_codec.hpp"
#include "store/memory.hpp"
#include "store/sqlite_db.hpp"
#include "store/store.hpp"

namespace kith::store {

class SnapshotReader final : public ReadTransaction {
 public:
  /// `db` is inside a read transaction. `newer`: a second connection, opened when needed, for the rare range that this
  /// snapshot is too old for.
  SnapshotReader(SqliteDb& db, const SqliteDb::Options& database, std::unique_ptr<SqliteDb>& newer, BlockCodec& codec,
                 Memory& memory)
      : db_(db), database_(database), newer_(newer), codec_(codec), memory_(memory) {}

  /// Waits until memory is at least as new as the snapshot: a commit may be on disk and not yet published.
  Result<> settle();

  Db& db() override { return db_; }
  std::optional<model::RoomHead> head(RoomId room) override { return memory_.heads.head(room); }
  void apply_own_sends(model::Member& member) override;
  Result<std::vector<model::StoredEvent>> events(RoomId room, Seq from, Seq to, size_t limit,
                                                 Direction direction) override;
  Result<std::optional<model::StoredEvent>> event(RoomId room, Seq seq) override;

 private:
  Result<> read_stored(RoomId room, Seq from, Seq to, std::vector<model::StoredEvent>& out);
  Result<const model::StoredEvent*> find_in_block(RoomId room, Seq seq);
  Result<bool> read_newer(RoomId room, Seq from, Seq to, std::vector<model::StoredEvent>& out);

  SqliteDb& db_;
  const SqliteDb::Options& database_;
  std::unique_ptr<SqliteDb>& newer_;
  BlockCodec& codec_;
  Memory& memory_;
  // Blocks opened for single events, the last one first: search asks for many events of few blocks.
  std::array<std::vector<model::StoredEvent>, 2> opened_;
};

}  // namespace kith::store

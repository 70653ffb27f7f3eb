// Joins runs of small neighbouring blocks of a room into full ones, so that quiet rooms are stored as tightly as busy
// ones. Reads and compresses on the caller's thread; each run is one slice on the writer.
#pragma once

#include <functional>
#include <vector>

#include "store/block_codec.hpp"
#include "store/packed_run.hpp"
#include "store/sqlite_db.hpp"
#include "store/writer.hpp"

namespace kith::store {

class BlockMerger {
 public:
  BlockMerger(SqliteDb& db, Writer& writer, BlockCodec& codec) : db_(db), writer_(writer), codec_(codec) {}

  /// Goes through all blocks once; ends early when `is_wanted_elsewhere` says so.
  Result<> run(const std::function<bool()>& is_wanted_elsewhere);

 private:
  using Keys = std::vector<int64_t>;

  Result<bool> read_page(int64_t& after, std::vector<Keys>& runs);
  void end_run(std::vector<Keys>& runs);
  Result<> merge(const Keys& keys);
  Result<> merge_watched(const Keys& keys);

  SqliteDb& db_;
  Writer& writer_;
  BlockCodec& codec_;
  Keys open_run_;  // small neighbours at the end of what was read
};

}  // namespace kith::store

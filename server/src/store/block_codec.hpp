// About 128 neighbouring events of a room as one compressed value: their fields in columns, then their contents.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/model.hpp"

namespace kith::store {

/// Events of a full block: more take longer to open, fewer compress worse. The last of a run may have up to half more.
constexpr size_t kBlockEvents = 128;
constexpr size_t kBlockEventsMax = 192;

/// How a block's bytes are stored. The numbers are stored: never change one.
enum class BlockFormat : int64_t {
  kRaw = 0,             ///< columns and an FNV-1a checksum: what compression would not make smaller
  kZstd = 1,            ///< a zstd frame with checksum
  kZstdDictionary = 2,  ///< the same with dictionary 1 (dictionary.hpp), for blocks of few events
};

struct EncodedBlock {
  BlockFormat format = BlockFormat::kRaw;
  std::string data;
};

/// Encodes and decodes blocks; keeps zstd's tables, so one per thread and connection. Device and tag are left out.
class BlockCodec {
 public:
  BlockCodec();
  ~BlockCodec();
  BlockCodec(const BlockCodec&) = delete;
  BlockCodec& operator=(const BlockCodec&) = delete;

  /// `events`: 1 to kBlockEventsMax of one room, seq without holes, ord, time and pos never falling.
  EncodedBlock encode(std::span<const model::StoredEvent> events);

  /// Appends the block's events with from ≤ seq ≤ to, in seq order. `first_seq` and `count` are the row's own columns.
  /// Errors: kDataDamaged if a checksum fails or the block does not hold what its row says.
  Result<> decode(RoomId room, Seq first_seq, int64_t count, BlockFormat format, std::string_view data, Seq from,
                  Seq to, std::vector<model::StoredEvent>& out);

 private:
  struct Contexts;

  std::string_view compress(BlockFormat format);
  Result<std::string_view> open(BlockFormat format, std::string_view data);

  std::unique_ptr<Contexts> contexts_;
  std::string plain_;
  std::string packed_;
};

}  // namespace kith::store

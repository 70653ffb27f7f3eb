#include "store/block_codec.hpp"

#include <zstd.h>

#include <array>
#include <cassert>
#include <utility>

#include "base/bytes.hpp"
#include "store/dictionary.hpp"

namespace kith::store {
namespace {

constexpr int kLevel = 3;                            // higher: 8 % smaller for 4 times the time (performance.md §B)
constexpr size_t kDictionaryEvents = 64;             // a larger block gains 3 % and takes a quarter longer to open
constexpr size_t kPlainBytesMax = 64 * 1024 * 1024;  // no real block comes near: 128 × message_bytes is 4 MiB
constexpr size_t kChecksumBytes = 8;

// zstd's tables of the dictionary: made once, shared by all codecs, read only.
struct DictionaryTables {
  ZSTD_CDict* compress = nullptr;
  ZSTD_DDict* decompress = nullptr;
  DictionaryTables() {
    const std::string_view bytes = dictionary_bytes();
    compress = ZSTD_createCDict(bytes.data(), bytes.size(), kLevel);
    decompress = ZSTD_createDDict(bytes.data(), bytes.size());
  }
};

const DictionaryTables& dictionary_tables() {
  static const DictionaryTables tables;
  return tables;
}

constexpr size_t kColumns = 9;
enum Column : size_t { kKind, kFlags, kSender, kTime, kPosition, kTarget, kRevision, kEdited, kLength };

// Differences of one column's neighbours; the first is against the block's base.
uint64_t zigzag(int64_t value) { return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63); }
int64_t unzigzag(uint64_t value) { return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1); }

std::unexpected<Error> damaged() {
  return fail(Reason::kDataDamaged, "A stored part of the history is damaged and was not shown.");
}

// One column: 1 and the value that all rows have, or 0 and each row's value. Most columns of a chat are constant.
template <typename ValueOf>
void put_column(std::span<const model::StoredEvent> events, std::string& out, ValueOf value_of) {
  std::array<uint64_t, kBlockEventsMax> values;
  bool constant = true;
  for (size_t i = 0; i < events.size(); ++i) {
    values[i] = value_of(events[i]);
    constant = constant && values[i] == values[0];
  }
  put_varint(out, constant ? 1 : 0);
  for (size_t i = 0; i < (constant ? 1 : events.size()); ++i) put_varint(out, values[i]);
}

// In the order of `Column`.
void put_columns(std::span<const model::StoredEvent> events, std::string& out) {
  const model::StoredEvent& first = events.front();
  const bool first_counts = (first.flags & model::kCountable) != 0;
  put_varint(out, events.size());
  put_varint(out, first.seq);
  put_varint(out, first.ord - (first_counts ? 1 : 0));
  put_varint(out, static_cast<uint64_t>(first.at.value));
  put_varint(out, static_cast<uint64_t>(first.pos));
  put_column(events, out, [](const auto& event) { return static_cast<uint64_t>(event.kind); });
  put_column(events, out, [](const auto& event) { return uint64_t{event.flags}; });
  put_column(events, out, [before = int64_t{0}](const auto& event) mutable {
    return zigzag(event.sender.value - std::exchange(before, event.sender.value));
  });
  put_column(events, out, [before = first.at.value](const auto& event) mutable {
    return zigzag(event.at.value - std::exchange(before, event.at.value));
  });
  put_column(events, out, [before = first.pos](const auto& event) mutable {
    return static_cast<uint64_t>(event.pos - std::exchange(before, event.pos));
  });
  put_column(events, out, [](const auto& event) { return event.target == 0 ? 0 : event.seq - event.target; });
  put_column(events, out, [](const auto& event) { return uint64_t{event.revision}; });
  put_column(events, out, [](const auto& event) {
    return event.edited_at.value == 0 ? 0 : zigzag(event.edited_at.value - event.at.value) + 1;
  });
  put_column(events, out, [](const auto& event) { return uint64_t{event.content.size()}; });
  for (const auto& event : events) out += event.content;
}

struct Base {
  uint64_t count = 0;
  Seq seq = 0;
  Ord ord = 0;
  int64_t at = 0;
  Pos pos = 0;
};

// Takes base values and columns from the front of `in`; contents remain.
bool take_columns(std::string_view& in, Base& base, std::array<std::vector<uint64_t>, kColumns>& columns) {
  const auto count = take_varint(in);
  const auto seq = take_varint(in);
  const auto ord = take_varint(in);
  const auto at = take_varint(in);
  const auto pos = take_varint(in);
  if (!count || !seq || !ord || !at || !pos || *count == 0 || *count > kBlockEventsMax) return false;
  base = {*count, *seq, *ord, static_cast<int64_t>(*at), static_cast<Pos>(*pos)};
  for (auto& column : columns) {
    const auto constant = take_varint(in);
    const auto first = take_varint(in);
    if (!constant || !first || *constant > 1) return false;
    column.assign(base.count, *first);
    if (*constant == 1) continue;
    for (size_t i = 1; i < base.count; ++i) {
      const auto taken = take_varint(in);
      if (!taken) return false;
      column[i] = *taken;
    }
  }
  uint64_t content_bytes = 0;
  for (const uint64_t length : columns[kLength]) {
    if (length > in.size()) return false;
    content_bytes += length;
  }
  return content_bytes == in.size();
}

}  // namespace

struct BlockCodec::Contexts {
  ZSTD_CCtx* compress = ZSTD_createCCtx();
  ZSTD_DCtx* decompress = ZSTD_createDCtx();
  std::array<std::vector<uint64_t>, kColumns> columns;
  Contexts() {
    ZSTD_CCtx_setParameter(compress, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(compress, ZSTD_c_dictIDFlag, 0);  // the row's fmt names the dictionary
  }
  ~Contexts() {
    ZSTD_freeCCtx(compress);
    ZSTD_freeDCtx(decompress);
  }
};

BlockCodec::BlockCodec() : contexts_(std::make_unique<Contexts>()) {}
BlockCodec::~BlockCodec() = default;

EncodedBlock BlockCodec::encode(std::span<const model::StoredEvent> events) {
  assert(!events.empty() && events.size() <= kBlockEventsMax);
  plain_.clear();
  put_columns(events, plain_);
  const BlockFormat format = events.size() < kDictionaryEvents ? BlockFormat::kZstdDictionary : BlockFormat::kZstd;
  const std::string_view packed = compress(format);
  if (!packed.empty() && packed.size() < plain_.size() - plain_.size() / 20) {
    return {.format = format, .data = std::string(packed)};
  }
  const uint64_t checksum = fnv1a(plain_);
  put_u64_be(plain_, checksum);
  return {.format = BlockFormat::kRaw, .data = plain_};
}

std::string_view BlockCodec::compress(BlockFormat format) {
  packed_.resize(ZSTD_compressBound(plain_.size()));
  ZSTD_CCtx_refCDict(contexts_->compress,
                     format == BlockFormat::kZstdDictionary ? dictionary_tables().compress : nullptr);
  if (format == BlockFormat::kZstd) ZSTD_CCtx_setParameter(contexts_->compress, ZSTD_c_compressionLevel, kLevel);
  const size_t size = ZSTD_compress2(contexts_->compress, packed_.data(), packed_.size(), plain_.data(), plain_.size());
  if (ZSTD_isError(size)) return {};
  return std::string_view(packed_).substr(0, size);
}

Result<std::string_view> BlockCodec::open(BlockFormat format, std::string_view data) {
  if (format == BlockFormat::kRaw) {
    if (data.size() < kChecksumBytes) return damaged();
    std::string_view checksum = data.substr(data.size() - kChecksumBytes);
    data.remove_suffix(kChecksumBytes);
    if (take_u64_be(checksum) != fnv1a(data)) return damaged();
    return data;
  }
  const ZSTD_DDict* dictionary = nullptr;
  if (format == BlockFormat::kZstdDictionary) {
    dictionary = dictionary_tables().decompress;
  } else if (format != BlockFormat::kZstd) {
    return damaged();
  }
  const unsigned long long size = ZSTD_getFrameContentSize(data.data(), data.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kPlainBytesMax) return damaged();
  plain_.resize(size);
  const size_t written = ZSTD_decompress_usingDDict(contexts_->decompress, plain_.data(), plain_.size(), data.data(),
                                                    data.size(), dictionary);
  if (ZSTD_isError(written) || written != size) return damaged();
  return std::string_view(plain_);
}

Result<> BlockCodec::decode(RoomId room, Seq first_seq, int64_t count, BlockFormat format, std::string_view data,
                            Seq from, Seq to, std::vector<model::StoredEvent>& out) {
  TRY(std::string_view in, open(format, data));
  auto& columns = contexts_->columns;
  Base base;
  if (!take_columns(in, base, columns)) return damaged();
  if (base.seq != first_seq || base.count != static_cast<uint64_t>(count)) return damaged();
  int64_t sender = 0;
  for (uint64_t i = 0; i < base.count; ++i) {
    const Seq seq = base.seq + i;
    const auto flags = static_cast<uint32_t>(columns[kFlags][i]);
    sender += unzigzag(columns[kSender][i]);
    base.at += unzigzag(columns[kTime][i]);
    base.pos += static_cast<Pos>(columns[kPosition][i]);
    base.ord += (flags & model::kCountable) != 0 ? 1 : 0;
    const uint64_t length = columns[kLength][i];
    if (seq >= from && seq <= to) {
      const uint64_t edited = columns[kEdited][i];
      model::StoredEvent& event = out.emplace_back();
      event.room = room;
      event.seq = seq;
      event.pos = base.pos;
      event.ord = base.ord;
      event.at = UnixMillis{base.at};
      event.edited_at = UnixMillis{edited == 0 ? 0 : base.at + unzigzag(edited - 1)};
      event.kind = static_cast<model::EventKind>(columns[kKind][i]);
      event.flags = flags;
      event.sender = UserId{sender};
      event.target = columns[kTarget][i] == 0 ? 0 : seq - columns[kTarget][i];
      event.revision = static_cast<uint32_t>(columns[kRevision][i]);
      event.content = in.substr(0, length);
    }
    in.remove_prefix(length);
  }
  return {};
}

}  // namespace kith::store

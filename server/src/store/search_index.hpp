// The full-text index: one SQLite file of its own beside the database, written by the search follower, read by
// searches. It holds words, never texts; it can be thrown away and rebuilt.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/function_ref.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace kith::store {

class SearchDatabase;

/// What of an event is searchable; found by chat, because the store does not read contents.
struct SearchableText {
  std::string text;
  bool has_link = false;
  std::vector<UserId> mentioned;

  bool operator==(const SearchableText&) const = default;
};

/// One message for the index.
struct SearchDocument {
  Pos pos = 0;  ///< of the message's own event; its id in the index
  RoomId room;
  Seq seq = 0;
  uint32_t revision = 0;
  UnixMillis at;
  UserId sender;
  SearchableText content;
};

/// A message whose text changed: what the index may hold of it and what it is to hold.
struct SearchChange {
  SearchDocument old;
  std::optional<SearchableText> now;  ///< nullopt: nothing any more
  uint32_t revision = 0;              ///< of `now`
};

/// A word of the index to look for.
struct SearchTerm {
  std::string token;
  bool is_beginning = false;  ///< also longer words that begin with it

  bool operator==(const SearchTerm&) const = default;
};

/// All must hold; within `rooms` and `senders` one suffices, and an empty list asks nothing.
struct SearchFilter {
  std::vector<SearchTerm> terms;
  std::vector<RoomId> rooms;
  std::vector<UserId> senders;
  bool has_link = false;
};

/// Positions to look at, both included.
struct SearchRange {
  Pos low = 0;
  Pos high = 0;
};

/// A message the index names. The index may lag and does not know places in a text: the text decides.
struct SearchCandidate {
  Pos pos = 0;
  RoomId room;
  Seq seq = 0;
};

/// One connection that reads, with one snapshot from `begin` to its destruction. For one thread at a time.
class SearchReader {
 public:
  ~SearchReader();
  SearchReader(SearchReader&&) noexcept;
  SearchReader(const SearchReader&) = delete;

  /// Hands over candidates newest first until there are no more or `on_candidate` returns false.
  Result<> find(const SearchFilter& filter, SearchRange range,
                FunctionRef<Result<bool>(const SearchCandidate&)> on_candidate);
  /// Positions outside of which no message has a time in [from, to); nullopt if there is none at all.
  Result<std::optional<SearchRange>> positions(UnixMillis from, UnixMillis to);

 private:
  friend class SearchIndex;
  SearchReader(class SearchIndex& index, std::unique_ptr<SearchDatabase> database);

  SearchIndex* index_;
  std::unique_ptr<SearchDatabase> database_;
};

/// The file. `reader` may be called from any thread, all else from one. An index of another version, or a damaged one,
/// is removed and made anew: with other rules the words of a text to be erased could not be found in it again.
class SearchIndex {
 public:
  /// Positions per table. More: fewer tables to ask for rare words; fewer: shorter merges and word beginnings.
  static constexpr int kTableShift = 20;
  /// Beginnings of so many characters are looked up at once; for longer and shorter ones FTS5 first gathers the
  /// messages of every word that begins so, which takes about 0.1 us each.
  static constexpr size_t kBeginningCharacters = 3;

  /// path: the file; version: names all rules that make tokens of an event. Errors: kStorage….
  static Result<std::unique_ptr<SearchIndex>> open(std::string path, std::string version);
  ~SearchIndex();

  /// All events up to here are in the index, and committed. 0 in a new file.
  [[nodiscard]] Pos position() const { return position_.load(std::memory_order_acquire); }
  /// The life of the store in which that position was reached, 0 in a new file.
  [[nodiscard]] uint64_t epoch() const { return epoch_; }
  /// The life of the store that positions belong to from now on.
  void set_epoch(uint64_t epoch) { epoch_ = epoch; }
  /// False from the creation of the file until it was first complete.
  [[nodiscard]] bool is_complete() const { return is_complete_.load(std::memory_order_acquire); }

  enum class Durability { kLater, kNow };
  /// Adds messages in ascending pos, all above `position()`, and moves the position, in one transaction. `kLater`: may
  /// be undone by a power loss, together with the position.
  Result<> add(std::span<const SearchDocument> documents, Pos position, Durability durability);
  /// Replaces words of messages if the index has them in the old revision; durable when it returns.
  Result<> change(std::span<const SearchChange> changes);
  /// Searches may answer from now on.
  Result<> set_complete();
  /// After changes: one short step of merging, so that removed words leave the file. True if there is more to do.
  Result<bool> merge_step();
  [[nodiscard]] bool needs_merging() const { return needs_merging_; }
  /// Throws everything away and begins at 0.
  Result<> reset();
  /// A search has found the file damaged: it should be `reset`.
  [[nodiscard]] bool is_damaged() const { return is_damaged_.load(std::memory_order_acquire); }

  /// A connection from a small pool. Errors: kSearchRebuilding if the index is not complete, kStorage….
  Result<SearchReader> reader();

 private:
  friend class SearchReader;
  SearchIndex(std::string path, std::string version);
  Result<> open_writer();
  Result<> create();
  Result<> set_durability(Durability durability);
  /// Copies the write-ahead log into the file and empties it; false while a reader stands in the way.
  Result<bool> truncate_wal();
  void give_back(std::unique_ptr<SearchDatabase> database);

  std::string path_;
  std::string version_;
  std::unique_ptr<SearchDatabase> writer_;
  std::atomic<Pos> position_{0};
  std::atomic<bool> is_complete_{false};
  std::atomic<bool> is_damaged_{false};
  uint64_t epoch_ = 0;
  bool needs_merging_ = false;
  std::mutex pool_mutex_;
  std::vector<std::unique_ptr<SearchDatabase>> pool_;  ///< idle readers, guarded by pool_mutex_
  uint64_t generation_ = 0;                            ///< of the file; readers of an older one are closed
};

}  // namespace kith::store

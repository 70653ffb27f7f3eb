// Keeps the search index up with the event log: new messages in batches, edits and erasures, merging after them.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/model.hpp"
#include "store/search_index.hpp"

namespace kith::store {

/// A row of `index_todo`: a message was rewritten or erased after it may have been indexed.
struct IndexTodo {
  int64_t number = 0;      ///< the row's key; rows come in this order
  model::StoredEvent old;  ///< the message as it was, with its revision and content
};

/// What the follower needs of the store. Called on the follower's thread only. Each call sees at least everything that
/// was committed before it began (a fresh snapshot), and nothing uncommitted.
class SearchSource {
 public:
  virtual ~SearchSource() = default;

  /// As in Store: pos of the newest committed event, this life of the store, and whether positions of an earlier one
  /// still hold (they do not after a restore: the index then knows events that never were).
  [[nodiscard]] virtual Pos durable_head() const = 0;
  [[nodiscard]] virtual uint64_t epoch() const = 0;
  [[nodiscard]] virtual bool is_known(uint64_t epoch, Pos pos) const = 0;
  /// Committed events with pos > after in ascending pos, of all rooms and kinds, from the log or from blocks, as they
  /// are now (newest content and revision). At most `limit`, fewer only if there are no more: a gap stays a gap.
  virtual Result<std::vector<model::StoredEvent>> events_after(Pos after, size_t limit) = 0;
  /// A message as it is now; nullopt if there is no such event.
  virtual Result<std::optional<model::StoredEvent>> event(RoomId room, Seq seq) = 0;
  /// The first `limit` rows by number.
  virtual Result<std::vector<IndexTodo>> index_todo(size_t limit) = 0;
  /// Removes the rows up to a number, through the writer; returns when that is committed. They hold erased text, so
  /// `secure_delete` applies.
  virtual Result<> drop_index_todo(int64_t up_to_number) = 0;
  /// All events up to here are durably indexed: the packer need not spare them for the follower.
  virtual void set_search_position(Pos position) = 0;
};

/// Finds the searchable part of an event; nullopt if it has none (not a message, deleted, encrypted).
using ExtractSearchableText = std::function<std::optional<SearchableText>(const model::StoredEvent&)>;

struct SearchFollowerOptions {
  size_t batch_events = 10'000;               ///< most events of one transaction
  std::chrono::milliseconds batch_time{200};  ///< least time from one batch to the next, unless a full one waits
  std::chrono::seconds durable_every{1};      ///< how often a batch is made durable and its position told
  std::chrono::seconds merge_after{60};       ///< from a change to the merging that takes its words out of the file
};

/// The follower and its thread. The thread yields to others when it is woken, but keeps its share of a busy machine.
class SearchFollower {
 public:
  SearchFollower(SearchIndex& index, SearchSource& source, ExtractSearchableText extract, const Clock& clock,
                 SearchFollowerOptions options = {});
  ~SearchFollower();

  void start();
  void stop();
  /// Something was committed. Cheap; from any thread.
  void wake();

  /// One pass: changes, then one batch of events, then one step of merging if it is due. True if more waits.
  /// For tests, and for the thread.
  Result<bool> step();

 private:
  Result<> check_index();
  Result<bool> apply_changes();
  Result<bool> add_events();
  Result<bool> merge_when_due();
  void run();

  SearchIndex& index_;
  SearchSource& source_;
  const ExtractSearchableText extract_;
  const Clock& clock_;
  const SearchFollowerOptions options_;

  bool is_checked_ = false;            ///< the index belongs to this life of the store
  Instant durable_at_{};               ///< when a batch was last made durable
  Pos told_position_ = 0;              ///< what the source was last told
  std::optional<Instant> changed_at_;  ///< first change since the last complete merging

  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable woken_condition_;
  bool is_woken_ = false;     ///< guarded by mutex_
  bool is_stopping_ = false;  ///< guarded by mutex_
};

}  // namespace kith::store

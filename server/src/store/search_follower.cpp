// Keeps the search index up with the event log: new messages in batches, edits and erasures, merging after them.
#include "store/search_follower.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>

#include "base/log.hpp"

namespace kith::store {
namespace {

/// Rows of index_todo taken at once; each holds up to one old and one new text in memory.
constexpr size_t kChangesAtOnce = 256;
/// After an error (disk full, read-only) the thread tries again so often.
constexpr std::chrono::seconds kRetryEvery{1};

SearchDocument document_of(const model::StoredEvent& event, SearchableText content) {
  return {.pos = event.pos,
          .room = event.room,
          .seq = event.seq,
          .revision = event.revision,
          .at = event.at,
          .sender = event.sender,
          .content = std::move(content)};
}

/// SCHED_BATCH: waking does not push others aside, but a busy machine still gives a full share. A lower share (nice)
/// would let the index fall behind exactly under load, and could not be taken back without privileges.
void yield_when_woken() {
  const sched_param parameters{};
  (void)pthread_setschedparam(pthread_self(), SCHED_BATCH, &parameters);
}

}  // namespace

SearchFollower::SearchFollower(SearchIndex& index, SearchSource& source, ExtractSearchableText extract,
                               const Clock& clock, SearchFollowerOptions options)
    : index_(index), source_(source), extract_(std::move(extract)), clock_(clock), options_(options) {
  if (index_.needs_merging()) changed_at_ = clock_.now();
}

SearchFollower::~SearchFollower() { stop(); }

void SearchFollower::start() {
  is_woken_ = true;
  thread_ = std::thread([this] { run(); });
}

void SearchFollower::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  woken_condition_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void SearchFollower::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (is_woken_) return;
    is_woken_ = true;
  }
  woken_condition_.notify_one();
}

Result<bool> SearchFollower::step() {
  TRY_VOID(check_index());
  TRY(const bool has_more_changes, apply_changes());
  TRY(const bool has_more_events, add_events());
  TRY(const bool has_more_merging, merge_when_due());
  return has_more_changes || has_more_events || has_more_merging;
}

Result<> SearchFollower::check_index() {
  if (index_.is_damaged()) {
    log::warn("The search index is damaged; it is rebuilt.");
    TRY_VOID(index_.reset());
    is_checked_ = false;
  }
  if (is_checked_) return {};
  const Pos position = index_.position();
  if (position > 0 && !source_.is_known(index_.epoch(), position)) {
    log::info("The search index belongs to another history; it is rebuilt.");
    TRY_VOID(index_.reset());
  }
  index_.set_epoch(source_.epoch());
  is_checked_ = true;
  return {};
}

Result<bool> SearchFollower::apply_changes() {
  TRY(const std::vector<IndexTodo> rows, source_.index_todo(kChangesAtOnce));
  if (rows.empty()) return false;
  std::vector<SearchChange> changes;
  changes.reserve(rows.size());
  for (const IndexTodo& row : rows) {
    // Not indexed yet: `add_events` reads it after this row was read, so it will find the newer words.
    if (row.old.pos > index_.position()) continue;
    std::optional<SearchableText> old = extract_(row.old);
    if (!old) continue;
    TRY(const auto now, source_.event(row.old.room, row.old.seq));
    SearchChange change{.old = document_of(row.old, *std::move(old))};
    if (now) {
      change.now = extract_(*now);
      change.revision = now->revision;
    }
    changes.push_back(std::move(change));
  }
  TRY_VOID(index_.change(changes));
  if (index_.needs_merging() && !changed_at_) changed_at_ = clock_.now();
  TRY_VOID(source_.drop_index_todo(rows.back().number));
  return rows.size() == kChangesAtOnce;
}

Result<bool> SearchFollower::add_events() {
  const Pos head = source_.durable_head();
  const Pos position = index_.position();
  const Instant now = clock_.now();
  const bool is_durable_due = now - durable_at_ >= options_.durable_every;
  std::vector<SearchDocument> documents;
  Pos reached = position;
  bool is_full = false;
  if (head > position) {
    TRY(std::vector<model::StoredEvent> events, source_.events_after(position, options_.batch_events));
    is_full = events.size() >= options_.batch_events;
    documents.reserve(events.size());
    for (model::StoredEvent& event : events) {
      reached = event.pos;
      std::optional<SearchableText> content = extract_(event);
      if (content) documents.push_back(document_of(event, *std::move(content)));
    }
    // Positions up to the head without an event (lost with a group that failed) are passed too.
    if (!is_full) reached = std::max(reached, head);
  }
  const bool must_tell = reached > told_position_ && is_durable_due;
  if (reached > position || must_tell) {
    TRY_VOID(
        index_.add(documents, reached, must_tell ? SearchIndex::Durability::kNow : SearchIndex::Durability::kLater));
  }
  if (must_tell) {
    durable_at_ = now;
    told_position_ = reached;
    source_.set_search_position(reached);
  }
  if (!is_full && !index_.is_complete()) {
    TRY_VOID(index_.set_complete());
  }
  return is_full;
}

Result<bool> SearchFollower::merge_when_due() {
  if (!changed_at_ || clock_.now() - *changed_at_ < options_.merge_after) return false;
  TRY(const bool has_more, index_.merge_step());
  if (!has_more) changed_at_.reset();
  return has_more;
}

void SearchFollower::run() {
  yield_when_woken();
  std::unique_lock lock(mutex_);
  bool has_failed = false;
  while (!is_stopping_) {
    is_woken_ = false;
    lock.unlock();
    const Result<bool> outcome = step();
    if (!outcome.has_value() && !has_failed) {
      log::error("The search index cannot be written; it is tried again.", {{"reason", outcome.error().message}});
    }
    has_failed = !outcome.has_value();
    lock.lock();
    if (has_failed) {
      woken_condition_.wait_for(lock, kRetryEvery, [this] { return is_stopping_; });
    } else if (!*outcome) {
      // What arrives meanwhile makes one batch; then it waits for a commit, or for merging that comes due.
      woken_condition_.wait_for(lock, options_.batch_time, [this] { return is_stopping_; });
      const auto is_wanted = [this] { return is_woken_ || is_stopping_; };
      if (changed_at_ || told_position_ < index_.position()) {
        woken_condition_.wait_for(lock, options_.durable_every, is_wanted);
      } else {
        woken_condition_.wait(lock, is_wanted);
      }
    }
  }
}

}  // namespace kith::store

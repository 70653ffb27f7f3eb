// The full-text index: one SQLite file of its own beside the database, written by the search follower, read by
// searches.
#include "store/search_index.hpp"

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <map>

#include "base/log.hpp"
#include "store/fts5_tokenizer.hpp"
#include "store/search_database.hpp"
#include "store/sql.hpp"

namespace kith::store {
namespace {

constexpr int64_t kHourMillis = 3'600'000;
/// Pages one merging step may write: a longer step makes searches' snapshots older and the follower's lag greater.
constexpr int64_t kMergePages = 500;
/// Idle reader connections that are kept; more than this many searches at once open their own.
constexpr size_t kPoolSize = 4;
/// `part.changed`: removed words wait for merging, or merging is under way.
constexpr int64_t kMerged = 0;
constexpr int64_t kChanged = 1;
constexpr int64_t kMerging = 2;

int64_t part_of(Pos pos) { return pos >> SearchIndex::kTableShift; }

/// A statement of server/sql/search for the table of one part: the files name ft_0.
std::string for_part(const sql::Sql& statement, int64_t part) {
  constexpr std::string_view kName = "ft_0";
  const std::string name = "ft_" + std::to_string(part);
  std::string text = statement.sqlite;
  for (size_t at = text.find(kName); at != std::string::npos; at = text.find(kName, at + name.size())) {
    text.replace(at, kName.size(), name);
  }
  return text;
}

Result<> in_transaction(SearchDatabase& database, FunctionRef<Result<>()> work) {
  TRY_VOID(database.begin());
  Result<> outcome = work();
  if (outcome.has_value()) outcome = database.commit();
  if (!outcome.has_value()) database.rollback();
  return outcome;
}

/// Statements that write the words of messages, with what changes little from one message to the next.
class WordWriter {
 public:
  explicit WordWriter(SearchDatabase& database) : database_(database) {}

  Result<> insert(Pos pos, RoomId room, UserId sender, const SearchableText& content) {
    TRY_VOID(use_part(part_of(pos)));
    return write(insert_, pos, room, sender, content);
  }
  Result<> remove(Pos pos, RoomId room, UserId sender, const SearchableText& content) {
    TRY_VOID(use_part(part_of(pos)));
    return write(remove_, pos, room, sender, content);
  }

 private:
  Result<> write(const std::string& statement, Pos pos, RoomId room, UserId sender, const SearchableText& content) {
    document_.clear();
    append_fts5_document(document_, room, sender, content);
    return database_.execute(statement, {pos, std::string_view(document_)});
  }

  Result<> use_part(int64_t part) {
    if (part == part_) return {};
    bool exists = false;
    TRY_VOID(database_.query(sql::search::kListParts.sqlite, {part, part}, [&](const Row&) -> Result<bool> {
      exists = true;
      return false;
    }));
    if (!exists) {
      TRY_VOID(database_.execute_script(for_part(sql::search::kCreatePart, part).c_str()));
      TRY_VOID(database_.execute(sql::search::kInsertPart.sqlite, {part}));
    }
    part_ = part;
    insert_ = for_part(sql::search::kInsertWords, part);
    remove_ = for_part(sql::search::kRemoveWords, part);
    return {};
  }

  SearchDatabase& database_;
  int64_t part_ = -1;
  std::string insert_;
  std::string remove_;
  std::string document_;
};

Result<> put_hours(SearchDatabase& database, std::span<const SearchDocument> documents) {
  std::map<int64_t, SearchRange> hours;
  for (const SearchDocument& document : documents) {
    const auto [entry, is_new] =
        hours.try_emplace(document.at.value / kHourMillis, SearchRange{.low = document.pos, .high = document.pos});
    if (!is_new) entry->second.high = document.pos;
  }
  for (const auto& [hour, range] : hours) {
    TRY_VOID(database.execute(sql::search::kPutHour.sqlite, {hour, range.low, range.high}));
  }
  return {};
}

}  // namespace

SearchReader::SearchReader(SearchIndex& index, std::unique_ptr<SearchDatabase> database)
    : index_(&index), database_(std::move(database)) {}

SearchReader::SearchReader(SearchReader&&) noexcept = default;

SearchReader::~SearchReader() {
  if (database_ == nullptr) return;
  database_->rollback();
  index_->give_back(std::move(database_));
}

Result<> SearchReader::find(const SearchFilter& filter, SearchRange range,
                            FunctionRef<Result<bool>(const SearchCandidate&)> on_candidate) {
  bool goes_on = true;
  const auto hand_over = [&](const Row& row) -> Result<bool> {
    TRY(goes_on,
        on_candidate({.pos = row.integer(0), .room = RoomId{row.integer(1)}, .seq = static_cast<Seq>(row.integer(2))}));
    return goes_on;
  };
  const std::string expression = fts5_expression(filter);
  if (expression.empty()) return database_->query(sql::search::kFindAll.sqlite, {range.low, range.high}, hand_over);

  std::vector<int64_t> parts;
  TRY_VOID(database_->query(sql::search::kListParts.sqlite, {part_of(range.low), part_of(range.high)},
                            [&](const Row& row) -> Result<bool> {
                              parts.push_back(row.integer(0));
                              return true;
                            }));
  for (size_t i = 0; i < parts.size() && goes_on; ++i) {
    Result<> found = database_->query(for_part(sql::search::kFind, parts[i]),
                                      {std::string_view(expression), range.low, range.high}, hand_over);
    if (found.has_value()) continue;
    if (found.error().reason == Reason::kDataDamaged) index_->is_damaged_.store(true, std::memory_order_release);
    return found;
  }
  return {};
}

Result<std::optional<SearchRange>> SearchReader::positions(UnixMillis from, UnixMillis to) {
  std::optional<SearchRange> range;
  if (from >= to) return range;
  const int64_t first = from.value / kHourMillis;
  const int64_t last = (to.value - 1) / kHourMillis;
  TRY_VOID(database_->query(sql::search::kFindHours.sqlite, {first, last}, [&](const Row& row) -> Result<bool> {
    if (!row.is_null(0)) range = SearchRange{.low = row.integer(0), .high = row.integer(1)};
    return false;
  }));
  return range;
}

SearchIndex::SearchIndex(std::string path, std::string version)
    : path_(std::move(path)), version_(std::move(version)) {}

SearchIndex::~SearchIndex() = default;

Result<std::unique_ptr<SearchIndex>> SearchIndex::open(std::string path, std::string version) {
  auto* made = new SearchIndex(std::move(path), std::move(version));  // tidy: naked new, private constructor
  std::unique_ptr<SearchIndex> index(made);
  Result<> opened = index->open_writer();
  if (!opened.has_value() && opened.error().reason == Reason::kDataDamaged) opened = index->reset();
  if (!opened.has_value()) return std::unexpected(std::move(opened).error());
  return index;
}

Result<> SearchIndex::open_writer() {
  TRY(writer_, SearchDatabase::open(path_, SearchDatabase::Mode::kWriter));
  bool has_schema = false;
  TRY_VOID(writer_->query("SELECT 1 FROM sqlite_schema LIMIT 1", {}, [&](const Row&) -> Result<bool> {
    has_schema = true;
    return false;
  }));
  if (!has_schema) return create();

  std::string version;
  Pos position = 0;
  bool is_complete = false;
  TRY_VOID(writer_->query(sql::search::kFindState.sqlite, {}, [&](const Row& row) -> Result<bool> {
    version = row.text(0);
    epoch_ = static_cast<uint64_t>(row.integer(1));
    position = row.integer(2);
    is_complete = row.integer(3) != 0;
    return false;
  }));
  if (version != version_) {
    log::info("The search index follows other rules; it is rebuilt.", {{"was", version}, {"is", version_}});
    return reset();
  }
  TRY_VOID(writer_->query(sql::search::kFindChangedPart.sqlite, {}, [&](const Row&) -> Result<bool> {
    needs_merging_ = true;
    return false;
  }));
  position_.store(position, std::memory_order_release);
  is_complete_.store(is_complete, std::memory_order_release);
  return {};
}

Result<> SearchIndex::create() {
  return in_transaction(*writer_, [&]() -> Result<> {
    TRY_VOID(writer_->execute_script(sql::search::kSchema.sqlite));
    return writer_->execute(sql::search::kInsertState.sqlite, {std::string_view(version_)});
  });
}

Result<> SearchIndex::reset() {
  is_complete_.store(false, std::memory_order_release);
  position_.store(0, std::memory_order_release);
  epoch_ = 0;
  needs_merging_ = false;
  is_damaged_.store(false, std::memory_order_release);
  {
    const std::lock_guard lock(pool_mutex_);
    ++generation_;
    pool_.clear();
  }
  writer_.reset();
  // Readers still at work keep the removed file until they end.
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code ignored;  // if it stays, opening it again will tell
    std::filesystem::remove(path_ + suffix, ignored);
  }
  TRY(writer_, SearchDatabase::open(path_, SearchDatabase::Mode::kWriter));
  return create();
}

Result<> SearchIndex::add(std::span<const SearchDocument> documents, Pos position, Durability durability) {
  assert(position >= position_.load(std::memory_order_relaxed));
  TRY_VOID(set_durability(durability));
  WordWriter words(*writer_);
  TRY_VOID(in_transaction(*writer_, [&]() -> Result<> {
    for (const SearchDocument& document : documents) {
      TRY_VOID(writer_->execute(sql::search::kInsertDoc.sqlite,
                                {document.pos, document.room.value, static_cast<int64_t>(document.seq),
                                 static_cast<int64_t>(document.revision)}));
      TRY_VOID(words.insert(document.pos, document.room, document.sender, document.content));
    }
    TRY_VOID(put_hours(*writer_, documents));
    return writer_->execute(sql::search::kSetPosition.sqlite, {static_cast<int64_t>(epoch_), position});
  }));
  position_.store(position, std::memory_order_release);
  return {};
}

Result<> SearchIndex::change(std::span<const SearchChange> changes) {
  TRY_VOID(set_durability(Durability::kNow));
  WordWriter words(*writer_);
  bool has_changed = false;
  TRY_VOID(in_transaction(*writer_, [&]() -> Result<> {
    for (const SearchChange& change : changes) {
      const SearchDocument& old = change.old;
      int64_t revision = -1;
      TRY_VOID(writer_->query(sql::search::kFindDoc.sqlite, {old.pos}, [&](const Row& row) -> Result<bool> {
        revision = row.integer(0);
        return false;
      }));
      // Not there yet, gone already, or indexed with newer words: taking out words that are not in would damage FTS5.
      if (revision != static_cast<int64_t>(old.revision)) continue;
      TRY_VOID(words.remove(old.pos, old.room, old.sender, old.content));
      if (change.now) {
        TRY_VOID(words.insert(old.pos, old.room, old.sender, *change.now));
        TRY_VOID(writer_->execute(sql::search::kUpdateDoc.sqlite, {old.pos, static_cast<int64_t>(change.revision)}));
      } else {
        TRY_VOID(writer_->execute(sql::search::kRemoveDoc.sqlite, {old.pos}));
      }
      TRY_VOID(writer_->execute(sql::search::kSetPartChanged.sqlite, {part_of(old.pos), kChanged}));
      has_changed = true;
    }
    return {};
  }));
  needs_merging_ = needs_merging_ || has_changed;
  return {};
}

Result<> SearchIndex::set_complete() {
  TRY_VOID(writer_->execute(sql::search::kSetComplete.sqlite));
  is_complete_.store(true, std::memory_order_release);
  return {};
}

Result<bool> SearchIndex::merge_step() {
  if (!needs_merging_) return false;
  int64_t part = -1;
  int64_t changed = kMerged;
  TRY_VOID(writer_->query(sql::search::kFindChangedPart.sqlite, {}, [&](const Row& row) -> Result<bool> {
    part = row.integer(0);
    changed = row.integer(1);
    return false;
  }));
  if (part < 0) {
    TRY(const bool is_done, truncate_wal());
    needs_merging_ = !is_done;
    return needs_merging_;
  }
  // A negative number gathers all segments into one merge; the next ones go on with it (fts5.html, "merge").
  TRY_VOID(in_transaction(*writer_, [&]() -> Result<> {
    const int64_t before = writer_->total_changes();
    TRY_VOID(writer_->execute(for_part(sql::search::kMerge, part), {changed == kChanged ? -kMergePages : kMergePages}));
    const bool has_worked = writer_->total_changes() - before >= 2;
    return writer_->execute(sql::search::kSetPartChanged.sqlite, {part, has_worked ? kMerging : kMerged});
  }));
  return true;
}

Result<bool> SearchIndex::truncate_wal() {
  bool is_busy = true;
  TRY_VOID(writer_->query("PRAGMA wal_checkpoint(TRUNCATE)", {}, [&](const Row& row) -> Result<bool> {
    is_busy = row.integer(0) != 0;
    return false;
  }));
  return !is_busy;
}

Result<> SearchIndex::set_durability(Durability durability) {
  return writer_->execute_script(durability == Durability::kNow ? "PRAGMA synchronous=FULL"
                                                                : "PRAGMA synchronous=NORMAL");
}

Result<SearchReader> SearchIndex::reader() {
  if (!is_complete()) return fail(Reason::kSearchRebuilding, "The search index is being rebuilt.");
  std::unique_ptr<SearchDatabase> database;
  uint64_t generation = 0;
  {
    const std::lock_guard lock(pool_mutex_);
    generation = generation_;
    if (!pool_.empty()) {
      database = std::move(pool_.back());
      pool_.pop_back();
    }
  }
  if (database == nullptr) {
    TRY(database, SearchDatabase::open(path_, SearchDatabase::Mode::kReader));
    database->generation = generation;
  }
  TRY_VOID(database->begin());
  return SearchReader(*this, std::move(database));
}

void SearchIndex::give_back(std::unique_ptr<SearchDatabase> database) {
  const std::lock_guard lock(pool_mutex_);
  if (database->generation == generation_ && pool_.size() < kPoolSize) pool_.push_back(std::move(database));
}

}  // namespace kith::store

// The store as the use cases see it: write transactions in commit groups, read transactions on snapshots, and what is
// known from memory. `chat/` knows nothing else of `store/` but the repositories. Embedded: sqlite_store.hpp.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "model/model.hpp"
#include "store/db.hpp"

namespace kith::store {

/// A stored send found again by its txn tag.
struct Sent {
  RoomId room;
  Seq seq = 0;

  bool operator==(const Sent&) const = default;
};

/// Reading events, inside a write or a read transaction. A member's `from_seq` is the caller's business.
class EventReader {
 public:
  virtual ~EventReader() = default;
  /// Events with from ≤ seq ≤ to, in seq order, at most `limit` of them taken from the low end (`kForward`) or the high
  /// end (`kBackward`) of the range. Deleted ones come with flag kDeleted and no content.
  /// Errors: kDataDamaged if a block of the range cannot be read.
  enum class Direction { kForward, kBackward };
  virtual Result<std::vector<model::StoredEvent>> events(RoomId room, Seq from, Seq to, size_t limit,
                                                         Direction direction) = 0;
  /// One event; nullopt if the room has no such seq.
  virtual Result<std::optional<model::StoredEvent>> event(RoomId room, Seq seq) = 0;
};

/// One snapshot of the database on a reader thread.
class ReadTransaction : public EventReader {
 public:
  virtual Db& db() = 0;
  /// A room's head as of at least this snapshot; nullopt if there is no such room.
  virtual std::optional<model::RoomHead> head(RoomId room) = 0;
  /// Moves a member row's read position over the user's own newest send, which is only in memory until it is packed.
  virtual void apply_own_sends(model::Member& member) = 0;
};

/// The writer's view: the database plus what this group has already changed. Only on the writer thread, inside `write`.
/// A command checks everything before its first change: if it returns an error after a change, the whole group is
/// rolled back and its commands run again one by one.
class WriteTransaction : public EventReader {
 public:
  virtual Db& db() = 0;
  [[nodiscard]] virtual UnixMillis now() const = 0;

  virtual std::optional<model::RoomHead> head(RoomId room) = 0;
  /// Rooms and members are cached here, because every send asks for them: change them only through these.
  virtual Result<std::optional<model::Room>> room(RoomId room) = 0;
  /// Inserts a room (its id is ignored) and returns it with its id.
  virtual Result<model::Room> insert_room(model::Room room) = 0;
  /// Stores name, topic, history and member_count of an existing room.
  virtual Result<> update_room(const model::Room& room) = 0;
  /// The member row with own sends applied; nullopt if the user never was in the room.
  virtual Result<std::optional<model::Member>> member(RoomId room, UserId user) = 0;
  /// Inserts or replaces a member row under a new version, keeps the room's member_count right and publishes the change
  /// to the user's devices. Returns the row with its version.
  virtual Result<model::Member> put_member(model::Member member) = 0;
  /// Inserts or replaces an item of a user's own state under a new version (an empty value stays as a removed row) and
  /// publishes it to the user's devices.
  virtual Result<model::UserItem> put_user_item(UserId user, model::UserItem item) = 0;
  /// The next version of a user's own state, for rows this transaction writes itself.
  virtual Result<Version> next_version(UserId user) = 0;

  /// Appends an event: assigns seq, pos, ord and time, remembers (device, txn_tag). The sender's own read position
  /// moves to it. Does not publish.
  virtual Result<model::StoredEvent> append(RoomId room, model::EventDraft draft) = 0;
  /// Where a device's send with this tag went, if it was accepted before (in memory, in the ring, or in this group).
  virtual Result<std::optional<Sent>> find_sent(DeviceId device, uint64_t txn_tag) = 0;
  /// Replaces a message's content for good, in the log or in its block; hands the old text to the search follower.
  /// Returns the event as it is now.
  virtual Result<model::StoredEvent> rewrite(RoomId room, Seq seq, std::string content, uint32_t revision,
                                             UnixMillis edited_at) = 0;
  /// Erases a message's content for good: flag kDeleted, a `gone` row, its mention rows removed, old text handed to the
  /// search follower. Returns the event as it is now.
  virtual Result<model::StoredEvent> erase(RoomId room, Seq seq, UserId by) = 0;

  /// Tells the hub after the commit, in the order of the calls.
  virtual void publish(model::Publication publication) = 0;
};

/// What happened since the start, for /metrics.
struct StoreMetrics {
  uint64_t groups = 0;
  uint64_t commands = 0;
  uint64_t events = 0;
  uint64_t rollbacks = 0;
  uint64_t blocks_packed = 0;
  uint64_t log_rows = 0;
  uint64_t wal_bytes = 0;
  uint64_t write_queue = 0;
  uint64_t read_queue = 0;
  uint64_t tail_bytes = 0;
  bool writable = true;  ///< false while the disk is full or read-only
};

/// The newest events of one room, immutable, in seq order.
using Tail = std::vector<std::shared_ptr<const model::StoredEvent>>;

/// All calls are safe from any thread; the coroutines resume on the executor they were awaited on.
class Store {
 public:
  virtual ~Store() = default;

  /// Runs `command` on the writer in the next group; resolves after the commit is on disk (§1: I1), or with its error.
  /// The command may run more than once. Errors: the command's, kBusy if the queue is full, kStorage….
  template <typename T>
  Task<Result<T>> write(std::move_only_function<Result<T>(WriteTransaction&)> command) {
    auto answer = std::make_shared<Result<T>>(fail(Reason::kShuttingDown, "The server is stopping."));
    Result<> outcome = co_await completion<Result<>>([&](auto resolve) {
      submit_write(
          [command = std::move(command), answer](WriteTransaction& transaction) mutable -> Result<> {
            *answer = command(transaction);
            if (!answer->has_value()) return std::unexpected(answer->error());
            return {};
          },
          std::move(resolve));
    });
    if (!outcome.has_value()) co_return std::unexpected(std::move(outcome).error());
    co_return std::move(*answer);
  }
  /// Runs `query` on a reader thread inside one snapshot.
  template <typename T>
  Task<Result<T>> read(std::move_only_function<Result<T>(ReadTransaction&)> query) {
    auto answer = std::make_shared<Result<T>>(fail(Reason::kShuttingDown, "The server is stopping."));
    Result<> outcome = co_await completion<Result<>>([&](auto resolve) {
      submit_read(
          [query = std::move(query), answer](ReadTransaction& transaction) mutable -> Result<> {
            *answer = query(transaction);
            return {};
          },
          std::move(resolve));
    });
    if (!outcome.has_value()) co_return std::unexpected(std::move(outcome).error());
    co_return std::move(*answer);
  }

  using WriteCommand = std::move_only_function<Result<>(WriteTransaction&)>;
  using ReadQuery = std::move_only_function<Result<>(ReadTransaction&)>;
  using Resolve = std::move_only_function<void(Result<>)>;
  virtual void submit_write(WriteCommand command, Resolve resolve) = 0;
  virtual void submit_read(ReadQuery query, Resolve resolve) = 0;

  /// A room's head, committed; nullopt if there is no such room.
  [[nodiscard]] virtual std::optional<model::RoomHead> head(RoomId room) const = 0;
  /// The room's newest events if they are in memory, else empty.
  [[nodiscard]] virtual std::shared_ptr<const Tail> tail(RoomId room) const = 0;
  /// Pos of the newest committed event.
  [[nodiscard]] virtual Pos durable_head() const = 0;
  /// This life of the store, random; and whether `epoch` is an earlier one whose positions up to `pos` still hold.
  [[nodiscard]] virtual uint64_t epoch() const = 0;
  [[nodiscard]] virtual bool is_known(uint64_t epoch, Pos pos) const = 0;

  [[nodiscard]] virtual StoreMetrics metrics() const = 0;
};

/// Called on the writer thread after each commit and after the acks were posted, with the group's publications in
/// order.
using OnCommitted = std::function<void(std::vector<model::Publication>)>;

}  // namespace kith::store

// Who hears what: the connections of this node by user and by room, one table per reactor, no locks.
//
// A committed group arrives as one posted, immutable batch per reactor. Each item is encoded once, by the first reactor
// that has somebody to tell, and shared by all sockets.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/executor.hpp"
#include "base/time.hpp"
#include "bus/bus.hpp"
#include "chat/caller.hpp"
#include "chat/context.hpp"
#include "chat/own_state.hpp"
#include "chat/people.hpp"
#include "kith/v1/sync.pb.h"

namespace kith::chat {

namespace v1 = ::kith::v1;

/// An encoded item, in whatever forms the connections need; made once, shared, immutable. api/ knows its inside.
class Delivery {
 public:
  virtual ~Delivery() = default;
};
using SharedDelivery = std::shared_ptr<const Delivery>;
/// Encodes an item; called on any reactor.
using EncodeItem = std::function<SharedDelivery(const v1::ServerItem&)>;

/// One connection as the hub sees it. Lives on one reactor; unregisters itself before it dies.
class Subscriber {
 public:
  explicit Subscriber(const Caller& caller) : caller_(caller) {}
  virtual ~Subscriber() = default;

  /// Queues an item; must not remove subscribers.
  virtual void deliver(const SharedDelivery& delivery) = 0;
  /// The session was revoked: say goodbye and close.
  virtual void end_session() = 0;

  [[nodiscard]] const Caller& caller() const { return caller_; }

 private:
  friend class HubShard;
  Caller caller_;
  std::vector<RoomId> rooms_;
  uint64_t mark_ = 0;  ///< the last notice told, so that one told in several rooms is heard once
};

/// A batch on its way to the shards, with each item's encoding once somebody needed it.
struct HubBatch;

/// The tables of one reactor; all calls on its thread.
class HubShard {
 public:
  /// Runs a job on the shard's executor once a time has passed.
  using Later = std::function<void(Duration, Job)>;

  /// `later`: may be empty; then big fan-outs are not paced.
  HubShard(const Context& context, const People& people, const EncodeItem& encode, Executor& executor, Later later)
      : context_(context), people_(people), encode_(encode), executor_(executor), later_(std::move(later)) {}

  /// Makes a connection hear of its user's own state, from the version its Sync will lead to (`set_version`).
  void add(Subscriber& subscriber);
  /// Makes it hear of rooms too.
  void subscribe(Subscriber& subscriber, const std::vector<RoomId>& rooms);
  void remove(Subscriber& subscriber);
  /// A Sync of this user led to a version: what is newer will be pushed.
  void set_version(UserId user, Version version);

  /// Newest pos told to everybody here.
  [[nodiscard]] Pos told_pos() const { return told_pos_; }
  /// Newest version of a user's own state told to all its connections here.
  [[nodiscard]] Version told_version(UserId user) const;
  [[nodiscard]] bool is_subscribed(const Subscriber& subscriber, RoomId room) const;
  [[nodiscard]] size_t size() const { return size_; }

  /// Tells a batch: at once, or after a big one in a moment together with what comes meanwhile, so that each socket
  /// gets one write for several messages.
  void take(std::shared_ptr<HubBatch> batch);

 private:
  static constexpr Version kUnknownVersion = -1;

  /// The connections of one user, and how far their own state was told.
  struct UserEntry {
    std::vector<Subscriber*> subscribers;
    Version told = kUnknownVersion;
    bool is_reading = false;
    bool is_behind = false;  ///< something changed while reading
  };

  void handle_waiting();
  void handle(HubBatch& batch);
  void handle_event(HubBatch& batch, size_t index, const model::RoomEventCommitted& committed);
  void end_sessions(const model::DeviceRevoked& revoked);
  void tell_room(HubBatch& batch, size_t index, RoomId room, UserId except = {});
  void tell_rooms(HubBatch& batch, size_t index, const std::vector<RoomId>& rooms, UserId except);
  void change_membership(UserId user, RoomId room, bool is_in);
  void remove_from_room(Subscriber& subscriber, RoomId room);
  void push_own_state(UserId user);
  void finish_own_state(UserId user, const Result<OwnStateChanges>& changes);

  const Context& context_;
  const People& people_;
  const EncodeItem& encode_;
  Executor& executor_;
  const Later later_;
  std::vector<std::shared_ptr<HubBatch>> waiting_;
  std::unordered_map<UserId, UserEntry> users_;
  std::unordered_map<RoomId, std::vector<Subscriber*>> rooms_;
  Pos told_pos_ = 0;
  uint64_t mark_ = 0;
  uint64_t deliveries_ = 0;  ///< since the start
  size_t size_ = 0;
  bool is_pausing_ = false;  ///< after a big fan-out: batches wait
};

/// All shards of this node, and the way from the store and the use cases to them.
class Hub {
 public:
  Hub(const Context& context, const People& people, bus::Bus& bus, EncodeItem encode);
  ~Hub();

  /// One shard per reactor, before anything is published. The reference holds for the hub's life.
  HubShard& add_shard(Executor& executor, HubShard::Later later = {});

  /// The store's OnCommitted: on the writer thread, after the acks.
  void publish(std::vector<model::Publication> publications);
  /// From any thread.
  void tell(model::Ephemeral notice);
  /// A user's presence as others may see it changed: told in the user's direct and small rooms, as it is by then.
  void tell_presence(UserId user);

 private:
  void handle(const bus::Batch& batch);
  void tell_profile(const model::ProfileCommitted& profile);

  const Context& context_;
  const People& people_;
  bus::Bus& bus_;
  EncodeItem encode_;
  std::mutex presence_mutex_;  ///< held from reading a presence to telling it: the last told is the last there was
  std::vector<std::unique_ptr<HubShard>> shards_;
  std::vector<Executor*> executors_;
};

}  // namespace kith::chat

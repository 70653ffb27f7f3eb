#include "chat/hub.hpp"

#include <algorithm>
#include <cassert>

#include "base/log.hpp"
#include "chat/present.hpp"
#include "chat/present_call.hpp"
#include "chat/present_user.hpp"
#include "store/member_repository.hpp"
#include "store/room_repository.hpp"

namespace kith::chat {

struct HubBatch {
  /// An item's encoding: made by whichever reactor needs it first.
  struct Slot {
    std::once_flag once;
    SharedDelivery delivery;
  };

  explicit HubBatch(bus::Batch batch, const Context& batch_context, const EncodeItem& batch_encode)
      : notices(std::move(batch)),
        slots(std::make_unique<Slot[]>(notices->size())),
        context(batch_context),
        encode(batch_encode) {}

  const SharedDelivery& delivery(size_t index);

  bus::Batch notices;
  std::unique_ptr<Slot[]> slots;
  const Context& context;
  const EncodeItem& encode;
};

namespace {

constexpr uint64_t kBigFanout = 200;
constexpr Duration kPausePerDelivery = std::chrono::microseconds(3);  // a write of its own would take about this
constexpr Duration kPauseMax = std::chrono::milliseconds(5);

struct ItemOf {
  const IdCodec& ids;

  v1::ServerItem operator()(const model::RoomEventCommitted& committed) const {
    v1::ServerItem item;
    *item.mutable_event() = present_event(ids, committed.event, committed.target);
    return item;
  }
  v1::ServerItem operator()(const model::ReadPositionCommitted& position) const {
    v1::ServerItem item;
    auto& out = *item.mutable_read_position();
    out.set_room_id(ids.encode(position.room));
    out.set_user_id(ids.encode(position.user));
    out.set_seq(position.seq);
    return item;
  }
  v1::ServerItem operator()(const model::TypingChanged& typing) const {
    v1::ServerItem item;
    auto& out = *item.mutable_typing();
    out.set_room_id(ids.encode(typing.room));
    out.set_user_id(ids.encode(typing.user));
    out.set_typing(typing.typing);
    return item;
  }
  v1::ServerItem operator()(const model::PresenceChanged& presence) const {
    v1::ServerItem item;
    *item.mutable_presence() =
        present_presence(ids, presence.user, {.state = presence.state, .last_seen = presence.seen_at});
    return item;
  }
  v1::ServerItem operator()(const model::ProfileChanged& profile) const {
    v1::ServerItem item;
    auto& user = *item.mutable_user();
    user.set_id(ids.encode(profile.user.id));
    user.set_username(profile.user.name);
    user.set_display_name(profile.user.display_name);
    user.set_bio(profile.user.bio);
    user.set_role(static_cast<v1::ServerRole>(profile.user.role));
    set_timestamp(*user.mutable_created_at(), profile.user.created_at);
    user.set_deactivated(profile.user.state == model::UserState::kDeactivated);
    return item;
  }
  v1::ServerItem operator()(const model::CallChanged& changed) const {
    v1::ServerItem item;
    *item.mutable_call() = present_call(ids, changed.call);
    return item;
  }
  v1::ServerItem operator()(const model::Publication& publication) const { return std::visit(*this, publication); }
  v1::ServerItem operator()(const model::Ephemeral& notice) const { return std::visit(*this, notice); }
  /// Own state, revocations and profiles in their stored form are resolved by the shard, not told as they are.
  v1::ServerItem operator()(const auto&) const { return {}; }
};

/// The rooms in which a user is told about as a person: direct ones, and those of at most `read_positions_members`.
Result<std::vector<RoomId>> small_rooms(const Context& context, store::ReadTransaction& transaction, UserId user) {
  TRY(const auto members, store::MemberRepository(transaction.db()).list_of_user(user));
  store::RoomRepository repository(transaction.db());
  std::vector<RoomId> rooms;
  for (const model::Member& member : members) {
    if (member.state != model::MemberState::kIn) continue;
    TRY(const auto room, repository.find(member.room));
    if (room && room->member_count <= context.limits.read_positions_members) rooms.push_back(room->id);
  }
  return rooms;
}

}  // namespace

const SharedDelivery& HubBatch::delivery(size_t index) {
  Slot& slot = slots[index];
  std::call_once(slot.once, [&] { slot.delivery = encode(std::visit(ItemOf{context.ids}, (*notices)[index])); });
  return slot.delivery;
}

void HubShard::add(Subscriber& subscriber) {
  users_[subscriber.caller().user].subscribers.push_back(&subscriber);
  ++size_;
}

void HubShard::subscribe(Subscriber& subscriber, const std::vector<RoomId>& rooms) {
  for (const RoomId room : rooms) {
    if (is_subscribed(subscriber, room)) continue;
    subscriber.rooms_.push_back(room);
    rooms_[room].push_back(&subscriber);
  }
}

void HubShard::remove(Subscriber& subscriber) {
  while (!subscriber.rooms_.empty()) remove_from_room(subscriber, subscriber.rooms_.back());
  const auto entry = users_.find(subscriber.caller().user);
  if (entry == users_.end()) return;
  if (std::erase(entry->second.subscribers, &subscriber) != 0) --size_;
  if (entry->second.subscribers.empty()) users_.erase(entry);
}

void HubShard::set_version(UserId user, Version version) {
  const auto found = users_.find(user);
  if (found == users_.end()) return;
  UserEntry& entry = found->second;
  // With other connections about, `told` stays: they have not heard what this Sync answered.
  if (entry.told == kUnknownVersion || entry.subscribers.size() == 1) entry.told = std::max(entry.told, version);
  if (entry.is_behind && !entry.is_reading) push_own_state(user);
}

Version HubShard::told_version(UserId user) const {
  const auto entry = users_.find(user);
  return entry == users_.end() ? 0 : std::max<Version>(entry->second.told, 0);
}

bool HubShard::is_subscribed(const Subscriber& subscriber, RoomId room) const {
  return std::ranges::find(subscriber.rooms_, room) != subscriber.rooms_.end();
}

void HubShard::take(std::shared_ptr<HubBatch> batch) {
  waiting_.push_back(std::move(batch));
  if (!is_pausing_) handle_waiting();
}

// Under load the next messages of a big room come while the last still leave: a short pause, in proportion to what the
// last round took, joins them into one write per socket, which costs a tenth (docs/benchmarks.md, 16 in flight).
void HubShard::handle_waiting() {
  is_pausing_ = false;
  const uint64_t before = deliveries_;
  size_t notices = 0;
  for (const auto& batch : std::exchange(waiting_, {})) {
    notices += batch->notices->size();
    handle(*batch);
  }
  const uint64_t told = deliveries_ - before;
  // A lone message says nothing about load: pausing after it would only delay the next.
  if (!later_ || notices < 2 || told < kBigFanout) return;
  is_pausing_ = true;
  later_(std::min<Duration>(kPauseMax, kPausePerDelivery * told), [this] { handle_waiting(); });
}

void HubShard::handle(HubBatch& batch) {
  for (size_t index = 0; index < batch.notices->size(); ++index) {
    const bus::Notice& notice = (*batch.notices)[index];
    if (const auto* publication = std::get_if<model::Publication>(&notice)) {
      if (const auto* event = std::get_if<model::RoomEventCommitted>(publication)) {
        handle_event(batch, index, *event);
      } else if (const auto* own = std::get_if<model::OwnStateCommitted>(publication)) {
        push_own_state(own->user);
      } else if (const auto* position = std::get_if<model::ReadPositionCommitted>(publication)) {
        tell_room(batch, index, position->room, position->user);
      } else if (const auto* revoked = std::get_if<model::DeviceRevoked>(publication)) {
        end_sessions(*revoked);
      }
      continue;
    }
    const auto& ephemeral = std::get<model::Ephemeral>(notice);
    if (const auto* typing = std::get_if<model::TypingChanged>(&ephemeral)) {
      tell_room(batch, index, typing->room, typing->user);
    } else if (const auto* presence = std::get_if<model::PresenceChanged>(&ephemeral)) {
      tell_rooms(batch, index, presence->rooms, presence->user);
    } else if (const auto* profile = std::get_if<model::ProfileChanged>(&ephemeral)) {
      tell_rooms(batch, index, profile->rooms, profile->user.id);
    } else if (const auto* changed = std::get_if<model::CallChanged>(&ephemeral)) {
      tell_room(batch, index, changed->call.room);
    }
  }
}

void HubShard::handle_event(HubBatch& batch, size_t index, const model::RoomEventCommitted& committed) {
  // Who comes in hears the event that lets them in; who goes hears the one that takes them out, and nothing after it.
  const RoomId room = committed.event.room;
  if (committed.membership_of && committed.is_in) change_membership(committed.membership_of, room, true);
  tell_room(batch, index, room);
  if (committed.membership_of && !committed.is_in) change_membership(committed.membership_of, room, false);
  told_pos_ = std::max(told_pos_, committed.event.pos);
}

void HubShard::tell_room(HubBatch& batch, size_t index, RoomId room, UserId except) {
  const auto entry = rooms_.find(room);
  if (entry == rooms_.end()) return;
  const SharedDelivery& delivery = batch.delivery(index);
  for (Subscriber* subscriber : entry->second) {
    if (subscriber->caller().user == except) continue;
    subscriber->deliver(delivery);
    ++deliveries_;
  }
}

void HubShard::tell_rooms(HubBatch& batch, size_t index, const std::vector<RoomId>& rooms, UserId except) {
  ++mark_;
  for (const RoomId room : rooms) {
    const auto entry = rooms_.find(room);
    if (entry == rooms_.end()) continue;
    for (Subscriber* subscriber : entry->second) {
      if (subscriber->mark_ == mark_ || subscriber->caller().user == except) continue;
      subscriber->mark_ = mark_;
      subscriber->deliver(batch.delivery(index));
      ++deliveries_;
    }
  }
}

void HubShard::change_membership(UserId user, RoomId room, bool is_in) {
  const auto entry = users_.find(user);
  if (entry == users_.end()) return;
  for (Subscriber* subscriber : entry->second.subscribers) {
    if (is_in) {
      subscribe(*subscriber, {room});
    } else {
      remove_from_room(*subscriber, room);
    }
  }
}

void HubShard::remove_from_room(Subscriber& subscriber, RoomId room) {
  if (std::erase(subscriber.rooms_, room) == 0) return;
  const auto entry = rooms_.find(room);
  assert(entry != rooms_.end());
  std::vector<Subscriber*>& subscribers = entry->second;
  // Order within a room does not matter, so the last one fills the gap.
  const auto place = std::ranges::find(subscribers, &subscriber);
  assert(place != subscribers.end());
  *place = subscribers.back();
  subscribers.pop_back();
  if (subscribers.empty()) rooms_.erase(entry);
}

void HubShard::end_sessions(const model::DeviceRevoked& revoked) {
  const auto entry = users_.find(revoked.user);
  if (entry == users_.end()) return;
  const std::vector<Subscriber*> subscribers = entry->second.subscribers;
  for (Subscriber* subscriber : subscribers) {
    if (subscriber->caller().device == revoked.device) subscriber->end_session();
  }
}

void HubShard::push_own_state(UserId user) {
  const auto found = users_.find(user);
  if (found == users_.end()) return;
  UserEntry& entry = found->second;
  // A commit during a read, or before the first Sync, may not be in what that one sees: read once more after it.
  entry.is_behind = entry.is_reading || entry.told == kUnknownVersion;
  if (entry.is_behind) return;
  entry.is_reading = true;
  auto changes = std::make_shared<Result<OwnStateChanges>>();
  context_.store.submit_read(
      [this, user, since = entry.told, changes](store::ReadTransaction& transaction) -> Result<> {
        *changes = read_own_state(context_, people_, transaction, user, since);
        return {};
      },
      [this, user, changes](const Result<>& outcome) {
        if (!outcome) *changes = std::unexpected(outcome.error());
        executor_.post([this, user, changes] { finish_own_state(user, *changes); });
      });
}

void HubShard::finish_own_state(UserId user, const Result<OwnStateChanges>& changes) {
  const auto found = users_.find(user);
  if (found == users_.end()) return;
  UserEntry& entry = found->second;
  entry.is_reading = false;
  if (!changes) {
    // The rows stay newer than what was told: the next change, or the next Sync, brings them.
    log::warn("own state not pushed", {{"reason", rule_of(changes.error().reason).name}});
    return;
  }
  for (const v1::OwnStateChanged& change : changes->items) {
    v1::ServerItem item;
    *item.mutable_own_state() = change;
    const SharedDelivery delivery = encode_(item);
    for (Subscriber* subscriber : entry.subscribers) subscriber->deliver(delivery);
  }
  entry.told = std::max(entry.told, changes->version);
  if (entry.is_behind) push_own_state(user);
}

Hub::Hub(const Context& context, const People& people, bus::Bus& bus, EncodeItem encode)
    : context_(context), people_(people), bus_(bus), encode_(std::move(encode)) {
  bus_.subscribe([this](const bus::Batch& batch) { handle(batch); });
}

Hub::~Hub() = default;

HubShard& Hub::add_shard(Executor& executor, HubShard::Later later) {
  shards_.push_back(std::make_unique<HubShard>(context_, people_, encode_, executor, std::move(later)));
  executors_.push_back(&executor);
  return *shards_.back();
}

void Hub::publish(std::vector<model::Publication> publications) {
  auto notices = std::make_shared<std::vector<bus::Notice>>();
  notices->reserve(publications.size());
  for (model::Publication& publication : publications) {
    if (const auto* profile = std::get_if<model::ProfileCommitted>(&publication)) tell_profile(*profile);
    notices->emplace_back(std::move(publication));
  }
  bus_.publish(std::move(notices));
}

void Hub::tell(model::Ephemeral notice) {
  bus_.publish(std::make_shared<const std::vector<bus::Notice>>(1, bus::Notice(std::move(notice))));
}

void Hub::tell_presence(UserId user) {
  context_.store.submit_read(
      [this, user](store::ReadTransaction& transaction) -> Result<> {
        TRY(auto rooms, small_rooms(context_, transaction, user));
        const std::scoped_lock lock(presence_mutex_);
        const PresenceView now = people_.presence_of(user);
        tell(model::PresenceChanged{
            .user = user, .state = now.state, .seen_at = now.last_seen, .rooms = std::move(rooms)});
        return {};
      },
      [](const Result<>&) {});
}

void Hub::tell_profile(const model::ProfileCommitted& profile) {
  context_.store.submit_read(
      [this, user = profile.user](store::ReadTransaction& transaction) -> Result<> {
        TRY(auto rooms, small_rooms(context_, transaction, user.id));
        tell(model::ProfileChanged{.user = user, .rooms = std::move(rooms)});
        return {};
      },
      [](const Result<>&) {});
}

void Hub::handle(const bus::Batch& batch) {
  auto shared = std::make_shared<HubBatch>(batch, context_, encode_);
  for (size_t i = 0; i < shards_.size(); ++i) {
    executors_[i]->post([shard = shards_[i].get(), shared] { shard->take(shared); });
  }
}

}  // namespace kith::chat

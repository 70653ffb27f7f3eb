#include "chat/sync_service.hpp"

#include <algorithm>

#include "chat/own_state.hpp"
#include "chat/present.hpp"
#include "chat/present_call.hpp"
#include "chat/room_entries.hpp"
#include "store/member_repository.hpp"
#include "store/room_repository.hpp"
#include "store/user_repository.hpp"

namespace kith::chat {
namespace {

using model::MemberState;
using model::StoredEvent;
using store::EventReader;
using store::ReadTransaction;

/// Left rooms keep their row so long; tokens from before start afresh.
constexpr int64_t kTokenDays = 90;

/// Where the client is, as far as this server can build on it.
struct Base {
  bool fresh = true;
  Pos pos = 0;
  Version version = 0;  ///< 0: own state is sent whole
};

/// One room of the answer with what decides how much of it is sent.
struct Candidate {
  model::Member member;
  model::RoomHead head;
  bool own_changed = false;
};

class SyncBuilder {
 public:
  SyncBuilder(const Context& context, const People& people, const SyncService::FindCalls& find_calls,
              ReadTransaction& transaction, UserId user, Base base, RoomId open_room)
      : context_(context),
        people_(people),
        find_calls_(find_calls),
        transaction_(transaction),
        entries_(context, transaction),
        user_(user),
        base_(base),
        open_room_(open_room) {}

  Result<v1::SyncResponse> build(Version& version) {
    response_.set_fresh(base_.fresh);
    TRY(auto candidates, find_candidates(version));
    size_t place = 0;
    for (const Candidate& candidate : candidates) TRY_VOID(add_room(candidate, place++));
    TRY_VOID(add_settings_and_me(version));
    add_calls();
    users_.merge(entries_.users());
    TRY_VOID(people_.add_users(transaction_.db(), user_, users_, response_.mutable_users()));
    return std::move(response_);
  }

 private:
  /// Rooms with something new, the most recently active first.
  Result<std::vector<Candidate>> find_candidates(Version& version) {
    TRY(auto members, store::MemberRepository(transaction_.db()).list_of_user(user_));
    std::vector<Candidate> candidates;
    for (model::Member& member : members) {
      version = std::max(version, member.version);
      if (member.state == MemberState::kIn) rooms_.push_back(member.room);
      const bool own_changed = member.version > base_.version;
      if (base_.fresh && member.state == MemberState::kLeft) continue;
      Candidate candidate{.member = std::move(member), .own_changed = own_changed};
      candidate.head = transaction_.head(candidate.member.room).value_or(model::RoomHead{});
      const bool has_events = candidate.member.state != MemberState::kLeft && candidate.head.last_pos > base_.pos;
      if (base_.fresh || own_changed || has_events) candidates.push_back(std::move(candidate));
    }
    std::ranges::sort(candidates, std::greater<>(), [](const Candidate& c) { return c.head.last_pos; });
    return candidates;
  }

  Result<> add_room(const Candidate& candidate, size_t place) {
    if (candidate.member.state == MemberState::kLeft) {
      auto& membership = *response_.add_rooms()->mutable_entry()->mutable_membership();
      membership = present_membership(context_.ids, candidate.member, {}, 0);
      return {};
    }
    TRY(auto room, store::RoomRepository(transaction_.db()).find(candidate.member.room));
    if (!room) return {};
    v1::RoomSync sync;
    model::Member member = candidate.member;
    transaction_.apply_own_sends(member);
    const Access access{.room = *std::move(room), .member = std::move(member)};
    TRY(*sync.mutable_entry(), entries_.build(access));
    if (access.member.state == MemberState::kIn) TRY_VOID(add_events(access, candidate.head, place, sync));
    *response_.add_rooms() = std::move(sync);
    return {};
  }

  /// The events the client missed; or, where they are too many or not at hand, a reset with the newest.
  Result<> add_events(const Access& access, const model::RoomHead& head, size_t place, v1::RoomSync& sync) {
    const bool is_open = access.room.id == open_room_;
    const bool is_new = access.member.join_pos > base_.pos;
    if (!base_.fresh && !is_new && head.last_pos <= base_.pos) return {};
    const bool wants_events = is_open || (!base_.fresh && place < context_.limits.sync_rooms_full);
    if (!base_.fresh && !is_new && wants_events) {
      TRY(auto missed, find_missed(access, head));
      if (missed) return add(*missed, sync);
    }
    sync.set_reset(true);
    if (!wants_events || head.last_seq < access.first_readable()) return {};
    TRY(const auto newest,
        transaction_.events(access.room.id, access.first_readable(), head.last_seq,
                            context_.limits.sync_events_after_reset, EventReader::Direction::kBackward));
    return add(newest, sync);
  }

  /// Events with a pos above the client's, if all of them are among the newest ones; nullopt: too much is missing.
  Result<std::optional<std::vector<StoredEvent>>> find_missed(const Access& access, const model::RoomHead& head) {
    const Seq first = std::max(access.first_readable(), head.first_seq);
    TRY(auto newest, transaction_.events(access.room.id, first, head.last_seq, context_.limits.sync_events_per_room + 1,
                                         EventReader::Direction::kBackward));
    const bool reaches_back = newest.empty() || newest.front().seq == first || newest.front().pos <= base_.pos;
    if (!reaches_back) return std::nullopt;
    std::erase_if(newest, [&](const StoredEvent& event) { return event.pos <= base_.pos; });
    return newest;
  }

  Result<> add(const std::vector<StoredEvent>& events, v1::RoomSync& sync) {
    for (const StoredEvent& event : events) {
      std::optional<StoredEvent> target;
      if (event.kind == model::EventKind::kEdit || event.kind == model::EventKind::kDelete) {
        TRY(target, transaction_.event(event.room, event.target));
      }
      users_.insert(event.sender);
      *sync.add_events() = present_event(context_.ids, event, target);
    }
    return {};
  }

  Result<> add_settings_and_me(Version& version) {
    // Rooms come with their entries above, so only settings and profile are taken from the own state here.
    TRY(auto changes, read_own_items(transaction_, user_, base_.version));
    for (v1::Setting& setting : changes.settings) *response_.add_settings() = std::move(setting);
    version = std::max(version, changes.version);
    TRY(const auto me, store::UserRepository(transaction_.db()).find(user_));
    if (!me) return fail(Reason::kNotSignedIn, "The account is gone.");
    *response_.mutable_me() = people_.present(user_, *me);
    response_.set_presence_privacy(static_cast<v1::PresencePrivacy>(me->presence_privacy));
    version = std::max(version, me->version);
    return {};
  }

  /// The client was subscribed before, so it hears of whatever changes after this.
  void add_calls() {
    for (const model::Call& call : find_calls_(rooms_)) {
      *response_.add_calls() = present_call(context_.ids, call);
      users_.insert(call.started_by);
      for (const model::CallMember& member : call.members) users_.insert(member.user);
    }
  }

  const Context& context_;
  const People& people_;
  const SyncService::FindCalls& find_calls_;
  ReadTransaction& transaction_;
  RoomEntries entries_;
  UserId user_;
  Base base_;
  RoomId open_room_;
  std::vector<RoomId> rooms_;  ///< the user is in
  std::set<UserId> users_;
  v1::SyncResponse response_;
};

}  // namespace

SyncToken SyncService::token_at(Pos pos, Version version) const {
  constexpr int64_t kDayMillis = 86'400'000;
  return {
      .epoch = context_.store.epoch(), .pos = pos, .version = version, .day = context_.clock.wall().value / kDayMillis};
}

Task<Result<SyncAnswer>> SyncService::sync(Caller caller, v1::SyncRequest request) {
  Base base;
  const auto token = tokens_.decode(caller.user, request.token());
  const bool is_recent = token && token->day + kTokenDays >= token_at(0, 0).day;
  if (is_recent && context_.store.is_known(token->epoch, token->pos)) {
    base = {.fresh = false, .pos = token->pos, .version = token->epoch == context_.store.epoch() ? token->version : 0};
  }
  const RoomId open_room = context_.ids.decode_room(request.open_room_id()).value_or(RoomId{});
  // The head is read before the snapshot: everything up to it is then visible inside.
  const Pos head = context_.store.durable_head();
  auto query = [this, user = caller.user, base, open_room, head](ReadTransaction& transaction) -> Result<SyncAnswer> {
    SyncAnswer answer;
    Version version = base.version;
    TRY(answer.response,
        SyncBuilder(context_, people_, find_calls_, transaction, user, base, open_room).build(version));
    answer.token = token_at(head, version);
    answer.response.set_token(tokens_.encode(user, answer.token));
    return answer;
  };
  co_return co_await context_.store.read<SyncAnswer>(std::move(query));
}

Task<Result<std::vector<RoomId>>> SyncService::rooms_of(UserId user) {
  auto query = [user](ReadTransaction& transaction) -> Result<std::vector<RoomId>> {
    TRY(const auto members, store::MemberRepository(transaction.db()).list_of_user(user));
    std::vector<RoomId> rooms;
    for (const model::Member& member : members) {
      if (member.state == MemberState::kIn) rooms.push_back(member.room);
    }
    return rooms;
  };
  co_return co_await context_.store.read<std::vector<RoomId>>(std::move(query));
}

}  // namespace kith::chat

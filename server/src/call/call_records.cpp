#include "call/call_records.hpp"

#include <algorithm>

#include "chat/access.hpp"
#include "chat/membership.hpp"
#include "chat/present_call.hpp"

namespace kith::call {
namespace {

using model::CallMember;
using model::CallState;
using store::CallRepository;
using store::WriteTransaction;

/// Calls one transaction ends after a restart.
constexpr size_t kInterruptedAtOnce = 200;

std::string record_of(const chat::IdCodec& ids, const model::Call& call) {
  kith::v1::CallRecord record;
  *record.mutable_call() = chat::present_call(ids, call);
  return record.SerializeAsString();
}

/// The starter, and in a direct room whom the call rings.
std::vector<CallMember> first_members(const model::Room& room, UserId starter, UnixMillis now) {
  std::vector<CallMember> members;
  for (const UserId user : {room.direct_low, room.direct_high}) {
    if (room.kind == model::RoomKind::kDirect && user != starter) members.push_back({.user = user, .was_rung = true});
  }
  members.push_back({.user = starter, .joined_at = now});
  return members;
}

/// Moves a user's read position to an entry if it is next: whoever picked up needs not be told of the call.
Result<> mark_entry_read(WriteTransaction& transaction, const UnsavedCall& call, UserId user) {
  TRY(auto member, transaction.member(call.room, user));
  TRY(const auto entry, transaction.event(call.room, call.seq));
  const bool is_next =
      member && entry && member->state == model::MemberState::kIn && member->read_ord + 1 == entry->ord;
  if (!is_next || (entry->flags & model::kCountable) == 0) return {};
  member->read_seq = call.seq;
  member->read_ord = entry->ord;
  member->read_at = transaction.head(call.room).value_or(model::RoomHead{}).last_pos;
  TRY_VOID(transaction.put_member(*std::move(member)));
  return {};
}

/// Replaces the call's entry by what came of it and tells so as an edit. No person edited it, so it has no time of one.
Result<> rewrite_entry(const chat::Context& context, WriteTransaction& transaction, const model::Call& call) {
  TRY(const auto entry, transaction.event(call.room, call.seq));
  if (!entry || entry->kind != model::EventKind::kCall) return fail(Reason::kDataDamaged, "A call has no entry.");
  TRY(auto now,
      transaction.rewrite(call.room, call.seq, record_of(context.ids, call), entry->revision + 1, UnixMillis{}));
  TRY(auto event, transaction.append(call.room, {.kind = model::EventKind::kEdit,
                                                 .sender = call.started_by,
                                                 .target = call.seq,
                                                 .revision = now.revision,
                                                 .content = {}}));
  transaction.publish(model::RoomEventCommitted{.event = std::move(event), .target = std::move(now)});
  return {};
}

}  // namespace

Result<BegunCall> begin_call(const chat::Context& context, WriteTransaction& transaction, const CallWish& wish) {
  const RoomId room = wish.room;
  const chat::Caller& caller = wish.caller;
  TRY(const auto access, chat::require(transaction, room, caller.user, chat::Action::kCall));
  CallRepository calls(transaction.db());
  TRY(auto open, calls.find_open(room));
  if (open) return BegunCall{.call = std::move(open->call)};
  TRY_VOID(Result<>(wish.may_begin));
  const bool is_direct = access.room.kind == model::RoomKind::kDirect;
  const UnixMillis now = transaction.now();
  BegunCall begun{.call = {.room = room,
                           .seq = transaction.head(room).value_or(model::RoomHead{}).last_seq + 1,
                           .started_by = caller.user,
                           .is_video = wish.is_video,
                           .started_at = now,
                           .answered_at = {},
                           .ended_at = {},
                           .members = first_members(access.room, caller.user, now)},
                  .is_new = true,
                  .is_direct = is_direct,
                  .is_large = access.room.member_count > context.limits.read_positions_members};
  model::Call& call = begun.call;
  if (call.members.size() > 1) call.state = CallState::kRinging;
  TRY(call.id, calls.insert(call));
  for (const CallMember& member : call.members) TRY_VOID(calls.put_member(call.id, member));
  model::Call told = call;
  told.members.clear();  // who is in it changes too fast for an entry of the timeline
  TRY_VOID(chat::append_and_publish(transaction, room,
                                    {.kind = model::EventKind::kCall,
                                     .flags = is_direct ? model::kCountable : 0U,
                                     .sender = caller.user,
                                     .device = caller.device,
                                     .content = record_of(context.ids, told)}));
  return begun;
}

Result<> save_call(WriteTransaction& transaction, const UnsavedCall& unsaved) {
  CallRepository calls(transaction.db());
  TRY_VOID(calls.update(unsaved.call, transaction.now(), unsaved.answered_at));
  for (const CallMember& member : unsaved.members) {
    TRY_VOID(calls.put_member(unsaved.call, member));
    if (member.was_rung && !member.has_ignored()) TRY_VOID(mark_entry_read(transaction, unsaved, member.user));
  }
  return {};
}

Result<> end_call(const chat::Context& context, WriteTransaction& transaction, const model::Call& call) {
  CallRepository calls(transaction.db());
  TRY(const bool is_news, calls.end(call.id, call.ended_at, call.outcome));
  if (!is_news) return {};
  TRY(auto row, calls.find(call.id));
  TRY(const auto ended, with_members(context, transaction.db(), std::move(row->call)));
  return rewrite_entry(context, transaction, ended);
}

Result<size_t> interrupt_open_calls(const chat::Context& context, WriteTransaction& transaction) {
  CallRepository calls(transaction.db());
  TRY(auto open, calls.list_open(kInterruptedAtOnce));
  for (store::CallRow& row : open) {
    row.call.ended_at = row.seen_at;
    row.call.outcome = model::CallOutcome::kInterrupted;
    TRY_VOID(end_call(context, transaction, row.call));
  }
  return open.size();
}

Result<model::Call> with_members(const chat::Context& context, store::Db& db, model::Call call) {
  TRY(call.members, CallRepository(db).list_members(call.id, context.limits.call_participants_told));
  return call;
}

}  // namespace kith::call

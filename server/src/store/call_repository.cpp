#include "store/call_repository.hpp"

namespace kith::store {
namespace {

CallRow read_call(const Row& row) {
  CallRow out;
  model::Call& call = out.call;
  call.id = CallId{row.integer(0)};
  call.room = RoomId{row.integer(1)};
  call.seq = static_cast<Seq>(row.integer(2));
  call.started_by = UserId{row.integer(3)};
  call.is_video = row.integer(4) != 0;
  call.started_at = UnixMillis{row.integer(5)};
  call.answered_at = UnixMillis{row.integer(6)};
  out.seen_at = UnixMillis{row.integer(7)};
  call.ended_at = UnixMillis{row.integer(8)};
  call.outcome = static_cast<model::CallOutcome>(row.integer(9));
  call.was_screen_shared = row.integer(10) != 0;
  call.participants = static_cast<uint32_t>(row.integer(11));
  call.state = call.ended_at.value != 0 ? model::CallState::kEnded : model::CallState::kActive;
  return out;
}

Result<std::vector<CallRow>> query_calls(Db& db, const sql::Sql& statement, Parameters parameters) {
  std::vector<CallRow> calls;
  TRY_VOID(db.query(statement, parameters, [&](const Row& row) -> Result<> {
    calls.push_back(read_call(row));
    return {};
  }));
  return calls;
}

Result<std::optional<CallRow>> first_of(Result<std::vector<CallRow>> calls) {
  if (!calls) return std::unexpected(std::move(calls).error());
  if (calls->empty()) return std::nullopt;
  return std::move(calls->front());
}

}  // namespace

Result<CallId> CallRepository::insert(const model::Call& call) {
  CallId id;
  TRY_VOID(db_.query(sql::call::kInsert,
                     {call.room.value, static_cast<int64_t>(call.seq), call.started_by.value,
                      static_cast<int64_t>(call.is_video), call.started_at.value},
                     [&](const Row& row) -> Result<> {
                       id = CallId{row.integer(0)};
                       return {};
                     }));
  return id;
}

Result<std::optional<CallRow>> CallRepository::find(CallId call) {
  return first_of(query_calls(db_, sql::call::kFind, {call.value}));
}

Result<std::optional<CallRow>> CallRepository::find_open(RoomId room) {
  return first_of(query_calls(db_, sql::call::kFindOpen, {room.value}));
}

Result<std::vector<CallRow>> CallRepository::list_open(size_t limit) {
  return query_calls(db_, sql::call::kListOpen, {static_cast<int64_t>(limit)});
}

Result<std::vector<CallRow>> CallRepository::list_of_room(RoomId room, Seq from_seq, CallPage page, UserId missed_by) {
  const auto from = static_cast<int64_t>(from_seq);
  const auto limit = static_cast<int64_t>(page.limit);
  if (!missed_by) return query_calls(db_, sql::call::kListOfRoom, {room.value, page.before.value, from, limit});
  return query_calls(db_, sql::call::kListMissedOfRoom, {room.value, page.before.value, from, missed_by.value, limit});
}

Result<std::vector<CallRow>> CallRepository::list_of_user(UserId user, CallPage page, bool only_missed) {
  const sql::Sql& statement = only_missed ? sql::call::kListMissedOfUser : sql::call::kListOfUser;
  return query_calls(db_, statement, {user.value, page.before.value, static_cast<int64_t>(page.limit)});
}

Result<> CallRepository::put_member(CallId call, const model::CallMember& member) {
  TRY_VOID(db_.execute(
      sql::call::kPutMember,
      {call.value, member.user.value, static_cast<int64_t>(member.was_rung), static_cast<int64_t>(member.has_declined),
       static_cast<int64_t>(member.has_shared_screen), member.joined_at.value, member.left_at.value}));
  return {};
}

Result<std::vector<model::CallMember>> CallRepository::list_members(CallId call, size_t limit) {
  std::vector<model::CallMember> members;
  TRY_VOID(
      db_.query(sql::call::kListMembers, {call.value, static_cast<int64_t>(limit)}, [&](const Row& row) -> Result<> {
        members.push_back({.user = UserId{row.integer(0)},
                           .was_rung = row.integer(1) != 0,
                           .has_declined = row.integer(2) != 0,
                           .has_shared_screen = row.integer(3) != 0,
                           .joined_at = UnixMillis{row.integer(4)},
                           .left_at = UnixMillis{row.integer(5)}});
        return {};
      }));
  return members;
}

Result<> CallRepository::update(CallId call, UnixMillis seen_at, UnixMillis answered_at) {
  TRY_VOID(db_.execute(sql::call::kUpdate, {call.value, seen_at.value, answered_at.value}));
  return {};
}

Result<> CallRepository::set_seen(UnixMillis at) {
  TRY_VOID(db_.execute(sql::call::kSetSeen, {at.value}));
  return {};
}

Result<bool> CallRepository::end(CallId call, UnixMillis at, model::CallOutcome outcome) {
  TRY(const int64_t ended, db_.execute(sql::call::kEnd, {call.value, at.value, static_cast<int64_t>(outcome)}));
  if (ended == 0) return false;
  TRY_VOID(db_.execute(sql::call::kEndMembers, {call.value, at.value}));
  return true;
}

}  // namespace kith::store

#include "store/member_repository.hpp"

namespace kith::store {
namespace {

model::Member read_member(const Row& row) {
  model::Member member;
  member.user = UserId{row.integer(0)};
  member.room = RoomId{row.integer(1)};
  member.state = static_cast<model::MemberState>(row.integer(2));
  member.role = static_cast<model::RoomRole>(row.integer(3));
  member.from_seq = static_cast<Seq>(row.integer(4));
  member.join_pos = row.integer(5);
  member.read_seq = static_cast<Seq>(row.integer(6));
  member.read_ord = static_cast<Ord>(row.integer(7));
  member.read_at = row.integer(8);
  member.level = static_cast<model::NotificationLevel>(row.integer(9));
  member.favourite = row.integer(10) != 0;
  member.invited_by = UserId{row.integer(11)};
  member.version = row.integer(12);
  return member;
}

Result<int64_t> query_count(Db& db, const sql::Sql& statement, Parameters parameters) {
  int64_t count = 0;
  TRY_VOID(db.query(statement, parameters, [&](const Row& row) -> Result<> {
    count = row.integer(0);
    return {};
  }));
  return count;
}

Result<std::vector<model::Member>> query_members(Db& db, const sql::Sql& statement, Parameters parameters) {
  std::vector<model::Member> members;
  TRY_VOID(db.query(statement, parameters, [&](const Row& row) -> Result<> {
    members.push_back(read_member(row));
    return {};
  }));
  return members;
}

}  // namespace

Result<std::optional<model::Member>> MemberRepository::find(RoomId room, UserId user) {
  TRY(auto members, query_members(db_, sql::member::kFind, {user.value, room.value}));
  if (members.empty()) return std::nullopt;
  return members.front();
}

Result<> MemberRepository::put(const model::Member& member) {
  TRY_VOID(db_.execute(
      sql::member::kPut,
      {member.user.value, member.room.value, static_cast<int64_t>(member.state), static_cast<int64_t>(member.role),
       static_cast<int64_t>(member.from_seq), member.join_pos, static_cast<int64_t>(member.read_seq),
       static_cast<int64_t>(member.read_ord), member.read_at, static_cast<int64_t>(member.level),
       static_cast<int64_t>(member.favourite), member.invited_by.value, member.version}));
  return {};
}

Result<std::vector<model::Member>> MemberRepository::list_of_user(UserId user, Version since) {
  return query_members(db_, sql::member::kListOfUser, {user.value, since});
}

Result<std::vector<model::Member>> MemberRepository::list_of_room(RoomId room, UserId after, size_t limit) {
  return query_members(db_, sql::member::kListOfRoom, {room.value, after.value, static_cast<int64_t>(limit)});
}

Result<int64_t> MemberRepository::count_owners(RoomId room) {
  return query_count(db_, sql::member::kCountOwners, {room.value});
}

Result<int64_t> MemberRepository::count_rooms(UserId user) {
  return query_count(db_, sql::member::kCountRooms, {user.value});
}

Result<int64_t> MemberRepository::gone_count(RoomId room, Seq after) {
  return query_count(db_, sql::member::kGoneCount, {room.value, static_cast<int64_t>(after)});
}

Result<int64_t> MemberRepository::mention_count(RoomId room, UserId user, Seq after) {
  return query_count(db_, sql::member::kMentionCount, {user.value, room.value, static_cast<int64_t>(after)});
}

Result<> MemberRepository::insert_mention(RoomId room, UserId user, Seq seq) {
  TRY_VOID(db_.execute(sql::member::kInsertMention, {user.value, room.value, static_cast<int64_t>(seq)}));
  return {};
}

Result<> MemberRepository::insert_room_mention(RoomId room, Seq seq) {
  TRY_VOID(db_.execute(sql::member::kInsertRoomMention, {room.value, static_cast<int64_t>(seq)}));
  return {};
}

Result<> MemberRepository::remove_mentions(RoomId room, Seq seq) {
  TRY_VOID(db_.execute(sql::member::kRemoveMentions, {room.value, static_cast<int64_t>(seq)}));
  TRY_VOID(db_.execute(sql::member::kRemoveRoomMention, {room.value, static_cast<int64_t>(seq)}));
  return {};
}

}  // namespace kith::store

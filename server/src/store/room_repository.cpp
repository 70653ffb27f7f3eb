#include "store/room_repository.hpp"

#include <string>

namespace kith::store {
namespace {

model::Room read_room(const Row& row) {
  model::Room room;
  room.id = RoomId{row.integer(0)};
  room.kind = static_cast<model::RoomKind>(row.integer(1));
  room.name = row.text(2);
  room.name_folded = row.text(3);
  room.topic = row.text(4);
  room.history = static_cast<model::History>(row.integer(5));
  room.created_at = UnixMillis{row.integer(6)};
  room.member_count = static_cast<uint32_t>(row.integer(7));
  room.direct_low = UserId{row.integer(8)};
  room.direct_high = UserId{row.integer(9)};
  return room;
}

}  // namespace

Result<std::optional<model::Room>> RoomRepository::find(RoomId id) {
  std::optional<model::Room> found;
  TRY_VOID(db_.query(sql::room::kFind, {id.value}, [&](const Row& row) -> Result<> {
    found = read_room(row);
    return {};
  }));
  return found;
}

Result<RoomId> RoomRepository::insert(const model::Room& room) {
  RoomId id;
  TRY_VOID(db_.query(sql::room::kInsert,
                     {static_cast<int64_t>(room.kind), room.name, room.name_folded, room.topic,
                      static_cast<int64_t>(room.history), room.created_at.value},
                     [&](const Row& row) -> Result<> {
                       id = RoomId{row.integer(0)};
                       return {};
                     }));
  if (room.kind == model::RoomKind::kDirect) {
    TRY_VOID(db_.execute(sql::room::kInsertDirect, {room.direct_low.value, room.direct_high.value, id.value}));
  }
  return id;
}

Result<> RoomRepository::update(const model::Room& room) {
  TRY_VOID(
      db_.execute(sql::room::kUpdate, {room.id.value, room.name, room.name_folded, room.topic,
                                       static_cast<int64_t>(room.history), static_cast<int64_t>(room.member_count)}));
  return {};
}

Result<std::optional<RoomId>> RoomRepository::find_direct(UserId low, UserId high) {
  std::optional<RoomId> found;
  TRY_VOID(db_.query(sql::room::kFindDirect, {low.value, high.value}, [&](const Row& row) -> Result<> {
    found = RoomId{row.integer(0)};
    return {};
  }));
  return found;
}

Result<std::vector<model::Room>> RoomRepository::list_public(std::string_view after_name, RoomId after_id,
                                                             std::string_view folded_beginning, size_t limit) {
  std::vector<model::Room> rooms;
  const std::string needle = " " + std::string(folded_beginning);
  TRY_VOID(db_.query(sql::room::kListPublic, {after_name, after_id.value, needle, static_cast<int64_t>(limit)},
                     [&](const Row& row) -> Result<> {
                       rooms.push_back(read_room(row));
                       return {};
                     }));
  return rooms;
}

}  // namespace kith::store

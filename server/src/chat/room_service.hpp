// Rooms and who is in them: the use cases of v1.RoomService.
#pragma once

#include "base/task.hpp"
#include "chat/caller.hpp"
#include "chat/context.hpp"
#include "chat/people.hpp"
#include "kith/v1/room.pb.h"

namespace kith::chat {

namespace v1 = ::kith::v1;

/// Each method owns its request. Errors are those of the permission table (chat/access.hpp), of names and limits, and
/// of the store.
class RoomService {
 public:
  RoomService(const Context& context, const People& people) : context_(context), people_(people) {}

  Task<Result<v1::CreateRoomResponse>> create_room(Caller caller, v1::CreateRoomRequest request);
  Task<Result<v1::GetRoomResponse>> get_room(Caller caller, v1::GetRoomRequest request);
  Task<Result<v1::ListRoomsResponse>> list_rooms(Caller caller, v1::ListRoomsRequest request);
  Task<Result<v1::ListPublicRoomsResponse>> list_public_rooms(Caller caller, v1::ListPublicRoomsRequest request);
  Task<Result<v1::UpdateRoomResponse>> update_room(Caller caller, v1::UpdateRoomRequest request);
  Task<Result<v1::JoinRoomResponse>> join_room(Caller caller, v1::JoinRoomRequest request);
  Task<Result<v1::LeaveRoomResponse>> leave_room(Caller caller, v1::LeaveRoomRequest request);
  Task<Result<v1::InviteMemberResponse>> invite_member(Caller caller, v1::InviteMemberRequest request);
  Task<Result<v1::RemoveMemberResponse>> remove_member(Caller caller, v1::RemoveMemberRequest request);
  Task<Result<v1::SetRoleResponse>> set_role(Caller caller, v1::SetRoleRequest request);
  Task<Result<v1::ListMembersResponse>> list_members(Caller caller, v1::ListMembersRequest request);
  Task<Result<v1::OpenDirectRoomResponse>> open_direct_room(Caller caller, v1::OpenDirectRoomRequest request);
  Task<Result<v1::SetRoomPreferencesResponse>> set_room_preferences(Caller caller,
                                                                    v1::SetRoomPreferencesRequest request);

 private:
  /// The caller's row of the room list, read after a change.
  Task<Result<v1::RoomEntry>> read_entry(Caller caller, RoomId room);

  const Context& context_;
  const People& people_;
};

}  // namespace kith::chat

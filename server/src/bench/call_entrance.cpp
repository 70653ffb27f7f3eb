#include "bench/call_entrance.hpp"

#include "bench/rpc.hpp"
#include "kith/v1/call.pb.h"
#include "kith/v1/room.pb.h"

namespace kith::bench {
namespace {

std::string signalling_target(const v1::CallAccess& access) {
  const size_t host = access.url().find("//");
  const size_t path = host == std::string::npos ? host : access.url().find('/', host + 2);
  const std::string base = path == std::string::npos ? "" : access.url().substr(path);
  return base + "/rtc?access_token=" + access.token() + "&auto_subscribe=1&protocol=17&sdk=kith&version=1.0.0";
}

}  // namespace

Result<CallEntrance> start_call(const net::ClientOptions& options, const std::string& token) {
  Rpc rpc(options, token);
  v1::ListRoomsResponse rooms;
  TRY_VOID(rpc.call("RoomService/ListRooms", v1::ListRoomsRequest(), rooms));
  if (rooms.rooms().empty()) return fail(Reason::kInternal, "A user is in no room.");
  v1::StartCallRequest request;
  request.set_room_id(rooms.rooms(0).room().id());
  v1::StartCallResponse response;
  TRY_VOID(rpc.call("CallService/StartCall", request, response));
  return CallEntrance{.call = response.call().id(), .target = signalling_target(response.access())};
}

Result<CallEntrance> join_call(const net::ClientOptions& options, const std::string& token, const std::string& call) {
  Rpc rpc(options, token);
  v1::JoinCallRequest request;
  request.set_call_id(call);
  v1::JoinCallResponse response;
  TRY_VOID(rpc.call("CallService/JoinCall", request, response));
  return CallEntrance{.call = call, .target = signalling_target(response.access())};
}

}  // namespace kith::bench

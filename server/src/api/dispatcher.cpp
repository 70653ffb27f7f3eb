#include "api/dispatcher.hpp"

#include <algorithm>

#include "api/http_request_rules.hpp"

namespace kith::api {
namespace {

namespace v1 = ::kith::v1;
using chat::Caller;

/// What the answers of some methods mean for the browser's cookie.
template <typename Response>
void note_session(const Response&, CallAnswer&) {}
void note_session(const v1::RegisterResponse& response, CallAnswer& answer) { answer.session_token = response.token(); }
void note_session(const v1::LoginResponse& response, CallAnswer& answer) { answer.session_token = response.token(); }
void note_session(const v1::LogoutResponse&, CallAnswer& answer) { answer.ends_session = true; }

template <typename Response>
Result<CallAnswer> answer_of(Form form, Result<Response> response) {
  if (!response) return std::unexpected(std::move(response).error());
  CallAnswer answer{.body = encode(form, *response), .session_token = {}};
  note_session(*response, answer);
  return answer;
}

/// A method for signed-in callers.
template <typename Request, typename Call>
auto signed_in(Call call) {
  return [call](Form form, CallContext context, std::string body) -> Task<Result<CallAnswer>> {
    if (!context.caller) co_return fail(Reason::kNotSignedIn, "Sign in first.");
    Request request;
    CO_TRY_VOID(decode(form, body, request));
    const Caller caller = *context.caller;
    co_return answer_of(form, co_await call(caller, std::move(request)));
  };
}

/// A method for anybody.
template <typename Request, typename Call>
auto open(Call call) {
  return [call](Form form, CallContext context, std::string body) -> Task<Result<CallAnswer>> {
    Request request;
    CO_TRY_VOID(decode(form, body, request));
    co_return answer_of(form, co_await call(std::move(context.from), std::move(request)));
  };
}

/// Binds a method of a service: `of<v1::GetMeRequest>(users, &UserService::get_me)`.
template <typename Request, typename Service, typename Method>
auto of(Service& service, Method method) {
  return signed_in<Request>(
      [&service, method](Caller caller, Request request) { return (service.*method)(caller, std::move(request)); });
}

/// The same for a method whose answer lets the caller into a call: with the address of its media.
template <typename Request, typename Service, typename Method>
auto with_access(Service& service, Method method) {
  return [&service, method](Form form, CallContext context, std::string body) -> Task<Result<CallAnswer>> {
    if (!context.caller) co_return fail(Reason::kNotSignedIn, "Sign in first.");
    Request request;
    CO_TRY_VOID(decode(form, body, request));
    const Caller caller = *context.caller;
    auto response = co_await (service.*method)(caller, std::move(request));
    if (response) response->mutable_access()->set_url(context.socket_origin + std::string(kCallPath));
    co_return answer_of(form, std::move(response));
  };
}

}  // namespace

Dispatcher::Dispatcher(Services& services) : services_(services) {
  add_account_methods();
  add_user_methods();
  add_room_methods();
  add_message_methods();
  add_call_methods();
  add_admin_methods();
}

void Dispatcher::add_account_methods() {
  using chat::AccountService;
  using chat::SessionService;
  AccountService& accounts = services_.accounts;
  SessionService& sessions = services_.sessions;
  const std::string service = "kith.v1.AuthService/";
  methods_[service + "GetServer"] =
      open<v1::GetServerRequest>([&accounts](const chat::RequestContext&, v1::GetServerRequest request) {
        return accounts.get_server(std::move(request));
      });
  methods_[service + "Register"] =
      open<v1::RegisterRequest>([&accounts](chat::RequestContext from, v1::RegisterRequest request) {
        return accounts.register_account(std::move(from), std::move(request));
      });
  methods_[service + "Login"] =
      open<v1::LoginRequest>([&sessions](chat::RequestContext from, v1::LoginRequest request) {
        return sessions.login(std::move(from), std::move(request));
      });
  methods_[service + "Logout"] = of<v1::LogoutRequest>(sessions, &SessionService::logout);
  methods_[service + "ListSessions"] = of<v1::ListSessionsRequest>(sessions, &SessionService::list_sessions);
  methods_[service + "RevokeSession"] = of<v1::RevokeSessionRequest>(sessions, &SessionService::revoke_session);
  methods_[service + "ChangePassword"] = of<v1::ChangePasswordRequest>(sessions, &SessionService::change_password);
  methods_[service + "CreateInvitation"] =
      of<v1::CreateInvitationRequest>(accounts, &AccountService::create_invitation);
  methods_[service + "UpdateServer"] = of<v1::UpdateServerRequest>(accounts, &AccountService::update_server);
}

void Dispatcher::add_user_methods() {
  using chat::UserService;
  UserService& users = services_.users;
  const std::string service = "kith.v1.UserService/";
  methods_[service + "GetMe"] = of<v1::GetMeRequest>(users, &UserService::get_me);
  methods_[service + "UpdateProfile"] = of<v1::UpdateProfileRequest>(users, &UserService::update_profile);
  methods_[service + "ListUsers"] = of<v1::ListUsersRequest>(users, &UserService::list_users);
  methods_[service + "GetUser"] = of<v1::GetUserRequest>(users, &UserService::get_user);
  methods_[service + "SetSetting"] = of<v1::SetSettingRequest>(users, &UserService::set_setting);
  methods_[service + "SetPresence"] = of<v1::SetPresenceRequest>(users, &UserService::set_presence);
}

void Dispatcher::add_room_methods() {
  using chat::RoomService;
  RoomService& rooms = services_.rooms;
  const std::string service = "kith.v1.RoomService/";
  methods_[service + "CreateRoom"] = of<v1::CreateRoomRequest>(rooms, &RoomService::create_room);
  methods_[service + "GetRoom"] = of<v1::GetRoomRequest>(rooms, &RoomService::get_room);
  methods_[service + "ListRooms"] = of<v1::ListRoomsRequest>(rooms, &RoomService::list_rooms);
  methods_[service + "ListPublicRooms"] = of<v1::ListPublicRoomsRequest>(rooms, &RoomService::list_public_rooms);
  methods_[service + "UpdateRoom"] = of<v1::UpdateRoomRequest>(rooms, &RoomService::update_room);
  methods_[service + "JoinRoom"] = of<v1::JoinRoomRequest>(rooms, &RoomService::join_room);
  methods_[service + "LeaveRoom"] = of<v1::LeaveRoomRequest>(rooms, &RoomService::leave_room);
  methods_[service + "InviteMember"] = of<v1::InviteMemberRequest>(rooms, &RoomService::invite_member);
  methods_[service + "RemoveMember"] = of<v1::RemoveMemberRequest>(rooms, &RoomService::remove_member);
  methods_[service + "SetRole"] = of<v1::SetRoleRequest>(rooms, &RoomService::set_role);
  methods_[service + "ListMembers"] = of<v1::ListMembersRequest>(rooms, &RoomService::list_members);
  methods_[service + "OpenDirectRoom"] = of<v1::OpenDirectRoomRequest>(rooms, &RoomService::open_direct_room);
  methods_[service + "SetRoomPreferences"] =
      of<v1::SetRoomPreferencesRequest>(rooms, &RoomService::set_room_preferences);
}

void Dispatcher::add_message_methods() {
  using chat::MessageService;
  MessageService& messages = services_.messages;
  const std::string service = "kith.v1.MessageService/";
  methods_[service + "SendMessage"] = of<v1::SendMessageRequest>(messages, &MessageService::send_message);
  methods_[service + "EditMessage"] = of<v1::EditMessageRequest>(messages, &MessageService::edit_message);
  methods_[service + "DeleteMessage"] = of<v1::DeleteMessageRequest>(messages, &MessageService::delete_message);
  methods_[service + "ListMessages"] = of<v1::ListMessagesRequest>(messages, &MessageService::list_messages);
  methods_[service + "MarkRead"] = of<v1::MarkReadRequest>(messages, &MessageService::mark_read);
  methods_[service + "SetTyping"] = of<v1::SetTypingRequest>(messages, &MessageService::set_typing);
  methods_["kith.v1.SyncService/Sync"] = signed_in<v1::SyncRequest>(
      [&sync = services_.sync](Caller caller, v1::SyncRequest request) -> Task<Result<v1::SyncResponse>> {
        CO_TRY(auto answer, co_await sync.sync(caller, std::move(request)));
        co_return std::move(answer.response);
      });
  methods_["kith.v1.SearchService/SearchMessages"] =
      of<v1::SearchMessagesRequest>(services_.search, &chat::SearchService::search_messages);
}

void Dispatcher::add_call_methods() {
  using call::CallService;
  CallService& calls = services_.calls;
  const std::string service = "kith.v1.CallService/";
  methods_[service + "StartCall"] = with_access<v1::StartCallRequest>(calls, &CallService::start_call);
  methods_[service + "JoinCall"] = with_access<v1::JoinCallRequest>(calls, &CallService::join_call);
  methods_[service + "LeaveCall"] = of<v1::LeaveCallRequest>(calls, &CallService::leave_call);
  methods_[service + "GetCall"] = of<v1::GetCallRequest>(calls, &CallService::get_call);
  methods_[service + "ListCalls"] = of<v1::ListCallsRequest>(calls, &CallService::list_calls);
  methods_[service + "DeclineCall"] = of<v1::DeclineCallRequest>(calls, &CallService::decline_call);
}

void Dispatcher::add_admin_methods() {
  using chat::AdminService;
  methods_["kith.v1.AdminService/CheckCallPorts"] =
      of<v1::CheckCallPortsRequest>(services_.administration, &AdminService::check_call_ports);
}

Task<Result<CallAnswer>> Dispatcher::call(std::string path, Form form, CallContext context, std::string body) {
  const auto method = methods_.find(path);
  if (method == methods_.end()) co_return fail(Reason::kUnknownMethod, "There is no such method.");
  co_return co_await method->second(form, std::move(context), std::move(body));
}

std::vector<std::string> Dispatcher::paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, method] : methods_) paths.push_back(path);
  std::ranges::sort(paths);
  return paths;
}

}  // namespace kith::api

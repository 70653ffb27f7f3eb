// ChatTest with rooms: the use cases of rooms, messages and sync, a hub with one shard, and short ways to act.
#pragma once

#include "bus/local_bus.hpp"
#include "chat/hub.hpp"
#include "chat/message_service.hpp"
#include "chat/room_service.hpp"
#include "chat/sync_service.hpp"
#include "unit/chat/chat_fixture.hpp"

namespace kith::chat::testing {

class RoomsTest : public ChatTest {
 protected:
  void SetUp() override {
    ChatTest::SetUp();
    wire();
  }
  void TearDown() override {
    // The store first: its readers may still be at work for a hub.
    ChatTest::TearDown();
    unwire();
  }
  void reopen_all() {
    unwire();
    reopen();
    wire();
  }

  std::string room_id(const v1::Room& room) const { return room.id(); }

  Result<v1::CreateRoomResponse> try_create(const Person& owner, v1::RoomKind kind, const std::string& name,
                                            const std::vector<const Person*>& invited = {},
                                            const std::string& txn_id = {}) {
    v1::CreateRoomRequest request;
    request.set_kind(kind);
    request.set_name(name);
    request.set_txn_id(txn_id);
    for (const Person* person : invited) request.add_invite_user_ids(person->user.id());
    return run(rooms->create_room(owner.caller, request));
  }
  /// The id of a new room.
  std::string create(const Person& owner, v1::RoomKind kind, const std::string& name,
                     const std::vector<const Person*>& invited = {}) {
    const auto response = try_create(owner, kind, name, invited);
    EXPECT_TRUE(response.has_value()) << response.error().message;
    return response ? response->room().id() : "";
  }
  std::string direct(const Person& one, const Person& other) {
    v1::OpenDirectRoomRequest request;
    request.set_user_id(other.user.id());
    const auto response = run(rooms->open_direct_room(one.caller, request));
    EXPECT_TRUE(response.has_value()) << response.error().message;
    return response ? response->entry().room().id() : "";
  }
  Result<v1::JoinRoomResponse> join(const Person& person, const std::string& room) {
    v1::JoinRoomRequest request;
    request.set_room_id(room);
    return run(rooms->join_room(person.caller, request));
  }
  Result<v1::LeaveRoomResponse> leave(const Person& person, const std::string& room) {
    v1::LeaveRoomRequest request;
    request.set_room_id(room);
    return run(rooms->leave_room(person.caller, request));
  }
  Result<v1::RemoveMemberResponse> remove(const Person& by, const std::string& room, const Person& whom) {
    v1::RemoveMemberRequest request;
    request.set_room_id(room);
    request.set_user_id(whom.user.id());
    return run(rooms->remove_member(by.caller, request));
  }
  Result<v1::InviteMemberResponse> invite(const Person& by, const std::string& room, const Person& whom) {
    v1::InviteMemberRequest request;
    request.set_room_id(room);
    request.set_user_id(whom.user.id());
    return run(rooms->invite_member(by.caller, request));
  }
  Result<v1::SetRoleResponse> set_role(const Person& by, const std::string& room, const Person& whom,
                                       v1::RoomRole role) {
    v1::SetRoleRequest request;
    request.set_room_id(room);
    request.set_user_id(whom.user.id());
    request.set_role(role);
    return run(rooms->set_role(by.caller, request));
  }
  v1::SendMessageRequest message_of(const std::string& room, const std::string& text) {
    v1::SendMessageRequest request;
    request.set_room_id(room);
    request.set_txn_id("t" + std::to_string(++next_txn_));
    request.mutable_content()->set_text(text);
    return request;
  }
  Result<v1::SendMessageResponse> try_send(const Person& person, const v1::SendMessageRequest& request) {
    return run(messages->send_message(person.caller, request));
  }
  /// The seq of a new message.
  Seq send(const Person& person, const std::string& room, const std::string& text) {
    const auto response = try_send(person, message_of(room, text));
    EXPECT_TRUE(response.has_value()) << response.error().message;
    return response ? response->message().seq() : 0;
  }
  Result<v1::EditMessageResponse> edit(const Person& person, const std::string& room, Seq seq,
                                       const std::string& text) {
    v1::EditMessageRequest request;
    request.set_room_id(room);
    request.set_seq(seq);
    request.set_txn_id("t" + std::to_string(++next_txn_));
    request.mutable_content()->set_text(text);
    return run(messages->edit_message(person.caller, request));
  }
  Result<v1::DeleteMessageResponse> erase(const Person& person, const std::string& room, Seq seq) {
    v1::DeleteMessageRequest request;
    request.set_room_id(room);
    request.set_seq(seq);
    return run(messages->delete_message(person.caller, request));
  }
  Result<v1::ListMessagesResponse> list(const Person& person, const std::string& room, uint32_t limit = 50,
                                        Seq before = 0, Seq after = 0, Seq around = 0) {
    v1::ListMessagesRequest request;
    request.set_room_id(room);
    request.set_limit(limit);
    request.set_before_seq(before);
    request.set_after_seq(after);
    request.set_around_seq(around);
    return run(messages->list_messages(person.caller, request));
  }
  Result<v1::MarkReadResponse> mark_read(const Person& person, const std::string& room, Seq seq, bool unread = false) {
    v1::MarkReadRequest request;
    request.set_room_id(room);
    request.set_seq(seq);
    request.set_unread(unread);
    return run(messages->mark_read(person.caller, request));
  }
  v1::RoomEntry entry(const Person& person, const std::string& room) {
    v1::GetRoomRequest request;
    request.set_room_id(room);
    const auto response = run(rooms->get_room(person.caller, request));
    EXPECT_TRUE(response.has_value()) << response.error().message;
    return response ? response->entry() : v1::RoomEntry{};
  }
  v1::SyncResponse sync_from(const Person& person, const std::string& token, const std::string& open_room = {}) {
    v1::SyncRequest request;
    request.set_token(token);
    request.set_open_room_id(open_room);
    const auto answer = run(sync->sync(person.caller, request));
    EXPECT_TRUE(answer.has_value()) << answer.error().message;
    return answer ? answer->response : v1::SyncResponse{};
  }

  std::optional<Context> context;
  std::optional<People> people;
  std::optional<RoomService> rooms;
  std::optional<MessageService> messages;
  std::optional<SyncService> sync;
  SyncTokenCodec tokens{SyncTokenCodec::Key{9, 8, 7}};
  std::vector<model::Ephemeral> told;
  std::vector<model::Call> calls;   ///< going on
  std::vector<RoomId> asked_rooms;  ///< whose calls the last Sync asked for

 private:
  void wire() {
    context.emplace(*store, ids, limits, clock);
    people.emplace(*context, *presence);
    rooms.emplace(*context, *people);
    messages.emplace(*context, [this](model::Ephemeral notice) { told.push_back(std::move(notice)); });
    sync.emplace(*context, *people, tokens, [this](const std::vector<RoomId>& of_rooms) {
      asked_rooms = of_rooms;
      return calls;
    });
  }
  void unwire() {
    sync.reset();
    messages.reset();
    rooms.reset();
    people.reset();
    context.reset();
  }

  int next_txn_ = 0;
};

}  // namespace kith::chat::testing

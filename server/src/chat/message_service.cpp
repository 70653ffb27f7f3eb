#include "chat/message_service.hpp"

#include "chat/access.hpp"
#include "chat/counts.hpp"
#include "chat/membership.hpp"
#include "chat/message_content.hpp"
#include "chat/present.hpp"
#include "chat/timeline.hpp"
#include "chat/txn.hpp"
#include "store/member_repository.hpp"

namespace kith::chat {
namespace {

using model::EventKind;
using model::StoredEvent;
using store::WriteTransaction;

std::unexpected<Error> message_not_found(std::string field = "seq") {
  return fail(Reason::kMessageNotFound, "There is no such message.", std::move(field));
}

/// A message the caller may read, not deleted.
Result<StoredEvent> find_message(WriteTransaction& transaction, const Access& access, Seq seq, const char* field) {
  if (seq < access.first_readable()) return message_not_found(field);
  TRY(auto event, transaction.event(access.room.id, seq));
  if (!event || !is_timeline_entry(event->kind) || (event->flags & model::kDeleted) != 0) {
    return message_not_found(field);
  }
  return *std::move(event);
}

/// What an accepted (device, txn_id) led to, if it was accepted before. Error: kTxnReused for another room.
Result<std::optional<StoredEvent>> find_earlier(WriteTransaction& transaction, RoomId room, DeviceId device,
                                                uint64_t tag) {
  TRY(const auto sent, transaction.find_sent(device, tag));
  if (!sent) return std::nullopt;
  if (sent->room != room) return fail(Reason::kTxnReused, "The txn_id was used for another room.", "txn_id");
  return transaction.event(room, sent->seq);
}

/// One send on its way through the writer.
struct Send {
  RoomId room;
  Caller caller;
  uint64_t tag;
  Seq reply_to;
  CheckedContent checked;
};

Result<StoredEvent> post(const Context& context, WriteTransaction& transaction, Send& send) {
  TRY(auto earlier, find_earlier(transaction, send.room, send.caller.device, send.tag));
  if (earlier) return *std::move(earlier);
  TRY(const auto access, require(transaction, send.room, send.caller.user, Action::kPost));
  if (send.reply_to != 0) TRY_VOID(find_message(transaction, access, send.reply_to, "reply_to_seq"));
  // The command may run again, so it fills a copy of what the client sent.
  CheckedContent checked = send.checked;
  TRY(const auto mentioned, resolve_mentions(context, transaction, send.room, checked));
  model::EventDraft draft{
      .kind = EventKind::kMessage,
      .flags = model::kCountable | (checked.is_encrypted ? model::kEncrypted : 0U),
      .sender = send.caller.user,
      .device = send.caller.device,
      .target = send.reply_to,
      .txn_tag = send.tag,
      .content = checked.content.SerializeAsString(),
  };
  TRY(auto event, append_and_publish(transaction, send.room, std::move(draft)));
  TRY_VOID(
      store_mentions(transaction, send.room, event.seq, mentioned, checked.content.mentions_all(), send.caller.user));
  return event;
}

Result<StoredEvent> edit(const Context& context, WriteTransaction& transaction, const Send& send, Seq seq) {
  TRY(auto earlier, find_earlier(transaction, send.room, send.caller.device, send.tag));
  if (earlier) {
    TRY(auto target, transaction.event(send.room, earlier->target));
    if (!target) return message_not_found();
    return *std::move(target);
  }
  TRY(const auto access, require(transaction, send.room, send.caller.user, Action::kPost));
  TRY(const auto message, find_message(transaction, access, seq, "seq"));
  if (message.kind != EventKind::kMessage) {
    return fail(Reason::kNotEditable, "Only messages people wrote can be edited.", "seq");
  }
  if (message.sender != send.caller.user) return fail(Reason::kNotAllowed, "Only its author can edit a message.");
  CheckedContent checked = send.checked;
  TRY(const auto mentioned, resolve_mentions(context, transaction, send.room, checked));
  TRY(auto now, transaction.rewrite(send.room, seq, checked.content.SerializeAsString(), message.revision + 1,
                                    transaction.now()));
  TRY_VOID(store::MemberRepository(transaction.db()).remove_mentions(send.room, seq));
  TRY_VOID(store_mentions(transaction, send.room, seq, mentioned, checked.content.mentions_all(), send.caller.user));
  TRY(auto event, transaction.append(send.room, {.kind = EventKind::kEdit,
                                                 .sender = send.caller.user,
                                                 .device = send.caller.device,
                                                 .target = seq,
                                                 .revision = now.revision,
                                                 .txn_tag = send.tag,
                                                 .content = {}}));
  transaction.publish(model::RoomEventCommitted{.event = std::move(event), .target = now});
  return now;
}

Result<> remove(WriteTransaction& transaction, RoomId room, const Caller& caller, Seq seq) {
  TRY(const auto access, require(transaction, room, caller.user, Action::kPost));
  if (seq < access.first_readable()) return message_not_found();
  TRY(const auto message, transaction.event(room, seq));
  if (!message || !is_timeline_entry(message->kind)) return message_not_found();
  if (message->kind != EventKind::kMessage) {
    return fail(Reason::kNotEditable, "Only messages people wrote can be deleted.", "seq");
  }
  if (message->sender != caller.user) TRY_VOID(require(transaction, room, caller.user, Action::kDeleteOthers));
  if ((message->flags & model::kDeleted) != 0) return {};
  TRY(auto now, transaction.erase(room, seq, caller.user));
  TRY(auto event,
      transaction.append(
          room,
          {.kind = EventKind::kDelete, .sender = caller.user, .device = caller.device, .target = seq, .content = {}}));
  transaction.publish(model::RoomEventCommitted{.event = std::move(event), .target = std::move(now)});
  return {};
}

/// Ord of the newest event at or before a seq.
Result<Ord> ord_at(WriteTransaction& transaction, RoomId room, Seq seq) {
  if (seq == 0) return 0;
  TRY(const auto event, transaction.event(room, seq));
  return event ? event->ord : 0;
}

Result<v1::Membership> move_read_position(const Context& context, WriteTransaction& transaction, RoomId room,
                                          UserId user, Seq wish, bool may_go_back) {
  TRY(auto access, require(transaction, room, user, Action::kRead));
  const auto head = transaction.head(room).value_or(model::RoomHead{});
  const Seq seq = std::min(wish, head.last_seq);
  model::Member member = access.member;
  if (seq > member.read_seq || (may_go_back && seq != member.read_seq)) {
    member.read_seq = seq;
    TRY(member.read_ord, ord_at(transaction, room, seq));
    member.read_at = head.last_pos;
    TRY(member, transaction.put_member(std::move(member)));
    if (access.room.member_count <= context.limits.read_positions_members) {
      transaction.publish(model::ReadPositionCommitted{.room = room, .user = user, .seq = seq});
    }
  }
  TRY(const auto counts, count_unread(transaction.db(), member, access.room.kind, head));
  return present_membership(context.ids, member, counts, head.last_seq);
}

}  // namespace

Task<Result<v1::SendMessageResponse>> MessageService::send_message(Caller caller, v1::SendMessageRequest request) {
  CO_TRY(const auto room, room_of(context_, request.room_id()));
  CO_TRY(const auto tag, txn_tag(context_.limits, request.txn_id()));
  CO_TRY(auto checked, check_content(context_.limits, std::move(*request.mutable_content())));
  Send send{
      .room = room, .caller = caller, .tag = tag, .reply_to = request.reply_to_seq(), .checked = std::move(checked)};
  auto command = [&context = context_, send = std::move(send)](WriteTransaction& transaction) mutable {
    return post(context, transaction, send);
  };
  CO_TRY(const auto event, co_await context_.store.write<StoredEvent>(std::move(command)));
  v1::SendMessageResponse response;
  *response.mutable_message() = present_message(context_.ids, event);
  co_return response;
}

Task<Result<v1::EditMessageResponse>> MessageService::edit_message(Caller caller, v1::EditMessageRequest request) {
  CO_TRY(const auto room, room_of(context_, request.room_id()));
  CO_TRY(const auto tag, txn_tag(context_.limits, request.txn_id()));
  CO_TRY(auto checked, check_content(context_.limits, std::move(*request.mutable_content())));
  Send send{.room = room, .caller = caller, .tag = tag, .reply_to = 0, .checked = std::move(checked)};
  auto command = [&context = context_, send = std::move(send), seq = request.seq()](WriteTransaction& transaction) {
    return edit(context, transaction, send, seq);
  };
  CO_TRY(const auto message, co_await context_.store.write<StoredEvent>(std::move(command)));
  v1::EditMessageResponse response;
  *response.mutable_message() = present_message(context_.ids, message);
  co_return response;
}

Task<Result<v1::DeleteMessageResponse>> MessageService::delete_message(Caller caller,
                                                                       v1::DeleteMessageRequest request) {
  CO_TRY(const auto room, room_of(context_, request.room_id()));
  auto command = [room, caller, seq = request.seq()](WriteTransaction& transaction) -> Result<std::monostate> {
    TRY_VOID(remove(transaction, room, caller, seq));
    return std::monostate{};
  };
  CO_TRY_VOID(co_await context_.store.write<std::monostate>(std::move(command)));
  co_return v1::DeleteMessageResponse{};
}

Task<Result<v1::ListMessagesResponse>> MessageService::list_messages(Caller caller, v1::ListMessagesRequest request) {
  CO_TRY(const auto room, room_of(context_, request.room_id()));
  const int positions = (request.before_seq() != 0) + (request.after_seq() != 0) + (request.around_seq() != 0);
  if (positions > 1) {
    co_return fail(Reason::kInvalidField, "Give at most one of before_seq, after_seq and around_seq.", "before_seq");
  }
  auto query = [&context = context_, caller, room,
                request = std::move(request)](store::ReadTransaction& transaction) -> Result<v1::ListMessagesResponse> {
    TRY(const auto access, require(transaction, room, caller.user, Action::kRead));
    return read_timeline_page(context, transaction, access, request);
  };
  co_return co_await context_.store.read<v1::ListMessagesResponse>(std::move(query));
}

Task<Result<v1::MarkReadResponse>> MessageService::mark_read(Caller caller, v1::MarkReadRequest request) {
  CO_TRY(const auto room, room_of(context_, request.room_id()));
  auto command = [&context = context_, caller, room, seq = request.seq(),
                  may_go_back = request.unread()](WriteTransaction& transaction) {
    return move_read_position(context, transaction, room, caller.user, seq, may_go_back);
  };
  CO_TRY(auto membership, co_await context_.store.write<v1::Membership>(std::move(command)));
  v1::MarkReadResponse response;
  *response.mutable_membership() = std::move(membership);
  co_return response;
}

Task<Result<v1::SetTypingResponse>> MessageService::set_typing(Caller caller, v1::SetTypingRequest request) {
  CO_TRY(const auto room, room_of(context_, request.room_id()));
  auto query = [caller, room](store::ReadTransaction& transaction) -> Result<std::monostate> {
    TRY_VOID(require(transaction, room, caller.user, Action::kPost));
    return std::monostate{};
  };
  CO_TRY_VOID(co_await context_.store.read<std::monostate>(std::move(query)));
  tell_ephemeral_(model::TypingChanged{.room = room, .user = caller.user, .typing = request.typing()});
  co_return v1::SetTypingResponse{};
}

}  // namespace kith::chat

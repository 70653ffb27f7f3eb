#include "api/realtime_calls.hpp"

#include "api/wire.hpp"

namespace kith::api {
namespace {

namespace v1 = ::kith::v1;

template <typename Response>
void fill(v1::Answer& answer, Result<Response> result, Response* (v1::Answer::*mutable_field)(),
          const std::string& request_id) {
  if (result) {
    *(answer.*mutable_field)() = *std::move(result);
  } else {
    *answer.mutable_error() = present_error(result.error(), request_id);
  }
}

}  // namespace

bool is_send(const v1::ClientFrame& frame) {
  return frame.call_case() == v1::ClientFrame::kSendMessage || frame.call_case() == v1::ClientFrame::kEditMessage;
}

Task<v1::Answer> answer_call(Services& services, chat::Caller caller, v1::ClientFrame frame, std::string request_id) {
  v1::Answer answer;
  answer.set_id(frame.id());
  switch (frame.call_case()) {
    case v1::ClientFrame::kSendMessage:
      fill(answer, co_await services.messages.send_message(caller, std::move(*frame.mutable_send_message())),
           &v1::Answer::mutable_send_message, request_id);
      break;
    case v1::ClientFrame::kEditMessage:
      fill(answer, co_await services.messages.edit_message(caller, std::move(*frame.mutable_edit_message())),
           &v1::Answer::mutable_edit_message, request_id);
      break;
    case v1::ClientFrame::kDeleteMessage:
      fill(answer, co_await services.messages.delete_message(caller, std::move(*frame.mutable_delete_message())),
           &v1::Answer::mutable_delete_message, request_id);
      break;
    case v1::ClientFrame::kMarkRead:
      fill(answer, co_await services.messages.mark_read(caller, std::move(*frame.mutable_mark_read())),
           &v1::Answer::mutable_mark_read, request_id);
      break;
    case v1::ClientFrame::kSetTyping:
      fill(answer, co_await services.messages.set_typing(caller, std::move(*frame.mutable_set_typing())),
           &v1::Answer::mutable_set_typing, request_id);
      break;
    case v1::ClientFrame::kSetPresence:
      fill(answer, co_await services.users.set_presence(caller, std::move(*frame.mutable_set_presence())),
           &v1::Answer::mutable_set_presence, request_id);
      break;
    case v1::ClientFrame::kPing:
      *answer.mutable_pong() = frame.ping();
      break;
    case v1::ClientFrame::kSync:
    case v1::ClientFrame::CALL_NOT_SET:
      *answer.mutable_error() = present_error(
          Error{.reason = Reason::kUnknownMethod, .message = "The frame has no call.", .field = {}}, request_id);
      break;
  }
  co_return answer;
}

}  // namespace kith::api

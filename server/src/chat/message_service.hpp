// Writing and reading messages: send, edit, delete, pages of history, read positions, typing.
#pragma once

#include <functional>

#include "base/task.hpp"
#include "chat/caller.hpp"
#include "chat/context.hpp"
#include "kith/v1/message.pb.h"
#include "model/model.hpp"

namespace kith::chat {

namespace v1 = ::kith::v1;

/// The use cases of v1.MessageService. Each method owns its request; errors are those of the permission table, of text
/// rules, and of the store.
class MessageService {
 public:
  using TellEphemeral = std::function<void(model::Ephemeral)>;

  MessageService(const Context& context, TellEphemeral tell_ephemeral)
      : context_(context), tell_ephemeral_(std::move(tell_ephemeral)) {}

  Task<Result<v1::SendMessageResponse>> send_message(Caller caller, v1::SendMessageRequest request);
  Task<Result<v1::EditMessageResponse>> edit_message(Caller caller, v1::EditMessageRequest request);
  Task<Result<v1::DeleteMessageResponse>> delete_message(Caller caller, v1::DeleteMessageRequest request);
  Task<Result<v1::ListMessagesResponse>> list_messages(Caller caller, v1::ListMessagesRequest request);
  Task<Result<v1::MarkReadResponse>> mark_read(Caller caller, v1::MarkReadRequest request);
  Task<Result<v1::SetTypingResponse>> set_typing(Caller caller, v1::SetTypingRequest request);

 private:
  const Context& context_;
  TellEphemeral tell_ephemeral_;
};

}  // namespace kith::chat

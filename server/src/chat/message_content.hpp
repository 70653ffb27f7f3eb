// A message's content on its way in: cleaned, limited, its mentions found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "chat/context.hpp"
#include "kith/v1/types.pb.h"

namespace kith::chat {

namespace v1 = ::kith::v1;

/// Content ready to be stored; mentions are names until they are looked up among the room's members.
struct CheckedContent {
  v1::MessageContent content;
  std::vector<std::string> mentioned_names;  ///< folded, without `@`, each once, at most `mentions_per_message`
  bool is_encrypted = false;
};

/// Checks and normalises what a client wants to say; what it says of mentions is ignored. Errors: kMissingField,
/// kTooLong, kInvalidUtf8, kInvalidField, with field `content`.
Result<CheckedContent> check_content(const Limits& limits, v1::MessageContent content);

/// The names a text mentions: `@name` not inside a word, and not in code. `@all` sets `mentions_all`.
std::vector<std::string> find_mentions(std::string_view text, size_t most, bool& mentions_all);

/// Looks the names up among the room's members, fills the content's mentions and returns the users.
Result<std::vector<UserId>> resolve_mentions(const Context& context, store::WriteTransaction& transaction, RoomId room,
                                             CheckedContent& checked);

/// Stores who is mentioned by the message at `seq`, besides the sender.
Result<> store_mentions(store::WriteTransaction& transaction, RoomId room, Seq seq, const std::vector<UserId>& users,
                        bool mentions_all, UserId sender);

}  // namespace kith::chat

#include "chat/message_content.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "store/member_repository.hpp"
#include "store/user_repository.hpp"

namespace kith::chat {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/// CRLF becomes LF, control characters but tab and line feed go, white space at the end goes. Removing C0 controls
/// keeps UTF-8 well-formed, because they are single bytes.
std::string normalise(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r') {
      if (i + 1 == text.size() || text[i + 1] != '\n') out += '\n';
    } else if (c == '\n' || c == '\t' || (static_cast<uint8_t>(c) >= 0x20 && c != 0x7F)) {
      out += c;
    }
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == '\n' || out.back() == '\t')) out.pop_back();
  return out;
}

std::string lower(std::string_view name) {
  std::string out(name);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

Result<> check_text(const Limits& limits, CheckedContent& checked) {
  std::string& text = *checked.content.mutable_text();
  if (text.size() > limits.message_bytes) return fail(Reason::kTooLong, "The message is too long.", "content");
  if (!is_utf8(text)) return fail(Reason::kInvalidUtf8, "The message is not valid UTF-8.", "content");
  text = normalise(text);
  if (text.empty()) return fail(Reason::kMissingField, "The message is empty.", "content");
  bool mentions_all = false;
  checked.mentioned_names = find_mentions(text, limits.mentions_per_message, mentions_all);
  checked.content.set_mentions_all(mentions_all);
  return {};
}

Result<> check_encrypted(const Limits& limits, CheckedContent& checked) {
  const v1::EncryptedContent& encrypted = checked.content.encrypted();
  if (encrypted.algorithm().empty() || encrypted.algorithm().size() > limits.name_characters) {
    return fail(Reason::kInvalidField, "The algorithm is not named.", "content");
  }
  if (encrypted.ciphertext().empty()) return fail(Reason::kMissingField, "The message is empty.", "content");
  if (encrypted.ciphertext().size() + encrypted.sender_device_id().size() > limits.message_bytes) {
    return fail(Reason::kTooLong, "The message is too long.", "content");
  }
  checked.is_encrypted = true;
  return {};
}

}  // namespace

Result<CheckedContent> check_content(const Limits& limits, v1::MessageContent content) {
  CheckedContent checked{.content = std::move(content)};
  checked.content.clear_mentioned_user_ids();
  checked.content.clear_mentions_all();
  switch (checked.content.body_case()) {
    case v1::MessageContent::kText:
      TRY_VOID(check_text(limits, checked));
      return checked;
    case v1::MessageContent::kEncrypted:
      TRY_VOID(check_encrypted(limits, checked));
      return checked;
    case v1::MessageContent::BODY_NOT_SET:
      break;
  }
  return fail(Reason::kMissingField, "The message has no content.", "content");
}

std::vector<std::string> find_mentions(std::string_view text, size_t most, bool& mentions_all) {
  std::vector<std::string> names;
  bool in_code = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '`') in_code = !in_code;
    const bool begins =
        text[i] == '@' && !in_code && (i == 0 || (!is_name_character(text[i - 1]) && text[i - 1] != '@'));
    if (!begins) continue;
    size_t end = i + 1;
    while (end < text.size() && is_name_character(text[end])) ++end;
    // "…, @ada." ends a sentence: the full stop is not part of the name.
    while (end > i + 1 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
    std::string name = lower(text.substr(i + 1, end - i - 1));
    if (name == "all") {
      mentions_all = true;
    } else if (!name.empty() && names.size() < most && std::ranges::find(names, name) == names.end()) {
      names.push_back(std::move(name));
    }
    i = end - 1;
  }
  return names;
}

Result<std::vector<UserId>> resolve_mentions(const Context& context, store::WriteTransaction& transaction, RoomId room,
                                             CheckedContent& checked) {
  std::vector<UserId> users;
  store::UserRepository repository(transaction.db());
  for (const std::string& name : checked.mentioned_names) {
    TRY(const auto user, repository.find_by_name(name));
    if (!user) continue;
    TRY(const auto member, transaction.member(room, user->id));
    if (!member || member->state != model::MemberState::kIn) continue;
    users.push_back(user->id);
    checked.content.add_mentioned_user_ids(context.ids.encode(user->id));
  }
  return users;
}

Result<> store_mentions(store::WriteTransaction& transaction, RoomId room, Seq seq, const std::vector<UserId>& users,
                        bool mentions_all, UserId sender) {
  store::MemberRepository members(transaction.db());
  for (const UserId user : users) {
    if (user != sender) TRY_VOID(members.insert_mention(room, user, seq));
  }
  if (mentions_all) TRY_VOID(members.insert_room_mention(room, seq));
  return {};
}

}  // namespace kith::chat

#include "chat/search_content.hpp"

#include <algorithm>

#include "kith/v1/types.pb.h"
#include "store/search_text.hpp"

namespace kith::chat {
namespace {

/// Raised with every change of the rules below or of the typed tokens.
constexpr int kContentVersion = 1;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// True if a web address begins somewhere: `http://`, `https://` or `www.` and something visible after it.
bool has_link(std::string_view text) {
  for (std::string_view start : {"http://", "https://", "www."}) {
    auto at = text.begin();
    while (true) {
      at = std::search(at, text.end(), start.begin(), start.end(), [](char a, char b) { return lower(a) == b; });
      if (at == text.end()) break;
      at += static_cast<std::ptrdiff_t>(start.size());
      if (at != text.end() && static_cast<unsigned char>(*at) > ' ') return true;
    }
  }
  return false;
}

}  // namespace

std::string search_version() { return std::to_string(kContentVersion) + "/" + store::search_text_version(); }

std::optional<store::SearchableText> searchable_text(const IdCodec& ids, const model::StoredEvent& event) {
  constexpr uint32_t kHidden = model::kDeleted | model::kEncrypted;
  if (event.kind != model::EventKind::kMessage || (event.flags & kHidden) != 0) return std::nullopt;
  kith::v1::MessageContent content;
  if (!content.ParseFromString(event.content) || content.body_case() != kith::v1::MessageContent::kText) {
    return std::nullopt;
  }
  store::SearchableText out;
  for (const std::string& text : content.mentioned_user_ids()) {
    if (const auto user = ids.decode_user(text)) out.mentioned.push_back(*user);
  }
  out.has_link = has_link(content.text());
  out.text = std::move(*content.mutable_text());
  return out;
}

}  // namespace kith::chat

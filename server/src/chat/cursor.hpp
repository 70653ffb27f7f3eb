// Cursors of lists: opaque text for clients; what comes back is checked like any input.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace kith::chat {

/// Where a page ended: a text key and a number.
struct Cursor {
  std::string key;
  int64_t id = 0;

  bool operator==(const Cursor&) const = default;
};

inline std::string encode_cursor(const Cursor& cursor) {
  std::string bytes;
  put_varint(bytes, static_cast<uint64_t>(cursor.id));
  bytes += cursor.key;
  return to_base64url(bytes);
}

/// The start of the list for empty text. Error: kBadCursor.
inline Result<Cursor> decode_cursor(std::string_view text) {
  if (text.empty()) return Cursor{};
  const auto bytes = text.size() <= 1024 ? from_base64url(text) : std::nullopt;
  if (bytes) {
    std::string_view rest = *bytes;
    const auto id = take_varint(rest);
    if (id && is_utf8(rest)) return Cursor{.key = std::string(rest), .id = static_cast<int64_t>(*id)};
  }
  return fail(Reason::kBadCursor, "The cursor is not one of this list.", "cursor");
}

}  // namespace kith::chat

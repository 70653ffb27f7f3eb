// Kith's tokenizer for SQLite's FTS5, and the form of what it is given: documents with typed tokens, queries of one
// token.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "store/search_index.hpp"

struct sqlite3;

namespace kith::store {

/// Registers the tokenizer `kith` on a connection; every connection to an index needs it.
/// Errors: kStorageFailed if the library has no FTS5.
Result<> register_fts5_tokenizer(sqlite3* connection);

// Typed tokens begin with the control character U+0001, which no word of a text contains (SearchText separates at
// control characters): a message cannot pretend to be in another room.
std::string room_token(RoomId room);
std::string sender_token(UserId user);
std::string mention_token(UserId user);
inline constexpr std::string_view kLinkToken = "\x01hlink";

/// What the tokenizer is given for one message, appended to `out`: typed tokens, each ended by a space, a line feed,
/// the text. The same message gives the same bytes again: FTS5 needs them to delete it.
void append_fts5_document(std::string& out, RoomId room, UserId sender, const SearchableText& content);

/// The MATCH expression of a filter; empty if it asks nothing of the index.
std::string fts5_expression(const SearchFilter& filter);

}  // namespace kith::store

// Kith's tokenizer for SQLite's FTS5 (https://sqlite.org/fts5.html, section 7.1, custom tokenizers).
#include "store/fts5_tokenizer.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <memory>

#include "store/search_text.hpp"

namespace kith::store {
namespace {

using TokenCallback = int (*)(void*, int, const char*, int, int, int);

int create_tokenizer(void* /*context*/, const char** /*arguments*/, int /*count*/, Fts5Tokenizer** out) noexcept {
  *out = reinterpret_cast<Fts5Tokenizer*>(std::make_unique<SearchText>().release());
  return SQLITE_OK;
}

void delete_tokenizer(Fts5Tokenizer* tokenizer) noexcept {
  const std::unique_ptr<SearchText> owned(reinterpret_cast<SearchText*>(tokenizer));
}

int tokenize_document(SearchText& text, void* context, std::string_view document, TokenCallback on_token) {
  const size_t head_end = std::min(document.find('\n'), document.size());
  std::string_view head = document.substr(0, head_end);
  while (!head.empty()) {
    const size_t end = std::min(head.find(' '), head.size());
    const int code = on_token(context, 0, head.data(), static_cast<int>(end), 0, 0);
    if (code != SQLITE_OK) return code;
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  text.parse(document.substr(std::min(head_end + 1, document.size())));
  int code = SQLITE_OK;
  text.for_each_token([&](const TextToken& token) {
    if (code != SQLITE_OK) return;
    code = on_token(context, 0, token.text.data(), static_cast<int>(token.text.size()), static_cast<int>(token.begin),
                    static_cast<int>(token.end));
  });
  return code;
}

int tokenize(Fts5Tokenizer* tokenizer, void* context, int flags, const char* bytes, int size,
             TokenCallback on_token) noexcept {
  // A query's strings are tokens already: they were made by SearchText or are typed.
  if ((flags & FTS5_TOKENIZE_QUERY) != 0) return on_token(context, 0, bytes, size, 0, size);
  return tokenize_document(*reinterpret_cast<SearchText*>(tokenizer), context, {bytes, static_cast<size_t>(size)},
                           on_token);
}

std::string typed_token(char type, int64_t number) {
  std::string token{'\x01', type};
  token += std::to_string(number);
  return token;
}

/// An FTS5 string: in double quotes, inner ones doubled.
void append_quoted(std::string& out, std::string_view token) {
  out += '"';
  for (char c : token) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_and(std::string& out) {
  if (!out.empty()) out += " AND ";
}

template <typename Id>
void append_any(std::string& out, const std::vector<Id>& ids, std::string (*token_of)(Id)) {
  if (ids.empty()) return;
  append_and(out);
  out += '(';
  for (size_t i = 0; i < ids.size(); ++i) {
    if (i != 0) out += " OR ";
    append_quoted(out, token_of(ids[i]));
  }
  out += ')';
}

}  // namespace

Result<> register_fts5_tokenizer(sqlite3* connection) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(connection, "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  constexpr int kApiVersion = 2;
  if (api == nullptr || api->iVersion < kApiVersion) {
    return fail(Reason::kStorageFailed, "The SQLite library has no full-text search (FTS5).");
  }
  fts5_tokenizer functions{.xCreate = create_tokenizer, .xDelete = delete_tokenizer, .xTokenize = tokenize};
  if (api->xCreateTokenizer(api, "kith", nullptr, &functions, nullptr) != SQLITE_OK) {
    return fail(Reason::kStorageFailed, "The search tokenizer cannot be registered.");
  }
  return {};
}

std::string room_token(RoomId room) { return typed_token('r', room.value); }
std::string sender_token(UserId user) { return typed_token('u', user.value); }
std::string mention_token(UserId user) { return typed_token('m', user.value); }

void append_fts5_document(std::string& out, RoomId room, UserId sender, const SearchableText& content) {
  out += room_token(room);
  out += ' ';
  out += sender_token(sender);
  out += ' ';
  if (content.has_link) {
    out += kLinkToken;
    out += ' ';
  }
  for (UserId user : content.mentioned) {
    out += mention_token(user);
    out += ' ';
  }
  out += '\n';
  out += content.text;
}

std::string fts5_expression(const SearchFilter& filter) {
  std::string out;
  for (const SearchTerm& term : filter.terms) {
    append_and(out);
    append_quoted(out, term.token);
    if (term.is_beginning) out += " *";
  }
  append_any(out, filter.senders, sender_token);
  append_any(out, filter.rooms, room_token);
  if (filter.has_link) {
    append_and(out);
    append_quoted(out, kLinkToken);
  }
  return out;
}

}  // namespace kith::store

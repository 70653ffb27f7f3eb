// What a person typed into the search field: words, "phrases", -excluded, from: in: before: after: has:link.
#include "chat/search_query.hpp"

#include <array>
#include <charconv>
#include <chrono>

#include "base/bytes.hpp"

namespace kith::chat {
namespace {

constexpr std::string_view kField = "query";

bool is_space(char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; }

/// A piece of the query between spaces.
struct Piece {
  std::string_view key;    ///< before a colon, if it is one of ours
  std::string_view value;  ///< without quotes
  bool is_quoted = false;
  bool is_excluded = false;
};

constexpr std::array<std::string_view, 5> kKeys{"from", "in", "before", "after", "has"};

/// Takes pieces from the front of a query. A quote that is never closed ends with the text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  std::optional<Piece> next() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
    if (rest_.empty()) return std::nullopt;
    Piece piece;
    if (rest_.front() == '-' && rest_.size() > 1 && !is_space(rest_[1])) {
      piece.is_excluded = true;
      rest_.remove_prefix(1);
    }
    piece.key = take_key();
    if (!rest_.empty() && rest_.front() == '"') {
      rest_.remove_prefix(1);
      piece.is_quoted = true;
      piece.value = take(rest_.find('"'));
      if (!rest_.empty()) rest_.remove_prefix(1);
    } else {
      size_t end = 0;
      while (end < rest_.size() && !is_space(rest_[end]) && rest_[end] != '"') ++end;
      piece.value = take(end);
    }
    return piece;
  }

 private:
  std::string_view take(size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view take_key() {
    for (std::string_view key : kKeys) {
      if (!rest_.starts_with(key) || rest_.size() == key.size() || rest_[key.size()] != ':') continue;
      rest_.remove_prefix(key.size() + 1);
      return key;
    }
    return {};
  }

  std::string_view rest_;
};

/// A day, `2026-11-20`, at its first moment in UTC.
std::optional<UnixMillis> parse_day(std::string_view text) {
  constexpr size_t kLength = 10;
  if (text.size() != kLength || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](size_t at, size_t count) -> std::optional<int> {
    int value = 0;
    const char* end = text.data() + at + count;
    const auto [stop, error] = std::from_chars(text.data() + at, end, value);
    if (error != std::errc{} || stop != end || value < 0) return std::nullopt;
    return value;
  };
  const auto year = number(0, 4);
  const auto month = number(5, 2);
  const auto day = number(8, 2);
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  using std::chrono::milliseconds;
  return UnixMillis{std::chrono::duration_cast<milliseconds>(std::chrono::sys_days(date).time_since_epoch()).count()};
}

std::optional<SearchItem> parse_item(const Piece& piece, store::SearchText& text) {
  text.parse(piece.value);
  SearchItem item;
  for (const store::TextUnit& unit : text.units()) {
    item.units.push_back({.folded = std::string(text.folded(unit)), .kind = unit.kind, .is_joined = unit.is_joined});
  }
  if (item.units.empty()) return std::nullopt;
  item.ends_in_beginning = !piece.is_quoted && item.units.back().kind == store::UnitKind::kWord;
  return item;
}

std::unexpected<Error> wrong_filter(std::string_view key) {
  return fail(Reason::kInvalidField, "The value of \"" + std::string(key) + ":\" is not understood.",
              std::string(kField));
}

Result<> apply_filter(SearchQuery& query, const Piece& piece) {
  if (piece.value.empty() || piece.is_excluded) return wrong_filter(piece.key);
  if (piece.key == "from" || piece.key == "in") {
    (piece.key == "from" ? query.from : query.in).emplace_back(piece.value);
    return {};
  }
  if (piece.key == "has") {
    if (piece.value != "link") return wrong_filter(piece.key);
    query.has_link = true;
    return {};
  }
  const auto day = parse_day(piece.value);
  if (!day) return wrong_filter(piece.key);
  (piece.key == "before" ? query.before : query.after) = day;
  return {};
}

}  // namespace

Result<SearchQuery> parse_search_query(std::string_view text, const Limits& limits) {
  if (text.size() > limits.query_bytes) return fail(Reason::kTooLong, "The query is too long.", std::string(kField));
  if (!is_utf8(text)) return fail(Reason::kInvalidUtf8, "The query is not valid UTF-8.", std::string(kField));
  SearchQuery query;
  store::SearchText parsed;
  size_t count = 0;
  Scanner scanner(text);
  while (const auto piece = scanner.next()) {
    if (!piece->key.empty()) {
      TRY_VOID(apply_filter(query, *piece));
      ++count;
    } else if (auto item = parse_item(*piece, parsed)) {
      (piece->is_excluded ? query.excluded : query.items).push_back(*std::move(item));
      ++count;
    }
    if (count > limits.query_terms) {
      return fail(Reason::kTooLong, "The query has too many words.", std::string(kField));
    }
  }
  return query;
}

}  // namespace kith::chat

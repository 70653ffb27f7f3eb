// What a person typed into the search field: words, "phrases", -excluded, from: in: before: after: has:link.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "store/search_text.hpp"

namespace kith::chat {

/// One thing to find: units that stand side by side. `don't` and `北京` are such items as well as a phrase.
struct SearchItem {
  struct Unit {
    std::string folded;
    store::UnitKind kind = store::UnitKind::kWord;
    bool is_joined = false;  ///< a run character that follows the unit before without a gap

    bool operator==(const Unit&) const = default;
  };
  std::vector<Unit> units;         ///< at least one
  bool ends_in_beginning = false;  ///< the last unit, a word, may be the beginning of a longer word

  bool operator==(const SearchItem&) const = default;
};

struct SearchQuery {
  std::vector<SearchItem> items;     ///< all must be found
  std::vector<SearchItem> excluded;  ///< none may be found
  std::vector<std::string> from;     ///< names as typed; one of them wrote it
  std::vector<std::string> in;       ///< room names as typed; in one of them
  std::optional<UnixMillis> before;
  std::optional<UnixMillis> after;  ///< from this time on
  bool has_link = false;

  [[nodiscard]] bool has_filter() const {
    return !from.empty() || !in.empty() || before.has_value() || after.has_value() || has_link;
  }
};

/// A word outside of quotes may be the beginning of a longer one; characters of scripts without spaces are found
/// anywhere. A value with spaces is quoted (`in:"new office"`). Dates are days in UTC, `before` excludes and `after`
/// includes its day. An unknown `name:` is text. Errors, with field `query`: kInvalidUtf8, kTooLong (bytes or items),
/// kInvalidField (a filter's value).
Result<SearchQuery> parse_search_query(std::string_view text, const Limits& limits);

}  // namespace kith::chat

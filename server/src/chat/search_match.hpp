// Whether a text really has what a query asks for, and where: the index only names candidates.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "chat/search_query.hpp"
#include "store/search_index.hpp"
#include "store/search_text.hpp"

namespace kith::chat {

/// A part of a text in UTF-16 code units, `end` excluded.
struct TextRange {
  uint32_t start = 0;
  uint32_t end = 0;

  bool operator==(const TextRange&) const = default;
};

/// Asks texts one after another; keeps its memory.
class SearchMatcher {
 public:
  explicit SearchMatcher(const SearchQuery& query) : query_(query) {}

  /// Where the query's items stand in the text, in order and not overlapping; whole words, also where only their
  /// beginning was asked for. nullopt if one is missing or an excluded one is there.
  std::optional<std::vector<TextRange>> match(std::string_view text);

 private:
  struct Bytes {
    uint32_t begin;
    uint32_t end;
  };
  /// Appends all places of an item; false if there is none.
  bool find(const SearchItem& item, std::vector<Bytes>* places) const;
  [[nodiscard]] bool stands_at(const SearchItem& item, size_t at) const;

  const SearchQuery& query_;
  store::SearchText text_;
};

/// What candidates are looked up by: words of the index that every text with the query's items has.
struct IndexTerms {
  std::vector<store::SearchTerm> precise;
  /// The same, but beginnings are shortened to what the index has ready, or left out: more candidates, each at once.
  std::vector<store::SearchTerm> quick;
};
IndexTerms index_terms(const SearchQuery& query);

}  // namespace kith::chat

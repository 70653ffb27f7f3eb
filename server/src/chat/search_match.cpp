// Whether a text really has what a query asks for, and where: the index only names candidates.
#include "chat/search_match.hpp"

#include <algorithm>

namespace kith::chat {
namespace {

using store::UnitKind;

/// Words looked up for one query; further ones narrow little and each costs a look at every part of the index.
constexpr size_t kIndexTermsMax = 24;

/// UTF-16 code units of well-formed UTF-8.
uint32_t utf16_length(std::string_view text) {
  uint32_t count = 0;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) ++count;  // a code point begins …
    if (byte >= 0xF0) ++count;           // … and is a surrogate pair
  }
  return count;
}

void add_term(std::vector<store::SearchTerm>& terms, store::SearchTerm term) {
  if (terms.size() < kIndexTermsMax && std::find(terms.begin(), terms.end(), term) == terms.end()) {
    terms.push_back(std::move(term));
  }
}

/// The first characters of well-formed UTF-8; nullopt if there are fewer.
std::optional<std::string> first_characters(std::string_view text, size_t count) {
  size_t bytes = 0;
  for (; bytes < text.size(); ++bytes) {
    const bool begins = (static_cast<unsigned char>(text[bytes]) & 0xC0) != 0x80;
    if (begins && count-- == 0) break;
  }
  if (bytes == text.size() && count > 0) return std::nullopt;
  return std::string(text.substr(0, bytes));
}

void add_word(IndexTerms& terms, const std::string& word) {
  add_term(terms.precise, {.token = word});
  add_term(terms.quick, {.token = word});
}

void add_beginning(IndexTerms& terms, const std::string& beginning) {
  add_term(terms.precise, {.token = beginning, .is_beginning = true});
  if (auto ready = first_characters(beginning, store::SearchIndex::kBeginningCharacters)) {
    add_term(terms.quick, {.token = *std::move(ready), .is_beginning = true});
  }
}

void add_item_terms(IndexTerms& terms, const SearchItem& item) {
  const auto& units = item.units;
  for (size_t i = 0; i < units.size(); ++i) {
    const bool is_last = i + 1 == units.size();
    if (units[i].kind != UnitKind::kRun) {
      if (is_last && item.ends_in_beginning) {
        add_beginning(terms, units[i].folded);
      } else {
        add_word(terms, units[i].folded);
      }
    } else if (!is_last && units[i + 1].is_joined) {
      add_word(terms, units[i].folded + units[i + 1].folded);
    } else if (!units[i].is_joined) {
      add_beginning(terms, units[i].folded);  // of a pair, or alone
    }
  }
}

}  // namespace

bool SearchMatcher::stands_at(const SearchItem& item, size_t at) const {
  const auto units = text_.units();
  if (at + item.units.size() > units.size()) return false;
  for (size_t i = 0; i < item.units.size(); ++i) {
    const SearchItem::Unit& wanted = item.units[i];
    const store::TextUnit& unit = units[at + i];
    if (unit.kind != wanted.kind) return false;
    if (i > 0 && wanted.is_joined && !unit.is_joined) return false;
    const std::string_view folded = text_.folded(unit);
    const bool is_beginning = item.ends_in_beginning && i + 1 == item.units.size();
    if (is_beginning ? !folded.starts_with(wanted.folded) : folded != wanted.folded) return false;
  }
  return true;
}

bool SearchMatcher::find(const SearchItem& item, std::vector<Bytes>* places) const {
  const auto units = text_.units();
  bool is_found = false;
  for (size_t at = 0; at < units.size(); ++at) {
    if (!stands_at(item, at)) continue;
    is_found = true;
    if (places == nullptr) return true;
    size_t last = at + item.units.size() - 1;
    while (last + 1 < units.size() && units[last + 1].is_mark) ++last;  // a mark is never parted from its letter
    places->push_back({.begin = units[at].begin, .end = units[last].end});
  }
  return is_found;
}

std::optional<std::vector<TextRange>> SearchMatcher::match(std::string_view text) {
  text_.parse(text);
  for (const SearchItem& item : query_.excluded) {
    if (find(item, nullptr)) return std::nullopt;
  }
  std::vector<Bytes> places;
  for (const SearchItem& item : query_.items) {
    if (!find(item, &places)) return std::nullopt;
  }
  std::sort(places.begin(), places.end(), [](const Bytes& a, const Bytes& b) { return a.begin < b.begin; });
  std::vector<TextRange> ranges;
  uint32_t bytes = 0;  // how far `units` has counted
  uint32_t units = 0;
  uint32_t end_bytes = 0;
  for (const Bytes& place : places) {
    if (place.end <= end_bytes) continue;
    const uint32_t begin = std::max(place.begin, end_bytes);
    units += utf16_length(text.substr(bytes, begin - bytes));
    const uint32_t start = units;
    units += utf16_length(text.substr(begin, place.end - begin));
    bytes = end_bytes = place.end;
    if (place.begin < begin && !ranges.empty()) {
      ranges.back().end = units;  // it overlaps the one before: one range
    } else {
      ranges.push_back({.start = start, .end = units});
    }
  }
  return ranges;
}

IndexTerms index_terms(const SearchQuery& query) {
  IndexTerms terms;
  for (const SearchItem& item : query.items) add_item_terms(terms, item);
  return terms;
}

}  // namespace kith::chat

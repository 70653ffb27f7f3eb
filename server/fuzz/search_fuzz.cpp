// Search texts and queries: every unit lies in its text, and a text is found by any of its own words.
#include <string>

#include "base/bytes.hpp"
#include "chat/search_match.hpp"
#include "chat/search_query.hpp"
#include "fuzz_input.hpp"
#include "store/search_text.hpp"

using namespace kith;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const size_t query_bytes = input.byte();
  const std::string_view query_text = input.rest().substr(0, query_bytes);
  const std::string_view text = input.rest().substr(query_text.size());
  store::SearchText search_text;
  search_text.parse(text);
  uint32_t last_begin = 0;
  // One character may fold into several units (㍿ is four), which then share its bytes.
  for (const store::TextUnit& unit : search_text.units()) {
    fuzz::claim(unit.begin >= last_begin && unit.begin < unit.end && unit.end <= text.size());
    fuzz::claim(!search_text.folded(unit).empty() && search_text.folded(unit).size() <= store::kSearchWordBytes);
    last_begin = unit.begin;
  }
  search_text.for_each_token([&](const store::TextToken& token) {
    fuzz::claim(!token.text.empty() && token.begin < token.end && token.end <= text.size());
  });
  const Limits limits;
  if (const auto query = chat::parse_search_query(query_text, limits)) {
    fuzz::claim(query->items.size() + query->excluded.size() <= limits.query_terms);
    if (!is_utf8(text)) return 0;  // stored text is checked; only then do UTF-16 units mean anything
    if (const auto ranges = chat::SearchMatcher(*query).match(text)) {
      uint32_t last = 0;
      for (const chat::TextRange& range : *ranges) {
        fuzz::claim(range.start >= last && range.start < range.end && range.end <= text.size());
        last = range.end;
      }
    }
  }
  return 0;
}

// Text as search sees it: folded words, characters of scripts without spaces, emoji, each with its bytes in the
// original.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/function_ref.hpp"

namespace kith::store {

/// Changes whenever a text may give other units or tokens than before (our rules, ICU's Unicode version): an index made
/// under another version is thrown away and rebuilt.
std::string search_text_version();

/// Longest word in bytes; the rest of a longer one is not searchable.
inline constexpr size_t kSearchWordBytes = 64;

enum class UnitKind : uint8_t {
  kWord,   ///< letters and digits of scripts that separate words
  kRun,    ///< one character of a script that does not: Han, Kana, Thai, Lao, Khmer, Burmese, Tibetan
  kEmoji,  ///< one emoji without skin tone and joiners; a flag is one
};

/// One unit of a text. `begin` and `end` are bytes of the original text and cover what was folded away with it.
struct TextUnit {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t offset = 0;  ///< of its folded bytes in the buffer of SearchText
  uint32_t size = 0;    ///< of its folded bytes
  UnitKind kind = UnitKind::kWord;
  bool is_joined = false;  ///< a run character directly after another one
  bool is_mark = false;    ///< a run character that is a mark on the one before
};

/// A token of the index.
struct TextToken {
  std::string_view text;
  uint32_t begin = 0;  ///< bytes of the original text
  uint32_t end = 0;
};

/// Splits texts; keeps its memory from one to the next. NFKC_Casefold, then accents are dropped in Latin, Greek,
/// Cyrillic, Arabic and Hebrew. Control characters separate; bytes that are not UTF-8 separate too. Texts up to 2 GiB.
class SearchText {
 public:
  void parse(std::string_view text);

  [[nodiscard]] std::span<const TextUnit> units() const { return units_; }
  [[nodiscard]] std::string_view folded(const TextUnit& unit) const {
    return std::string_view(folded_).substr(unit.offset, unit.size);
  }
  /// The tokens the index holds for this text, in order: a word or an emoji is one; a run gives its overlapping pairs
  /// and its last character alone, so that each single character is the beginning of a token.
  void for_each_token(FunctionRef<void(const TextToken&)> on_token) const;

 private:
  friend class SearchTextParser;

  std::string folded_;
  std::vector<TextUnit> units_;
};

}  // namespace kith::store

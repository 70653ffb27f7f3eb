// Text as search sees it: folded words, characters of scripts without spaces, emoji, each with its bytes in the
// original.
// 1. ASCII is folded by a table. 2. Other text is cut where normalization cannot reach across (one character, or one
// with its marks) and each piece is folded: by a table of single characters, else by ICU. 3. The folded characters form
// units.
#include "store/search_text.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <array>
#include <atomic>
#include <cassert>
#include <memory>

namespace kith::store {
namespace {

/// Raised with every change of the rules below.
constexpr int kRulesVersion = 1;

/// Longest piece folded at once, in code points: canonical ordering is quadratic, and honest text has at most a few
/// marks on a letter (UAX #15 §13, stream-safe text: 30).
constexpr int kPieceMax = 32;

enum class CharClass : uint8_t {
  kSeparator,
  kWord,
  kMark,  ///< continues a word
  kRun,
  kRunMark,
  kEmoji,
  kRegional,  ///< half a flag
  kDropped,   ///< neither text nor separator: accents, joiners, skin tones
};

struct AsciiTable {
  std::array<char, 128> folded{};  ///< 0: separator
  constexpr AsciiTable() {
    for (int c = '0'; c <= '9'; ++c) folded[static_cast<size_t>(c)] = static_cast<char>(c);
    for (int c = 'a'; c <= 'z'; ++c) folded[static_cast<size_t>(c)] = static_cast<char>(c);
    for (int c = 'A'; c <= 'Z'; ++c) folded[static_cast<size_t>(c)] = static_cast<char>(c - 'A' + 'a');
  }
};
constexpr AsciiTable kAscii;

const icu::Normalizer2& casefold_normalizer() {
  static const icu::Normalizer2* const instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    const auto* found = icu::Normalizer2::getNFKCCasefoldInstance(status);
    assert(U_SUCCESS(status));
    return found;
  }();
  return *instance;
}

const icu::Normalizer2& decomposition_normalizer() {
  static const icu::Normalizer2* const instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    const auto* found = icu::Normalizer2::getNFDInstance(status);
    assert(U_SUCCESS(status));
    return found;
  }();
  return *instance;
}

UScriptCode script_of(UChar32 c) {
  UErrorCode status = U_ZERO_ERROR;
  return uscript_getScript(c, &status);
}

bool drops_accents(UScriptCode script) {
  return script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC || script == USCRIPT_ARABIC ||
         script == USCRIPT_HEBREW;
}

/// Scripts written without spaces: those named in docs/data.md and their neighbours of line break class SA.
bool is_run_script(UChar32 c, UScriptCode script) {
  constexpr UChar32 kProlongedSoundMark = 0x30FC;  // its script is Common
  switch (script) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_KATAKANA_OR_HIRAGANA:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
    case USCRIPT_TIBETAN:
      return true;
    default:
      return c == kProlongedSoundMark || u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT;
  }
}

bool is_emoji(UChar32 c) {
  constexpr UChar32 kFirst = 0x2190;  // below stand signs like © that are pictographic only by courtesy
  return c >= kFirst && u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC);
}

/// The class of a folded character.
CharClass classify(UChar32 c) {
  constexpr UChar32 kTatweel = 0x0640;
  if (c == kTatweel || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return CharClass::kDropped;
  if (u_hasBinaryProperty(c, UCHAR_REGIONAL_INDICATOR)) return CharClass::kRegional;
  if (u_hasBinaryProperty(c, UCHAR_EMOJI_MODIFIER)) return CharClass::kDropped;
  if (is_emoji(c)) return CharClass::kEmoji;
  const auto type = static_cast<UCharCategory>(u_charType(c));
  const UScriptCode script = script_of(c);
  switch (type) {
    case U_UPPERCASE_LETTER:
    case U_LOWERCASE_LETTER:
    case U_TITLECASE_LETTER:
    case U_MODIFIER_LETTER:
    case U_OTHER_LETTER:
    case U_DECIMAL_DIGIT_NUMBER:
    case U_LETTER_NUMBER:
    case U_OTHER_NUMBER:
      return is_run_script(c, script) ? CharClass::kRun : CharClass::kWord;
    case U_NON_SPACING_MARK:
      if (drops_accents(script) || script == USCRIPT_INHERITED || script == USCRIPT_COMMON) return CharClass::kDropped;
      return is_run_script(c, script) ? CharClass::kRunMark : CharClass::kMark;
    case U_COMBINING_SPACING_MARK:
      return is_run_script(c, script) ? CharClass::kRunMark : CharClass::kMark;
    case U_ENCLOSING_MARK:
      return CharClass::kDropped;
    default:
      return CharClass::kSeparator;
  }
}

/// Folds a piece: NFKC_Casefold, then without accents if it is of a script that drops them.
icu::UnicodeString fold_piece(const icu::UnicodeString& piece) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString folded = casefold_normalizer().normalize(piece, status);
  if (U_FAILURE(status)) return {};
  bool has_accents = false;
  for (int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
    has_accents = has_accents || drops_accents(script_of(folded.char32At(i)));
  }
  if (!has_accents) return folded;
  const icu::UnicodeString decomposed = decomposition_normalizer().normalize(folded, status);
  if (U_FAILURE(status)) return {};
  icu::UnicodeString bare;
  bool drops_marks = true;  // also those without a base
  for (int32_t i = 0; i < decomposed.length(); i = decomposed.moveIndex32(i, 1)) {
    const UChar32 c = decomposed.char32At(i);
    const int8_t type = u_charType(c);
    const bool is_mark = type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK;
    if (!is_mark) drops_marks = drops_accents(script_of(c));
    if (!is_mark || !drops_marks) bare.append(c);
  }
  return bare;
}

/// What is known of one character without its neighbours.
struct CharEntry {
  UChar32 folded = 0;
  CharClass char_class = CharClass::kSeparator;
  bool is_single = false;           ///< alone it folds to `folded`, or to nothing if kDropped
  bool has_boundary_before = true;  ///< normalization does not reach across the place before it
};

CharEntry make_entry(UChar32 c) {
  CharEntry entry;
  entry.has_boundary_before = casefold_normalizer().hasBoundaryBefore(c);
  const icu::UnicodeString folded = fold_piece(icu::UnicodeString(c));
  if (folded.isEmpty()) {
    entry.char_class = CharClass::kDropped;
    entry.is_single = true;
  } else if (folded.countChar32() == 1) {
    entry.folded = folded.char32At(0);
    entry.char_class = classify(entry.folded);
    entry.is_single = true;
  }
  return entry;
}

/// Entries of the basic plane, made by blocks of 256 when first asked for; any thread may ask.
class CharTable {
 public:
  CharEntry entry(UChar32 c) {
    if (c >= kPlane) return make_entry(c);
    std::atomic<Block*>& slot = blocks_[static_cast<size_t>(c) / kBlock];
    Block* block = slot.load(std::memory_order_acquire);
    if (block == nullptr) block = make_block(slot, c / kBlock * kBlock);
    return (*block)[static_cast<size_t>(c) % kBlock];
  }

 private:
  static constexpr UChar32 kPlane = 0x10000;
  static constexpr UChar32 kBlock = 256;
  using Block = std::array<CharEntry, kBlock>;

  static Block* make_block(std::atomic<Block*>& slot, UChar32 first) {
    auto made = std::make_unique<Block>();
    for (UChar32 i = 0; i < kBlock; ++i) (*made)[static_cast<size_t>(i)] = make_entry(first + i);
    Block* present = nullptr;
    if (slot.compare_exchange_strong(present, made.get(), std::memory_order_acq_rel)) return made.release();
    return present;
  }

  std::array<std::atomic<Block*>, kPlane / kBlock> blocks_{};  // they live as long as the process
};

CharTable& char_table() {
  static CharTable table;
  return table;
}

}  // namespace

/// One pass over a text; see the head of this file.
class SearchTextParser {
 public:
  SearchTextParser(SearchText& out, std::string_view text)
      : folded_(out.folded_), units_(out.units_), bytes_(text.data()), size_(static_cast<int32_t>(text.size())) {}

  void parse() {
    int32_t at = 0;
    while (at < size_) at = is_plain(at) ? parse_ascii(at) : parse_piece(at);
  }

 private:
  enum class Open : uint8_t { kNothing, kWord, kFullWord, kRun, kEmoji, kHalfFlag };

  [[nodiscard]] bool is_ascii(int32_t at) const { return static_cast<unsigned char>(bytes_[at]) < 0x80; }
  /// An ASCII character that no mark after it can change.
  [[nodiscard]] bool is_plain(int32_t at) const { return is_ascii(at) && (at + 1 == size_ || is_ascii(at + 1)); }

  int32_t parse_ascii(int32_t at) {
    for (; at < size_ && is_plain(at); ++at) {
      const char folded = kAscii.folded[static_cast<size_t>(bytes_[at])];
      if (folded == 0) {
        open_ = Open::kNothing;
      } else if (open_ == Open::kWord && units_.back().size < kSearchWordBytes) {
        folded_.push_back(folded);
        ++units_.back().size;
        units_.back().end = static_cast<uint32_t>(at) + 1;
      } else {
        add_word_char(static_cast<UChar32>(folded), at, at + 1);
      }
    }
    return at;
  }

  int32_t parse_piece(int32_t begin) {
    UChar32 c = 0;
    int32_t at = begin;
    U8_NEXT(bytes_, at, size_, c);
    if (c < 0) {
      open_ = Open::kNothing;
      return at;
    }
    const CharEntry entry = char_table().entry(c);
    int32_t end = at;
    int32_t count = 1;
    while (end < size_ && count < kPieceMax && continues_piece(end)) ++count;
    if (count == 1 && entry.is_single) {
      add(entry.folded, entry.char_class, begin, end);
      return end;
    }
    const icu::UnicodeString folded =
        fold_piece(icu::UnicodeString::fromUTF8(icu::StringPiece(bytes_ + begin, end - begin)));
    if (folded.isEmpty()) add(0, CharClass::kDropped, begin, end);
    for (int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
      const UChar32 part = folded.char32At(i);
      add(part, classify(part), begin, end);
    }
    return end;
  }

  /// Moves `at` over the character there if it belongs to the piece before it.
  bool continues_piece(int32_t& at) const {
    if (is_ascii(at)) return false;
    UChar32 c = 0;
    int32_t next = at;
    U8_NEXT(bytes_, next, size_, c);
    if (c < 0 || char_table().entry(c).has_boundary_before) return false;
    at = next;
    return true;
  }

  void add(UChar32 c, CharClass char_class, int32_t begin, int32_t end) {
    switch (char_class) {
      case CharClass::kSeparator:
        open_ = Open::kNothing;
        return;
      case CharClass::kDropped:
        if (open_ != Open::kNothing) units_.back().end = static_cast<uint32_t>(end);
        return;
      case CharClass::kWord:
      case CharClass::kMark:
        add_word_char(c, begin, end);
        return;
      case CharClass::kRun:
      case CharClass::kRunMark: {
        const bool is_joined = open_ == Open::kRun;
        start_unit(UnitKind::kRun, c, begin, end);
        units_.back().is_joined = is_joined;
        units_.back().is_mark = char_class == CharClass::kRunMark;
        open_ = Open::kRun;
        return;
      }
      case CharClass::kEmoji:
        start_unit(UnitKind::kEmoji, c, begin, end);
        open_ = Open::kEmoji;
        return;
      case CharClass::kRegional:
        if (open_ == Open::kHalfFlag) {
          append(c);
          units_.back().end = static_cast<uint32_t>(end);
          open_ = Open::kEmoji;
        } else {
          start_unit(UnitKind::kEmoji, c, begin, end);
          open_ = Open::kHalfFlag;
        }
        return;
    }
  }

  void add_word_char(UChar32 c, int32_t begin, int32_t end) {
    if (open_ != Open::kWord && open_ != Open::kFullWord) {
      start_unit(UnitKind::kWord, c, begin, end);
      open_ = Open::kWord;
      return;
    }
    units_.back().end = static_cast<uint32_t>(end);
    if (open_ == Open::kWord && units_.back().size + static_cast<size_t>(U8_LENGTH(c)) <= kSearchWordBytes) {
      append(c);
    } else {
      open_ = Open::kFullWord;
    }
  }

  void start_unit(UnitKind kind, UChar32 c, int32_t begin, int32_t end) {
    units_.push_back({.begin = static_cast<uint32_t>(begin),
                      .end = static_cast<uint32_t>(end),
                      .offset = static_cast<uint32_t>(folded_.size()),
                      .size = 0,
                      .kind = kind});
    append(c);
  }

  void append(UChar32 c) {
    std::array<char, U8_MAX_LENGTH> encoded{};
    int32_t length = 0;
    U8_APPEND_UNSAFE(encoded.data(), length, c);
    folded_.append(encoded.data(), static_cast<size_t>(length));
    units_.back().size += static_cast<uint32_t>(length);
  }

  std::string& folded_;
  std::vector<TextUnit>& units_;
  const char* bytes_;
  int32_t size_;
  Open open_ = Open::kNothing;  ///< what the next character may continue
};

std::string search_text_version() { return std::to_string(kRulesVersion) + "/" + U_UNICODE_VERSION; }

void SearchText::parse(std::string_view text) {
  constexpr size_t kTextMax = INT32_MAX;
  folded_.clear();
  units_.clear();
  SearchTextParser(*this, text.substr(0, kTextMax)).parse();
}

void SearchText::for_each_token(FunctionRef<void(const TextToken&)> on_token) const {
  for (size_t i = 0; i < units_.size(); ++i) {
    const TextUnit& unit = units_[i];
    const bool is_pair = i + 1 < units_.size() && units_[i + 1].is_joined;
    if (!is_pair) {
      on_token({.text = folded(unit), .begin = unit.begin, .end = unit.end});
      continue;
    }
    // Folded bytes of neighbouring units stand side by side.
    const TextUnit& next = units_[i + 1];
    on_token({.text = std::string_view(folded_).substr(unit.offset, unit.size + next.size),
              .begin = unit.begin,
              .end = next.end});
  }
}

}  // namespace kith::store

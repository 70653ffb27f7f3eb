#include "chat/names.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include "base/bytes.hpp"

namespace kith::chat {
namespace {

/// Bounds the work before anything is counted: no script needs more bytes for a character, marks included.
constexpr size_t kBytesPerCharacter = 16;

std::unexpected<Error> too_long(std::string_view field) {
  return fail(Reason::kTooLong, "The text is too long.", std::string(field));
}

std::unexpected<Error> not_allowed(std::string_view field) {
  return fail(Reason::kInvalidField, "The text holds characters that are not allowed.", std::string(field));
}

/// Embeddings, overrides and isolates could make a name show as another (Unicode TR 36 §2.9). The marks LRM, RLM and
/// ALM stay: Hebrew and Arabic names need them, and they turn nothing around.
bool is_direction_control(UChar32 c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

bool is_visible(UChar32 c) {
  constexpr UChar32 kBrailleBlank = 0x2800;
  constexpr uint32_t kUnseen = U_GC_CC_MASK | U_GC_CF_MASK | U_GC_M_MASK;
  return c != kBrailleBlank && !u_isUWhiteSpace(c) && !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) &&
         (U_MASK(u_charType(c)) & kUnseen) == 0;
}

/// Well-formed UTF-8 of bounded length as NFC. Errors: kTooLong, kInvalidUtf8.
Result<icu::UnicodeString> to_nfc(std::string_view text, size_t characters, std::string_view field) {
  if (text.size() > characters * kBytesPerCharacter) return too_long(field);
  if (!is_utf8(text)) return fail(Reason::kInvalidUtf8, "The text is not valid UTF-8.", std::string(field));
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  icu::UnicodeString normalized = nfc->normalize(
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size()))), status);
  if (U_FAILURE(status)) return fail(Reason::kInternal, "The text could not be normalized.", std::string(field));
  return normalized;
}

std::string to_utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

/// Runs of white space as one space, none at the ends.
icu::UnicodeString join_white_space(const icu::UnicodeString& text) {
  icu::UnicodeString out;
  bool pending_space = false;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (u_isUWhiteSpace(c)) {
      pending_space = !out.isEmpty();
      continue;
    }
    if (pending_space) out.append(static_cast<UChar32>(' '));
    pending_space = false;
    out.append(c);
  }
  return out;
}

/// Scripts in which marks on a letter are accents or vowel points, which people leave out when they search.
bool drops_marks(UChar32 base) {
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(base, &status)) {
    case USCRIPT_LATIN:
    case USCRIPT_GREEK:
    case USCRIPT_CYRILLIC:
    case USCRIPT_HEBREW:
    case USCRIPT_ARABIC:
      return U_SUCCESS(status);
    default:
      return false;
  }
}

}  // namespace

Result<std::string> clean_name(std::string_view text, size_t characters, std::string_view field) {
  TRY(const icu::UnicodeString normalized, to_nfc(text, characters, field));
  bool has_visible = false;
  for (int32_t i = 0; i < normalized.length(); i = normalized.moveIndex32(i, 1)) {
    const UChar32 c = normalized.char32At(i);
    if (is_direction_control(c) || u_charType(c) == U_CONTROL_CHAR) return not_allowed(field);
    has_visible = has_visible || is_visible(c);
  }
  if (!has_visible) return fail(Reason::kMissingField, "The field must not be empty.", std::string(field));
  const icu::UnicodeString joined = join_white_space(normalized);
  if (static_cast<size_t>(joined.countChar32()) > characters) return too_long(field);
  return to_utf8(joined);
}

Result<std::string> clean_text(std::string_view text, size_t characters, std::string_view field) {
  TRY(icu::UnicodeString normalized, to_nfc(text, characters, field));
  normalized.findAndReplace(icu::UnicodeString("\r\n"), icu::UnicodeString("\n"));
  normalized.findAndReplace(icu::UnicodeString("\t"), icu::UnicodeString(" "));
  for (int32_t i = 0; i < normalized.length(); i = normalized.moveIndex32(i, 1)) {
    const UChar32 c = normalized.char32At(i);
    if (is_direction_control(c) || (u_charType(c) == U_CONTROL_CHAR && c != '\n')) return not_allowed(field);
  }
  normalized.trim();
  if (static_cast<size_t>(normalized.countChar32()) > characters) return too_long(field);
  return to_utf8(normalized);
}

std::string fold_name(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFDInstance(status);
  const icu::Normalizer2* compose = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status) || !is_utf8(text)) return {};
  const auto source = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  const icu::UnicodeString decomposed = decompose->normalize(casefold->normalize(source, status), status);
  icu::UnicodeString letters;
  UChar32 base = 0;
  for (int32_t i = 0; i < decomposed.length(); i = decomposed.moveIndex32(i, 1)) {
    const UChar32 c = decomposed.char32At(i);
    const bool is_mark = (U_MASK(u_charType(c)) & U_GC_M_MASK) != 0;
    if (!is_mark) base = c;
    if (!is_mark || !drops_marks(base)) letters.append(c);
  }
  return to_utf8(join_white_space(compose->normalize(letters, status)));
}

}  // namespace kith::chat

#include "chat/user_names.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "chat/names.hpp"

namespace kith::chat {
namespace {

/// Words of a display name that are indexed; names with more are found by their first ones.
constexpr size_t kIndexedWords = 16;
constexpr size_t kBytesPerCharacter = 16;
constexpr std::string_view kReserved[] = {"all", "everyone", "here", "kith"};

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_username_character(char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; }

std::unexpected<Error> not_a_username(std::string_view field) {
  return fail(Reason::kInvalidField, "A user name has letters a to z, digits, and . _ - after the first character.",
              std::string(field));
}

}  // namespace

Result<std::string> fold_username(std::string_view text, std::string_view field, const Limits& limits) {
  if (text.size() > limits.username_characters * kBytesPerCharacter) {
    return fail(Reason::kTooLong, "The user name is too long.", std::string(field));
  }
  if (!is_utf8(text)) return fail(Reason::kInvalidUtf8, "The user name is not valid UTF-8.", std::string(field));
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  icu::UnicodeString normalized = casefold->normalize(
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size()))), status);
  if (U_FAILURE(status)) return not_a_username(field);
  normalized.trim();  // Keyboards that complete words leave a space behind.
  std::string name;
  normalized.toUTF8String(name);

  if (name.empty()) return fail(Reason::kMissingField, "The user name must not be empty.", std::string(field));
  // A full stop at the end would belong to the sentence that mentions the user.
  if (!std::ranges::all_of(name, is_username_character) || !is_letter_or_digit(name.front()) || name.back() == '.') {
    return not_a_username(field);
  }
  if (name.size() > limits.username_characters) {
    return fail(Reason::kTooLong, "The user name is too long.", std::string(field));
  }
  if (name.size() < limits.username_characters_min) {
    return fail(Reason::kInvalidField, "The user name is too short.", std::string(field));
  }
  return name;
}

bool is_reserved_username(std::string_view folded) {
  return std::ranges::find(kReserved, folded) != std::end(kReserved);
}

std::vector<std::string> directory_words(std::string_view username, std::string_view display_name) {
  std::vector<std::string> words{std::string(username)};
  const std::string folded = fold_name(display_name);
  const std::string_view rest = folded;
  bool in_word = false;
  for (size_t i = 0; i < rest.size() && words.size() <= kIndexedWords;) {
    const size_t begin = i;
    UChar32 c = 0;
    U8_NEXT(rest.data(), i, rest.size(), c);
    // A mark continues its letter: in scripts that keep their marks a word must not begin anew after each.
    const bool is_word = c >= 0 && (u_isalnum(c) || (in_word && (U_MASK(u_charType(c)) & U_GC_M_MASK) != 0));
    if (begin == 0 || (is_word && !in_word)) words.emplace_back(rest.substr(begin));
    in_word = is_word;
  }
  std::ranges::sort(words);
  const auto repeated = std::ranges::unique(words);
  words.erase(repeated.begin(), repeated.end());
  return words;
}

std::string directory_query(std::string_view query) {
  std::string folded = fold_name(query);
  if (folded.starts_with('@')) folded.erase(0, 1);
  return folded;
}

}  // namespace kith::chat

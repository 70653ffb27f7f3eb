// User names: the unique, folded names of accounts, the names people see, and the words by which they are found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"

namespace kith::chat {

/// A user name as it is stored: NFKC_Casefold, then only a–z 0–9 . _ -, beginning with a letter or digit. Errors name
/// `field`: kMissingField, kTooLong, kInvalidField (also for a name too short), kInvalidUtf8.
Result<std::string> fold_username(std::string_view text, std::string_view field, const Limits& limits);
/// True for names that address groups in messages: nobody may be called so.
bool is_reserved_username(std::string_view folded);

/// A name that people see: `clean_line` in NFC, with something visible in it. Errors besides those of `clean_line`:
/// kMissingField if nothing visible is left.
Result<std::string> clean_visible_name(std::string_view text, std::string_view field, size_t characters_max);
/// A few lines about a person, at most `topic_characters`; may be empty. Errors: kTooLong, kInvalidUtf8.
Result<std::string> clean_bio(std::string_view text, std::string_view field, const Limits& limits);

/// Case and accents folded, white space as single spaces, trimmed: what directories compare. Accents are dropped where
/// they are spelling and not letters: in Latin, Greek, Cyrillic, Hebrew and Arabic. `text`: valid UTF-8.
std::string fold_name(std::string_view text);
/// What the directory finds a user by: the user name, and the folded display name from each of its words on.
std::vector<std::string> directory_words(std::string_view username, std::string_view display_name);
/// A query of the directory in the form of those words, without a leading @; empty: all users.
std::string directory_query(std::string_view query);

}  // namespace kith::chat

// User names: the unique, folded names of accounts, and the words by which the directory finds a user.
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
/// True for names that address groups in messages or speak for the server: nobody may be called so.
bool is_reserved_username(std::string_view folded);

/// What the directory finds a user by: the user name, and the folded display name from each of its words on.
std::vector<std::string> directory_words(std::string_view username, std::string_view display_name);
/// A query of the directory in the form of those words, without a leading @; empty: all users.
std::string directory_query(std::string_view query);

}  // namespace kith::chat

// Names and short texts people choose: cleaned, measured in characters, and folded for finding.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace kith::chat {

/// A name shown on one line (user, room, device, server): NFC, runs of white space as one space, trimmed. Errors name
/// `field`: kMissingField if nothing visible is left, kTooLong beyond `characters`, kInvalidUtf8, kInvalidField for
/// control characters and for those that turn the direction of the text around them (UAX #9 §2).
Result<std::string> clean_name(std::string_view text, size_t characters, std::string_view field);

/// A text of a few lines (topic, bio): NFC, trimmed, may be empty. Errors as `clean_name`, but line feeds are welcome.
Result<std::string> clean_text(std::string_view text, size_t characters, std::string_view field);

/// Case and accents folded, white space as single spaces, trimmed: what directories compare. Accents are dropped where
/// they are spelling and not letters: in Latin, Greek, Cyrillic, Hebrew and Arabic. Bytes that are not UTF-8 give "".
std::string fold_name(std::string_view text);

}  // namespace kith::chat

// What text may be: one-line names, topics of a few lines, message text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace kith::chat {

/// A one-line text: trimmed, inner white space folded to single spaces, without control and direction-override
/// characters. `field` names it in errors. Errors: kInvalidUtf8, kTooLong (more than `characters_max`).
Result<std::string> clean_line(std::string_view text, std::string_view field, size_t characters_max);

/// Text of several lines: CRLF becomes LF, other control characters go, trailing white space is trimmed.
/// Errors: kInvalidUtf8, kTooLong (more than `bytes_max` as received).
Result<std::string> clean_text(std::string_view text, std::string_view field, size_t bytes_max);

/// Fails with kMissingField if empty.
Result<> require_text(std::string_view text, std::string_view field);

/// A client-chosen transaction id: 1 to `bytes_max` bytes (0 allowed if `may_be_empty`).
/// Returns its tag, FNV-1a, never 0 for a non-empty id.
Result<uint64_t> txn_tag(std::string_view txn_id, size_t bytes_max, bool may_be_empty = false);

}  // namespace kith::chat

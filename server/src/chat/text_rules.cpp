#include "chat/text_rules.hpp"

#include <cstdint>

#include "base/bytes.hpp"

namespace kith::chat {
namespace {

/// Code point at `i` of well-formed UTF-8 and its length in bytes.
struct CodePoint {
  char32_t value;
  size_t length;
};

CodePoint code_point_at(std::string_view text, size_t i) {
  const auto lead = static_cast<uint8_t>(text[i]);
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  char32_t value = lead & (0x7F >> length);
  for (size_t k = 1; k < length; ++k) value = value << 6 | (static_cast<uint8_t>(text[i + k]) & 0x3F);
  return {value, length};
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }
/// Overrides and isolates could make a name show as another (Unicode TR 36).
bool is_direction_control(char32_t c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }
bool is_space(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029;
}

std::unexpected<Error> invalid_utf8(std::string_view field) {
  return fail(Reason::kInvalidUtf8, "The text is not valid UTF-8.", std::string(field));
}
std::unexpected<Error> too_long(std::string_view field) {
  return fail(Reason::kTooLong, "The text is too long.", std::string(field));
}

}  // namespace

Result<std::string> clean_line(std::string_view text, std::string_view field, size_t characters_max) {
  // Bounds the work: even with white space and controls that are dropped, sixteen bytes a character are plenty.
  if (text.size() > characters_max * 16) return too_long(field);
  if (!is_utf8(text)) return invalid_utf8(field);
  std::string out;
  bool pending_space = false;
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    if (is_space(c.value)) {
      pending_space = !out.empty();
    } else if (!is_control(c.value) && !is_direction_control(c.value)) {
      if (pending_space) out += ' ';
      pending_space = false;
      out += text.substr(i, c.length);
    }
    i += c.length;
  }
  if (utf8_length(out) > characters_max) return too_long(field);
  return out;
}

Result<std::string> clean_text(std::string_view text, std::string_view field, size_t bytes_max) {
  if (text.size() > bytes_max) return too_long(field);
  if (!is_utf8(text)) return invalid_utf8(field);
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    if (c.value == '\n' || c.value == '\t' || !is_control(c.value)) {
      out += text.substr(i, c.length);
    } else if (c.value == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) {
      out += '\n';
    }
    i += c.length;
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == '\n' || out.back() == '\t')) out.pop_back();
  return out;
}

Result<> require_text(std::string_view text, std::string_view field) {
  if (text.empty()) return fail(Reason::kMissingField, "The field must not be empty.", std::string(field));
  return {};
}

Result<uint64_t> txn_tag(std::string_view txn_id, size_t bytes_max, bool may_be_empty) {
  if (txn_id.empty()) {
    if (may_be_empty) return 0;
    return fail(Reason::kMissingField, "A send needs a txn_id.", "txn_id");
  }
  if (txn_id.size() > bytes_max) return too_long("txn_id");
  const uint64_t tag = fnv1a(txn_id);
  return tag != 0 ? tag : 1;
}

}  // namespace kith::chat

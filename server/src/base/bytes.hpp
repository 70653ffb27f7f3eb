// Bytes as text and numbers as bytes: varints, big-endian integers, hexadecimal, base32, base64url, FNV-1a.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kith {

/// Appends a number in 7-bit groups, lowest first (protobuf's varint): 1 to 10 bytes.
void put_varint(std::string& out, uint64_t value);
/// Takes a varint from the front of `in`; nullopt if it is cut off or longer than 10 bytes, `in` is then unspecified.
inline std::optional<uint64_t> take_varint(std::string_view& in);

void put_u64_be(std::string& out, uint64_t value);
/// Takes 8 bytes, big-endian, from the front of `in`.
std::optional<uint64_t> take_u64_be(std::string_view& in);

std::string to_hex(std::string_view bytes);
/// RFC 4648 §5 without padding.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);
/// RFC 4648 §4 with padding.
std::string to_base64(std::string_view bytes);

/// 13 digits of base 32 (0-9a-v), most significant first: ids in text sort and compare as text.
std::string to_base32_u64(uint64_t value);
std::optional<uint64_t> from_base32_u64(std::string_view text);

/// FNV-1a, 64 bit: for tags and tables, not against an adversary who gains from collisions.
constexpr uint64_t fnv1a(std::string_view bytes) {
  uint64_t hash = 0xCBF29CE484222325ULL;
  for (char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3ULL;
  return hash;
}

/// True if the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view bytes);
/// Number of code points of well-formed UTF-8.
size_t utf8_length(std::string_view text);

std::optional<uint64_t> take_long_varint(std::string_view& in);
// One byte is the usual case: records and blocks hold hundreds of them.
inline std::optional<uint64_t> take_varint(std::string_view& in) {
  if (in.empty() || (in.front() & 0x80) != 0) return take_long_varint(in);
  const auto value = static_cast<uint8_t>(in.front());
  in.remove_prefix(1);
  return value;
}

}  // namespace kith

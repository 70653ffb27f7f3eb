// Bytes of test vectors, as the documents they come from write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rtc/bytes.hpp"

namespace kith::rtc {

/// Hexadecimal digits; everything else is skipped.
inline std::vector<uint8_t> from_hex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
  std::vector<uint8_t> bytes;
  bool is_high = true;
  for (const char c : text) {
    const size_t at = kDigits.find(c);
    if (at == std::string_view::npos) continue;
    const auto value = static_cast<uint8_t>(at < 16 ? at : at - 6);
    if (is_high) {
      bytes.push_back(static_cast<uint8_t>(value << 4));
    } else {
      bytes.back() |= value;
    }
    is_high = !is_high;
  }
  return bytes;
}

inline std::string to_hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace kith::rtc

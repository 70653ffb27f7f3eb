// Taking words and numbers from the lines of a session description.
#pragma once

#include <algorithm>
#include <charconv>
#include <string_view>

namespace kith::rtc {

/// Takes the text up to the separator, which is dropped; everything if there is none.
inline std::string_view take_until(std::string_view& text, char separator) {
  const size_t end = text.find(separator);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return taken;
}

/// Takes the next word and one space after it; empty at the end.
inline std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return take_until(text, ' ');
}

/// False unless the whole text is a decimal number that fits.
template <typename Number>
bool parse_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace kith::rtc

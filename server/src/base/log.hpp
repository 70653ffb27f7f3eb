// Structured log lines: one per lifecycle step, as JSON or for people. Never content, token, password or full address.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace kith::log {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class Format { kPretty, kJson };

/// A named value of a line.
struct Field {
  std::string_view name;
  std::variant<int64_t, double, bool, std::string_view> value;

  Field(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  Field(std::string_view field_name, const char* text) : name(field_name), value(std::string_view(text)) {}
  Field(std::string_view field_name, bool flag) : name(field_name), value(flag) {}
  Field(std::string_view field_name, double number) : name(field_name), value(number) {}
  template <typename Integer>
  requires std::is_integral_v<Integer> Field(std::string_view field_name, Integer number)
      : name(field_name), value(static_cast<int64_t>(number)) {}
};

/// Sets level and form for the process; before the first line, from `app/`.
void configure(Level level, Format format);

void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

inline void debug(std::string_view message, std::initializer_list<Field> fields = {}) {
  write(Level::kDebug, message, fields);
}
inline void info(std::string_view message, std::initializer_list<Field> fields = {}) {
  write(Level::kInfo, message, fields);
}
/// Something went wrong and was recovered.
inline void warn(std::string_view message, std::initializer_list<Field> fields = {}) {
  write(Level::kWarn, message, fields);
}
/// Somebody must act.
inline void error(std::string_view message, std::initializer_list<Field> fields = {}) {
  write(Level::kError, message, fields);
}

}  // namespace kith::log

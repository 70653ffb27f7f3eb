#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <string>

namespace kith::log {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

Format active_format = Format::kPretty;

spdlog::logger& logger() {
  static auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("kith", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%H:%M:%S.%e %^%l%$ %v");
    return made;
  }();
  return *instance;
}

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_value(std::string& out, const Field& field, bool quote) {
  std::visit(
      [&](auto value) {
        if constexpr (std::is_same_v<decltype(value), std::string_view>) {
          if (quote) {
            append_json_text(out, value);
          } else {
            out += value;
          }
        } else {
          out += fmt::format("{}", value);
        }
      },
      field.value);
}

}  // namespace

void configure(Level level, Format format) {
  active_format = format;
  logger().set_level(to_spdlog(level));
  logger().flush_on(spdlog::level::debug);
  if (format == Format::kJson) logger().set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})");
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  const auto spdlog_level = to_spdlog(level);
  if (!logger().should_log(spdlog_level)) return;
  std::string line;
  const bool json = active_format == Format::kJson;
  if (json) {
    line += "\"message\":";
    append_json_text(line, message);
  } else {
    line += message;
  }
  for (const Field& field : fields) {
    if (json) {
      line += ',';
      append_json_text(line, field.name);
      line += ':';
    } else {
      line += ' ';
      line += field.name;
      line += '=';
    }
    append_value(line, field, json);
  }
  logger().log(spdlog_level, "{}", line);
}

}  // namespace kith::log

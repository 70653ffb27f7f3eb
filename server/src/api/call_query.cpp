#include "api/call_query.hpp"

#include <cctype>
#include <charconv>

namespace kith::api {
namespace {

/// Longest word a client may say of itself; the rest is cut.
constexpr size_t kWordBytesMax = 64;
constexpr size_t kCapabilitiesMax = 16;

std::string percent_decode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    uint8_t byte = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
      if (error == std::errc() && end == text.data() + i + 3) {
        out += static_cast<char>(byte);
        i += 2;
        continue;
      }
    }
    out += text[i] == '+' ? ' ' : text[i];
  }
  return out;
}

int32_t number_of(std::string_view text) {
  int32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// What follows `name` in a list of products ("Firefox/" → "153.0"), up to the next space; empty if it is not there.
std::string_view version_after(std::string_view user_agent, std::string_view name) {
  const size_t at = user_agent.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = user_agent.substr(at + name.size());
  return rest.substr(0, rest.find(' ')).substr(0, kWordBytesMax);
}

/// Names the browsers that `call/client_rules` treats specially; the others are like Chromium.
void read_user_agent(std::string_view user_agent, call::ClientInfo& client) {
  const auto has = [user_agent](std::string_view word) { return user_agent.find(word) != std::string_view::npos; };
  if (has("Firefox/")) {
    client.browser = "Firefox";
    client.browser_version = version_after(user_agent, "Firefox/");
  } else if (has("Safari/") && !has("Chrome/") && !has("Chromium/") && !has("Android")) {
    client.browser = "Safari";
    client.browser_version = version_after(user_agent, "Version/");
  }
  if (!client.os.empty()) return;
  if (has("Android")) {
    client.os = "Android";
  } else if (has("Linux")) {
    client.os = "Linux";
  }
}

}  // namespace

std::string query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const size_t equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    return equals == std::string_view::npos ? std::string() : percent_decode(pair.substr(equals + 1));
  }
  return {};
}

void read_call_query(std::string_view query, std::string_view user_agent, call::Connect& connect) {
  const auto word = [query](std::string_view name) { return query_value(query, name).substr(0, kWordBytesMax); };
  const auto is_set = [&word](std::string_view name) {
    const std::string value = word(name);
    return value == "1" || value == "true";
  };
  connect.client = {.sdk = word("sdk"),
                    .version = word("version"),
                    .os = word("os"),
                    .browser = word("browser"),
                    .browser_version = word("browser_version"),
                    .client_protocol = number_of(word("client_protocol"))};
  if (connect.client.browser.empty()) read_user_agent(user_agent, connect.client);
  const std::string all = query_value(query, "capabilities");
  std::string_view capabilities = all;
  while (!capabilities.empty() && connect.client.capabilities.size() < kCapabilitiesMax) {
    const std::string_view one = capabilities.substr(0, capabilities.find(','));
    connect.client.capabilities.emplace_back(one.substr(0, kWordBytesMax));
    capabilities.remove_prefix(std::min(capabilities.size(), one.size() + 1));
  }
  connect.auto_subscribe = word("auto_subscribe").empty() || is_set("auto_subscribe");
  connect.adaptive_stream = is_set("adaptive_stream");
  connect.may_pause = is_set("subscriber_allow_pause");
  connect.disable_ice_lite = is_set("disable_ice_lite");
  if (!is_set("reconnect")) return;
  // A resume that names no session resumes none: it is told so over its socket.
  connect.resume_sid = word("sid");
  if (connect.resume_sid.empty()) connect.resume_sid = "?";
}

}  // namespace kith::api

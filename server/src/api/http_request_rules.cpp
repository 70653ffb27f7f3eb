#include "api/http_request_rules.hpp"

#include <utility>

namespace kith::api {
namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kCookieAge = "31536000";  // a year; the session itself ends when it is revoked

/// The part of an Origin or a Host that must agree: host and port.
std::string_view authority_of(std::string_view origin) {
  const size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
}

}  // namespace

std::string bearer_token(const net::Request& request) {
  const std::string_view authorization = request.header("Authorization");
  const bool is_bearer = authorization.size() > kBearer.size() &&
                         net::equals_ignoring_case(authorization.substr(0, kBearer.size()), kBearer);
  return is_bearer ? std::string(authorization.substr(kBearer.size())) : std::string();
}

std::string session_token(const net::Request& request) {
  std::string token = bearer_token(request);
  return token.empty() ? std::string(request.cookie(kSessionCookie)) : token;
}

bool is_foreign_origin(const net::Request& request) {
  const std::string_view origin = request.header("Origin");
  if (origin.empty()) return false;
  return !net::equals_ignoring_case(authority_of(origin), request.header("Host"));
}

std::optional<Form> form_of(const net::Request& request) {
  std::string_view type = request.header("Content-Type");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  if (net::equals_ignoring_case(type, "application/json")) return Form::kJson;
  if (net::equals_ignoring_case(type, "application/proto")) return Form::kBinary;
  return std::nullopt;
}

std::string session_cookie(const net::Request& request, std::string_view token) {
  std::string cookie = std::string(kSessionCookie) + "=" + std::string(token) + "; Path=/; HttpOnly; SameSite=Lax";
  cookie += "; Max-Age=";
  cookie += token.empty() ? "0" : kCookieAge;
  if (request.is_secure) cookie += "; Secure";
  return cookie;
}

std::string socket_origin(const net::Request& request) {
  return (request.is_secure ? "wss://" : "ws://") + std::string(request.header("Host"));
}

std::string address_key(const net::Address& address) {
  if (address.is_v4()) return address.ip_text();
  net::Address network = address;
  for (size_t i = 8; i < network.ip.size(); ++i) network.ip[i] = 0;
  return network.ip_text();
}

std::string device_name(std::string_view user_agent) {
  using Pair = std::pair<std::string_view, std::string_view>;
  const auto first_of = [&](std::initializer_list<Pair> names) -> std::string_view {
    for (const auto& [sign, name] : names) {
      if (user_agent.find(sign) != std::string_view::npos) return name;
    }
    return {};
  };
  // The order matters: Edge and Opera call themselves Chrome, Chrome calls itself Safari, Android is a Linux.
  const auto browser = first_of({{"Edg/", "Edge"},
                                 {"OPR/", "Opera"},
                                 {"Firefox/", "Firefox"},
                                 {"Chrome/", "Chrome"},
                                 {"Chromium/", "Chromium"},
                                 {"Safari/", "Safari"},
                                 {"curl/", "curl"}});
  const auto system = first_of({{"Android", "Android"},
                                {"iPhone", "iPhone"},
                                {"iPad", "iPad"},
                                {"Windows", "Windows"},
                                {"Mac OS X", "macOS"},
                                {"Linux", "Linux"}});
  if (browser.empty()) return {};
  return std::string(browser) + (system.empty() ? "" : " on " + std::string(system));
}

}  // namespace kith::api

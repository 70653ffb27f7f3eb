// One ICE candidate line (RFC 8839 §5.1; for TCP RFC 6544 §4.5).
#include <algorithm>
#include <array>

#include "rtc/sdp.hpp"
#include "rtc/sdp_text.hpp"

namespace kith::rtc {

namespace {

constexpr size_t kFoundationMax = 32;
constexpr size_t kAddressMax = 45;  ///< an IPv6 address with an IPv4 tail
constexpr std::array<std::string_view, 4> kTypes = {"host", "srflx", "prflx", "relay"};

/// Tells addresses from names; whether it is a good address says whoever makes an endpoint of it.
bool is_numeric_address(std::string_view address) {
  if (address.empty() || address.size() > kAddressMax) return false;
  const bool is_v6 = address.find(':') != address.npos;
  return address.find_first_not_of(is_v6 ? "0123456789abcdefABCDEF:." : "0123456789.") == address.npos;
}

bool is_word(std::string_view text, std::string_view upper, std::string_view lower) {
  return text == upper || text == lower;
}

}  // namespace

std::optional<SdpCandidate> SdpCandidate::parse(std::string_view text) {
  constexpr std::string_view kPrefix = "candidate:";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  SdpCandidate candidate;
  candidate.foundation = take_word(text);
  if (candidate.foundation.empty() || candidate.foundation.size() > kFoundationMax) return std::nullopt;
  if (!parse_number(take_word(text), candidate.component) || candidate.component == 0) return std::nullopt;
  const std::string_view transport = take_word(text);
  candidate.is_tcp = is_word(transport, "TCP", "tcp");
  if (!candidate.is_tcp && !is_word(transport, "UDP", "udp")) return std::nullopt;
  if (!parse_number(take_word(text), candidate.priority)) return std::nullopt;
  const std::string_view address = take_word(text);
  if (!is_numeric_address(address) || !parse_number(take_word(text), candidate.port)) return std::nullopt;
  candidate.address = address;
  if (take_word(text) != "typ") return std::nullopt;
  const std::string_view type = take_word(text);
  if (std::ranges::find(kTypes, type) == kTypes.end()) return std::nullopt;
  candidate.type = type;
  // What follows are pairs of name and value, of which only the TCP role matters.
  for (std::string_view name = take_word(text); !name.empty(); name = take_word(text)) {
    const std::string_view value = take_word(text);
    if (name == "tcptype" && (value == "passive" || value == "active")) candidate.tcp_type = value;
  }
  return candidate;
}

std::string SdpCandidate::serialize() const {
  std::string text = "candidate:" + foundation + " " + std::to_string(component);
  text += (is_tcp ? " tcp " : " udp ") + std::to_string(priority) + " " + address + " " + std::to_string(port);
  text += " typ " + type;
  if (!tcp_type.empty()) text += " tcptype " + tcp_type;
  return text;
}

}  // namespace kith::rtc

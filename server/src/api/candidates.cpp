#include "api/candidates.hpp"

#include <algorithm>

#include "rtc/sdp.hpp"

namespace kith::api {
namespace {

/// Type preferences (RFC 8445 §5.1.2.2; RFC 6544 §4.2 wants TCP's below UDP's).
constexpr uint32_t kUdpHost = 126;
constexpr uint32_t kTcpHost = 90;
/// The direction preference of passive host candidates stands in the upper three bits (RFC 6544 §4.2).
constexpr uint32_t kPassive = 4U << 13;
constexpr uint32_t kOtherMax = (1U << 13) - 1;
constexpr uint32_t kLocalMax = (1U << 16) - 1;
constexpr uint32_t kComponent = 1;

uint32_t priority(uint32_t type, uint32_t local) { return type << 24 | local << 8 | (256 - kComponent); }

}  // namespace

std::vector<std::string> candidate_lines(const std::vector<net::Address>& addresses, const MediaPorts& ports) {
  std::vector<std::string> lines;
  const size_t count = std::min(addresses.size(), kCandidateAddressesMax);
  const auto add = [&](size_t index, bool is_tcp) {
    const auto place = static_cast<uint32_t>(index);
    const rtc::SdpCandidate candidate{
        .foundation = std::to_string(lines.size() + 1),
        .component = kComponent,
        .is_tcp = is_tcp,
        .tcp_type = is_tcp ? "passive" : "",
        .priority = is_tcp ? priority(kTcpHost, kPassive | (kOtherMax - place)) : priority(kUdpHost, kLocalMax - place),
        .address = addresses[index].ip_text(),
        .port = is_tcp ? ports.tcp : ports.udp,
        .type = "host"};
    lines.push_back(candidate.serialize());
  };
  for (size_t i = 0; i < count; ++i) add(i, false);
  for (size_t i = 0; i < count && ports.tcp != 0; ++i) add(i, true);
  return lines;
}

std::vector<net::Address> default_media_addresses(const std::vector<net::Address>& interfaces, bool is_local_server) {
  std::vector<net::Address> addresses = interfaces;
  if (is_local_server || addresses.empty()) addresses.push_back(*net::Address::parse_ip("127.0.0.1"));
  return addresses;
}

}  // namespace kith::api

// Where a datagram came from or goes to: a value, not a socket.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

namespace kith::rtc {

/// An IP address and a port. IPv4 is kept as IPv4-mapped IPv6, so one form serves both.
struct Endpoint {
  std::array<uint8_t, 16> ip{};
  uint16_t port = 0;

  auto operator<=>(const Endpoint&) const = default;
  static Endpoint v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port) {
    return {.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, a, b, c, d}, .port = port};
  }
  [[nodiscard]] bool is_v4() const {
    static constexpr std::array<uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    return std::memcmp(ip.data(), kMapped.data(), kMapped.size()) == 0;
  }
};

/// A way between one of our sockets and a peer. `connection`, given by the owner of the sockets: below
/// `kTcpConnectionFirst` it is UDP, and tells which of our addresses the peer uses (0: the system chooses); from there
/// on it is a TCP connection's number, never used twice.
struct Path {
  static constexpr uint32_t kTcpConnectionFirst = 256;

  Endpoint remote;
  uint32_t connection = 0;

  auto operator<=>(const Path&) const = default;
  [[nodiscard]] bool is_tcp() const { return connection >= kTcpConnectionFirst; }
};

}  // namespace kith::rtc

template <>
struct std::hash<kith::rtc::Path> {
  size_t operator()(const kith::rtc::Path& path) const noexcept {
    uint64_t low = 0;
    uint64_t high = 0;
    std::memcpy(&high, path.remote.ip.data(), 8);
    std::memcpy(&low, path.remote.ip.data() + 8, 8);
    const uint64_t mixed = (high ^ low ^ (uint64_t{path.remote.port} << 17) ^ path.connection) * 0x9E3779B97F4A7C15ULL;
    return static_cast<size_t>(mixed ^ mixed >> 32);
  }
};

// Which of this machine's addresses peers use: answers must leave from the address they were asked at.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "rtc/path.hpp"

namespace kith::net {

/// Numbers for addresses, in the order in which they were first seen: they fit into `rtc::Path::connection`.
class LocalAddresses {
 public:
  using Ip = std::array<uint8_t, 16>;

  /// From 1 on; 0, which leaves the choice to the system, if there are too many.
  uint32_t number_of(const Ip& ip) {
    for (size_t i = 0; i < ips_.size(); ++i) {
      if (ips_[i] == ip) return static_cast<uint32_t>(i + 1);
    }
    if (ips_.size() + 1 == rtc::Path::kTcpConnectionFirst) return 0;
    ips_.push_back(ip);
    return static_cast<uint32_t>(ips_.size());
  }
  /// Null for 0 and for numbers never given.
  [[nodiscard]] const Ip* find(uint32_t number) const {
    return number == 0 || number > ips_.size() ? nullptr : &ips_[number - 1];
  }

 private:
  std::vector<Ip> ips_;
};

}  // namespace kith::net

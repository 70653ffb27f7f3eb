// CRC32c, the checksum of SCTP packets (RFC 9260 appendix A).
#pragma once

#include <cstdint>

#include "rtc/bytes.hpp"

namespace kith::rtc {

/// Castagnoli's CRC over bytes that come in parts.
class Crc32c {
 public:
  void update(Bytes bytes);
  /// Of everything so far. SCTP writes it with its least significant byte first.
  [[nodiscard]] uint32_t value() const { return ~state_; }

 private:
  uint32_t state_ = 0xFFFFFFFF;
};

}  // namespace kith::rtc

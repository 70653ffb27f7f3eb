// Redundant audio (RFC 2198): older frames repeated before the newest.
#pragma once

#include <cstdint>
#include <optional>

#include "rtc/bytes.hpp"

namespace kith::sfu {

struct RedPayload {
  uint8_t primary_payload_type = 0;
  size_t primary_at = 0;  ///< where the newest frame begins; it goes on to the end of the payload
  uint8_t redundant_count = 0;
  bool operator==(const RedPayload&) const = default;

  /// nullopt if the block lengths do not add up, or there are more than 32 blocks.
  static std::optional<RedPayload> parse(rtc::Bytes payload);
};

}  // namespace kith::sfu

// The AV1 aggregation header: the first byte of a payload (AV1 RTP specification v1.0.0 §4.4).
#pragma once

#include <cstdint>
#include <optional>

#include "rtc/bytes.hpp"

namespace kith::sfu {

struct Av1Payload {
  bool continues_unit = false;   ///< Z: begins with the rest of an OBU
  bool is_continued = false;     ///< Y: its last OBU goes on in the next packet
  bool starts_sequence = false;  ///< N: first packet of a coded video sequence, that is a key frame
  bool operator==(const Av1Payload&) const = default;

  /// nullopt if the payload is empty or contradicts itself (N with Z, §4.4).
  static std::optional<Av1Payload> parse(rtc::Bytes payload);
};

}  // namespace kith::sfu

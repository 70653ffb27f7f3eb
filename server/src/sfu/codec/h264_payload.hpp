// What of an H.264 payload (RFC 6184) stays readable under frame encryption: the types of its NAL units.
#pragma once

#include <cstdint>
#include <optional>

#include "rtc/bytes.hpp"

namespace kith::sfu {

/// The NAL units that begin in one packet: single, aggregated (STAP-A) or the first fragment of one (FU-A).
struct H264Payload {
  bool has_parameter_sets = false;  ///< a sequence parameter set begins here
  bool has_idr_start = false;       ///< an IDR slice begins here
  bool operator==(const H264Payload&) const = default;

  /// nullopt if the payload is empty, its lengths do not add up, or its packet type is none that WebRTC uses.
  static std::optional<H264Payload> parse(rtc::Bytes payload);
};

}  // namespace kith::sfu

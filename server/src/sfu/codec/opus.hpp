// The first byte of an Opus packet (RFC 6716 §3.1): all of it that a forwarder may know.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "rtc/bytes.hpp"

namespace kith::sfu {

inline constexpr uint32_t kOpusClockRate = 48'000;

struct OpusPacket {
  uint8_t configuration = 0;  ///< 0 to 31: mode, bandwidth, frame size
  bool is_stereo = false;
  Duration frame_duration{};
  /// A frame that only keeps the connection warm while nobody speaks: one byte, or a refresh of at most two (§2.1.9).
  bool is_silence = false;
  bool operator==(const OpusPacket&) const = default;

  static std::optional<OpusPacket> parse(rtc::Bytes payload);
};

}  // namespace kith::sfu

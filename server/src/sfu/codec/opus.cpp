#include "sfu/codec/opus.hpp"

#include <array>

namespace kith::sfu {

namespace {

/// RFC 6716 table 2.
Duration frame_duration_of(uint8_t configuration) {
  using std::chrono::microseconds;
  static constexpr std::array<microseconds, 4> kSilk{microseconds(10'000), microseconds(20'000), microseconds(40'000),
                                                     microseconds(60'000)};
  static constexpr std::array<microseconds, 4> kCelt{microseconds(2'500), microseconds(5'000), microseconds(10'000),
                                                     microseconds(20'000)};
  if (configuration < 12) return kSilk[configuration % 4];
  if (configuration < 16) return kSilk[configuration % 2];
  return kCelt[configuration % 4];
}

}  // namespace

std::optional<OpusPacket> OpusPacket::parse(rtc::Bytes payload) {
  if (payload.empty()) return std::nullopt;
  const auto configuration = static_cast<uint8_t>(payload[0] >> 3);
  return OpusPacket{.configuration = configuration,
                    .is_stereo = (payload[0] & 0x04) != 0,
                    .frame_duration = frame_duration_of(configuration),
                    .is_silence = payload.size() <= 2};
}

}  // namespace kith::sfu

#include "sfu/codec/av1_payload.hpp"

namespace kith::sfu {

std::optional<Av1Payload> Av1Payload::parse(rtc::Bytes payload) {
  if (payload.empty()) return std::nullopt;
  const Av1Payload header{.continues_unit = (payload[0] & 0x80) != 0,
                          .is_continued = (payload[0] & 0x40) != 0,
                          .starts_sequence = (payload[0] & 0x08) != 0};
  if (header.starts_sequence && header.continues_unit) return std::nullopt;
  return header;
}

}  // namespace kith::sfu

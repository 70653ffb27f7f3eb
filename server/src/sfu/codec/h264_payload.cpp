#include "sfu/codec/h264_payload.hpp"

namespace kith::sfu {

namespace {

constexpr uint8_t kIdrSlice = 5;
constexpr uint8_t kSequenceParameterSet = 7;
constexpr uint8_t kStapA = 24;
constexpr uint8_t kFuA = 28;

void note_unit(uint8_t type, H264Payload& payload) {
  payload.has_parameter_sets |= type == kSequenceParameterSet;
  payload.has_idr_start |= type == kIdrSlice;
}

}  // namespace

std::optional<H264Payload> H264Payload::parse(rtc::Bytes payload) {
  rtc::ByteReader reader(payload);
  H264Payload found;
  const uint8_t type = reader.u8() & 0x1F;
  if (type == kStapA) {
    while (reader.ok() && reader.left() > 0) {
      const rtc::Bytes unit = reader.take(reader.u16());
      if (unit.empty()) return std::nullopt;
      note_unit(unit[0] & 0x1F, found);
    }
  } else if (type == kFuA) {
    const uint8_t header = reader.u8();
    if ((header & 0x80) != 0) note_unit(header & 0x1F, found);
  } else if (type >= 1 && type < kStapA) {
    note_unit(type, found);
  } else {
    return std::nullopt;
  }
  return reader.ok() ? std::optional(found) : std::nullopt;
}

}  // namespace kith::sfu

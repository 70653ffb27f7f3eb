#include "sfu/codec/red.hpp"

namespace kith::sfu {

std::optional<RedPayload> RedPayload::parse(rtc::Bytes payload) {
  static constexpr int kBlocksMax = 32;
  rtc::ByteReader reader(payload);
  RedPayload red;
  size_t redundant = 0;
  for (int block = 0; block < kBlocksMax; ++block) {
    const uint8_t head = reader.u8();
    if ((head & 0x80) == 0) {
      red.primary_payload_type = head & 0x7F;
      reader.skip(redundant);
      if (!reader.ok()) return std::nullopt;
      red.primary_at = payload.size() - reader.left();
      return red;
    }
    // 14 bits of timestamp offset, 10 bits of length.
    redundant += reader.u24() & 0x3FF;
    ++red.redundant_count;
  }
  return std::nullopt;
}

}  // namespace kith::sfu

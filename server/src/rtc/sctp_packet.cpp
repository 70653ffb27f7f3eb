#include "rtc/sctp_packet.hpp"

#include <algorithm>
#include <cassert>

#include "rtc/sctp_checksum.hpp"

namespace kith::rtc {
namespace {

constexpr size_t kChecksumAt = 8;
constexpr std::array<uint8_t, 4> kNoChecksum{};

constexpr size_t padded(size_t size) { return (size + 3) & ~size_t{3}; }

/// Of a packet as if its checksum field were zero, in the order in which it is stored.
std::array<uint8_t, 4> checksum_of(Bytes packet) {
  Crc32c crc;
  crc.update(packet.first(kChecksumAt));
  crc.update(kNoChecksum);
  crc.update(packet.subspan(kSctpHeaderSize));
  const uint32_t value = crc.value();
  return {static_cast<uint8_t>(value), static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value >> 16),
          static_cast<uint8_t>(value >> 24)};
}

}  // namespace

std::optional<SctpItem> SctpItemReader::next() {
  if (bytes_.size() < kSctpItemHeaderSize) return std::nullopt;
  const uint16_t kind = load_u16(bytes_.data());
  const size_t length = load_u16(bytes_.data() + 2);
  if (length < kSctpItemHeaderSize || length > bytes_.size()) {
    bytes_ = {};
    return std::nullopt;
  }
  const SctpItem item{.kind = kind, .value = bytes_.subspan(kSctpItemHeaderSize, length - kSctpItemHeaderSize)};
  // The padding of the last item may be missing (RFC 9260 §3.2.1 counts it out of the chunk's length).
  bytes_ = bytes_.subspan(std::min(padded(length), bytes_.size()));
  return item;
}

std::optional<SctpPacket> parse_sctp_packet(Bytes packet) {
  if (packet.size() < kSctpHeaderSize) return std::nullopt;
  const uint8_t* at = packet.data();
  if (load_u16(at) != kSctpPort || load_u16(at + 2) != kSctpPort) return std::nullopt;
  if (!std::ranges::equal(packet.subspan(kChecksumAt, 4), checksum_of(packet))) return std::nullopt;
  return SctpPacket{.verification_tag = load_u32(at + 4), .chunks = packet.subspan(kSctpHeaderSize)};
}

bool SctpPacker::fits(size_t value_size) const { return size_ + kSctpItemHeaderSize + value_size <= packet_.size(); }

MutableBytes SctpPacker::add(SctpChunkType type, uint8_t flags, size_t value_size) {
  assert(value_size <= kSctpChunkValueMax);
  if (!fits(value_size)) finish();
  uint8_t* at = packet_.data() + size_;
  at[0] = static_cast<uint8_t>(type);
  at[1] = flags;
  store_u16(at + 2, static_cast<uint16_t>(kSctpItemHeaderSize + value_size));
  const size_t end = size_ + kSctpItemHeaderSize + value_size;
  const size_t padded_end = padded(end);
  std::fill(packet_.begin() + static_cast<ptrdiff_t>(end), packet_.begin() + static_cast<ptrdiff_t>(padded_end), 0);
  const MutableBytes value = MutableBytes(packet_).subspan(size_ + kSctpItemHeaderSize, value_size);
  size_ = padded_end;
  return value;
}

void SctpPacker::finish() {
  if (size_ == kSctpHeaderSize) return;
  store_u16(packet_.data(), kSctpPort);
  store_u16(packet_.data() + 2, kSctpPort);
  store_u32(packet_.data() + 4, verification_tag_);
  const Bytes packet = Bytes(packet_).first(size_);
  std::ranges::copy(checksum_of(packet), packet_.data() + kChecksumAt);
  send_(packet);
  size_ = kSctpHeaderSize;
}

}  // namespace kith::rtc

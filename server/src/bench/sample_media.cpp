#include "bench/sample_media.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "sfu/codec/vp8_descriptor.hpp"

namespace kith::bench {
namespace {

/// At the front: what codecs look at. Behind it the content, at the end number and time.
constexpr size_t kHeadSize = 16;
constexpr size_t kTrailerSize = 16;

/// The content's n-th word.
uint64_t content(uint64_t number, uint64_t n) { return (number + 1) * 0x9E3779B97F4A7C15ULL ^ (n << 17 | n); }

void write_head(sfu::MediaKind kind, uint64_t number, rtc::MutableBytes head) {
  std::ranges::fill(head, uint8_t{0});
  if (kind == sfu::MediaKind::kAudio) {
    head[0] = 0x78;  // CELT, 20 ms, mono (RFC 6716 §3.1)
    return;
  }
  const sfu::Vp8Descriptor descriptor{.starts_partition = true,
                                      .has_picture_id = true,
                                      .has_base_picture = true,
                                      .has_temporal_layer = true,
                                      .is_wide_picture_id = true,
                                      .base_picture = static_cast<uint8_t>(number),
                                      .picture_id = static_cast<uint16_t>(number & 0x7FFF)};
  const size_t size = descriptor.serialize(head);
  // Frame tag of a shown key frame, start code, 1280 × 720 (RFC 6386 §9.1).
  constexpr std::array<uint8_t, 10> kKeyFrame{0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x00, 0x05, 0xD0, 0x02};
  std::ranges::copy(kKeyFrame, head.begin() + static_cast<ptrdiff_t>(size));
}

}  // namespace

void SampleMedia::write(sfu::MediaKind kind, rtc::MutableBytes payload) const {
  write_head(kind, number, payload.first(kHeadSize));
  const size_t trailer = payload.size() - kTrailerSize;
  size_t at = kHeadSize;
  for (uint64_t n = 0; at + 8 <= trailer; at += 8, ++n) rtc::store_u64(payload.data() + at, content(number, n));
  std::ranges::fill(payload.subspan(at, trailer - at), uint8_t{0});
  rtc::store_u64(payload.data() + trailer, number);
  rtc::store_u64(payload.data() + trailer + 8, static_cast<uint64_t>(sent.time_since_epoch().count()));
}

std::optional<SampleMedia> SampleMedia::check(rtc::Bytes payload) {
  if (payload.size() < kSizeMin) return std::nullopt;
  const size_t trailer = payload.size() - kTrailerSize;
  const uint64_t number = rtc::load_u64(payload.data() + trailer);
  size_t at = kHeadSize;
  for (uint64_t n = 0; at + 8 <= trailer; at += 8, ++n) {
    if (rtc::load_u64(payload.data() + at) != content(number, n)) return std::nullopt;
  }
  const auto sent = static_cast<int64_t>(rtc::load_u64(payload.data() + trailer + 8));
  return SampleMedia{.number = number, .sent = Instant(Duration(sent))};
}

}  // namespace kith::bench

// Payloads of synthetic tracks: each says its number and when it was sent, and its content follows from the number.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "rtc/bytes.hpp"
#include "sfu/media.hpp"

namespace kith::bench {

struct SampleMedia {
  uint64_t number = 0;
  Instant sent;

  /// Smallest payload: what codecs look at, and the trailer.
  static constexpr size_t kSizeMin = 40;

  /// Fills a payload of any size from `kSizeMin`: an Opus frame, or a VP8 key frame that is one packet.
  void write(sfu::MediaKind kind, rtc::MutableBytes payload) const;
  /// nullopt: it is not what `write` made, but for the part that a forwarding server may rewrite.
  static std::optional<SampleMedia> check(rtc::Bytes payload);
};

}  // namespace kith::bench

#include "rtc/srtp_streams.hpp"

#include <algorithm>

#include "rtc/rtp_packet.hpp"

namespace kith::rtc {

std::optional<uint64_t> estimate_packet_index(const ReplayWindow& seen, uint16_t sequence) {
  if (seen.is_empty()) return sequence;
  // The candidate nearest to the highest index: less than half a round away.
  const int64_t ahead = sequence_distance(static_cast<uint16_t>(seen.highest()), sequence);
  if (ahead < 0 && seen.highest() < static_cast<uint64_t>(-ahead)) return std::nullopt;
  const uint64_t index = seen.highest() + static_cast<uint64_t>(ahead);
  if (index >> 48 != 0) return std::nullopt;  // 2^48 packets are the end of a key's life
  return index;
}

size_t SrtpStreams::position(uint32_t ssrc) const {
  return static_cast<size_t>(std::ranges::lower_bound(ssrcs_, ssrc) - ssrcs_.begin());
}

ReplayWindow* SrtpStreams::find(uint32_t ssrc) {
  const size_t at = position(ssrc);
  if (at == ssrcs_.size() || ssrcs_[at] != ssrc) return nullptr;
  streams_[at].used = ++uses_;
  return &streams_[at].seen;
}

ReplayWindow* SrtpStreams::insert(uint32_t ssrc) {
  if (ssrcs_.size() == streams_max_) return nullptr;
  const auto at = static_cast<ptrdiff_t>(position(ssrc));
  ssrcs_.insert(ssrcs_.begin() + at, ssrc);
  return &streams_.insert(streams_.begin() + at, Stream{.used = ++uses_})->seen;
}

void SrtpStreams::remove(uint32_t ssrc) {
  const size_t at = position(ssrc);
  if (at == ssrcs_.size() || ssrcs_[at] != ssrc) return;
  ssrcs_.erase(ssrcs_.begin() + static_cast<ptrdiff_t>(at));
  streams_.erase(streams_.begin() + static_cast<ptrdiff_t>(at));
}

void SrtpStreams::remove_oldest_if_full() {
  if (ssrcs_.size() < streams_max_) return;
  const auto oldest = std::ranges::min_element(streams_, {}, &Stream::used);
  ssrcs_.erase(ssrcs_.begin() + (oldest - streams_.begin()));
  streams_.erase(oldest);
}

}  // namespace kith::rtc

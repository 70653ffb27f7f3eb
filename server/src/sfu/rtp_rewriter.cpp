#include "sfu/rtp_rewriter.hpp"

#include <algorithm>

namespace kith::sfu {

namespace {

int64_t in_ticks(Duration duration, uint32_t rate_hz) {
  return duration.count() / 1000 * static_cast<int64_t>(rate_hz) / 1'000'000;
}

}  // namespace

RtpRewriter::RtpRewriter(uint32_t rate_hz, Random& random)
    : rate_hz_(rate_hz),
      // Below 2^15, so that SRTP's rollover counter cannot be missed by a loss of the first packets (RFC 3711 §3.3.1).
      map_(static_cast<int64_t>(random.below(1U << 15))),
      newest_timestamp_(static_cast<uint32_t>(random.next_u64())),
      newest_picture_id_(static_cast<uint16_t>(random.next_u64())),
      newest_base_picture_(static_cast<uint8_t>(random.next_u64())) {}

RewrittenPacket RtpRewriter::begin(const MediaPacket& packet, const SenderClock* before, const SenderClock* after) {
  const uint32_t timestamp = map_.empty() ? newest_timestamp_ : place_timestamp(packet, before, after);
  const Vp8Descriptor& vp8 = packet.vp8;
  offsets_ = {.timestamp = timestamp - packet.timestamp,
              .picture_id = static_cast<uint16_t>(newest_picture_id_ + 1 - vp8.picture_id),
              .frame_number = static_cast<uint16_t>(map_.empty() ? 0 : newest_frame_number_ + 1 - packet.frame_number),
              .base_picture = static_cast<uint8_t>(newest_base_picture_ + 1 - vp8.base_picture),
              .key_index = static_cast<uint8_t>(newest_key_index_ + 1 - vp8.key_index)};
  map_.begin(packet.source, packet.encoding, packet.sequence, offsets_);
  newest_in_ = packet.sequence;
  must_begin_range_ = false;
  picture_left_out_.reset();
  return note(packet);
}

RewrittenPacket RtpRewriter::forward(const MediaPacket& packet) {
  go_on_to(packet.sequence);
  return note(packet);
}

void RtpRewriter::leave_out(const MediaPacket& packet) {
  // What is missing before it may still come and be wanted: it keeps its place.
  if (packet.sequence > newest_in_ + 1) go_on_to(packet.sequence - 1);
  newest_in_ = packet.sequence;
  must_begin_range_ = true;
  if (packet.is_padding || !packet.vp8.has_picture_id || picture_left_out_ == packet.vp8.picture_id) return;
  picture_left_out_ = packet.vp8.picture_id;
  --offsets_.picture_id;
}

/// Gives places to all packets up to `in`, in a range of its own if something was left out before.
void RtpRewriter::go_on_to(int64_t in) {
  if (must_begin_range_) {
    const SequenceMap::Range newest = map_.newest();
    map_.begin(newest.source, newest.encoding, newest_in_ + 1, offsets_);
    must_begin_range_ = false;
  }
  map_.extend(in);
  newest_in_ = in;
}

std::optional<RewrittenPacket> RtpRewriter::forward_late(const MediaPacket& packet) const {
  const SequenceMap::Range* const range = map_.find_in(packet.source, packet.sequence);
  if (range == nullptr) return std::nullopt;
  return rewrite(packet, *range);
}

std::optional<RtpRewriter::Origin> RtpRewriter::find(uint16_t sequence) const {
  const int64_t newest = newest_sequence();
  const int64_t out = newest + rtc::sequence_distance(static_cast<uint16_t>(newest), sequence);
  const SequenceMap::Range* const range = map_.find_out(out);
  if (range == nullptr) return std::nullopt;
  return Origin{.number = out, .sequence = range->in_of(out), .encoding = range->encoding};
}

RewrittenPacket RtpRewriter::rewrite(const MediaPacket& packet, const SequenceMap::Range& range) {
  return {.sequence = static_cast<uint16_t>(range.out_of(packet.sequence)),
          .timestamp = packet.timestamp + range.offsets.timestamp,
          .offsets = &range.offsets};
}

RewrittenPacket RtpRewriter::note(const MediaPacket& packet) {
  const RewrittenPacket rewritten = rewrite(packet, map_.newest());
  newest_timestamp_ = rewritten.timestamp;
  newest_arrival_ = packet.arrival;
  newest_frame_number_ = static_cast<uint16_t>(packet.frame_number + offsets_.frame_number);
  const Vp8Descriptor& vp8 = packet.vp8;
  if (vp8.has_picture_id) newest_picture_id_ = static_cast<uint16_t>(vp8.picture_id + offsets_.picture_id);
  if (vp8.has_base_picture) newest_base_picture_ = static_cast<uint8_t>(vp8.base_picture + offsets_.base_picture);
  if (vp8.has_key_index) newest_key_index_ = static_cast<uint8_t>(vp8.key_index + offsets_.key_index);
  return rewritten;
}

uint32_t RtpRewriter::place_timestamp(const MediaPacket& packet, const SenderClock* before,
                                      const SenderClock* after) const {
  const SequenceMap::Range& newest = map_.newest();
  const int64_t elapsed = in_ticks(packet.arrival - newest_arrival_, rate_hz_);
  const int64_t lag = in_ticks(kLagMax, rate_hz_);
  int64_t advance = elapsed;
  if (newest.source == packet.source) {
    advance = static_cast<int32_t>(packet.timestamp + offsets_.timestamp - newest_timestamp_);
  } else if (before != nullptr && after != nullptr && before->is_known() && after->is_known()) {
    const uint32_t on_old_timeline = before->timestamp_at(after->wall_at(packet.timestamp));
    advance = static_cast<int32_t>(on_old_timeline + offsets_.timestamp - newest_timestamp_);
    advance = std::clamp(advance, elapsed - lag, elapsed + lag);
  }
  return newest_timestamp_ + static_cast<uint32_t>(std::max(advance, in_ticks(kStepMin, rate_hz_)));
}

}  // namespace kith::sfu

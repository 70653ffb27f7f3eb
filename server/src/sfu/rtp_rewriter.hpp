// Makes of the parts of a track one subscriber gets one continuous RTP stream (RFC 3550 §5.1; picture ids RFC 7741
// §4.2).
//
// Sequence numbers have no holes but those of loss; timestamps go on across switches on the publisher's wall clock;
// picture ids count what is sent.
#pragma once

#include <cstdint>
#include <optional>

#include "base/random.hpp"
#include "base/time.hpp"
#include "sfu/media_packet.hpp"
#include "sfu/sender_clock.hpp"
#include "sfu/sequence_map.hpp"

namespace kith::sfu {

/// What a packet is for one subscriber.
struct RewrittenPacket {
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  const RewriteOffsets* offsets = nullptr;  ///< until the next call
};

class RtpRewriter {
 public:
  /// A switch moves the timeline at least this far, one frame at 60 a second, and lets it lag at most kLagMax.
  static constexpr Duration kStepMin = std::chrono::microseconds(16'667);
  static constexpr Duration kLagMax = std::chrono::milliseconds(200);

  /// `rate_hz`: of the RTP clock. Numbers and timestamps begin at random (RFC 3550 §5.1).
  RtpRewriter(uint32_t rate_hz, Random& random);

  /// A packet that begins another source. `before`, `after`: clocks of the old and the new source; both known, they
  /// place the packet exactly, otherwise its arrival does.
  RewrittenPacket begin(const MediaPacket& packet, const SenderClock* before, const SenderClock* after);
  /// A packet newer than all before of its source.
  RewrittenPacket forward(const MediaPacket& packet);
  /// A packet newer than all before is left out; the hole is closed.
  void leave_out(const MediaPacket& packet);
  /// A late packet: the place that was kept for it; nullopt: there is none.
  [[nodiscard]] std::optional<RewrittenPacket> forward_late(const MediaPacket& packet) const;

  /// Which packet of the publisher went out under a number lately.
  struct Origin {
    int64_t number = 0;    ///< ours, unwrapped
    int64_t sequence = 0;  ///< the publisher's
    uint8_t encoding = 0;
  };
  [[nodiscard]] std::optional<Origin> find(uint16_t sequence) const;

  [[nodiscard]] bool has_begun() const { return !map_.empty(); }
  /// Newest number sent, unwrapped.
  [[nodiscard]] int64_t newest_sequence() const { return map_.next_out() - 1; }
  /// Encoding and offset of what is being sent; only once begun.
  [[nodiscard]] uint8_t encoding() const { return map_.newest().encoding; }
  [[nodiscard]] uint32_t timestamp_offset() const { return map_.newest().offsets.timestamp; }
  /// The newest timestamp sent.
  [[nodiscard]] uint32_t newest_timestamp() const { return newest_timestamp_; }
  /// Whether a packet goes on what is being sent.
  [[nodiscard]] bool goes_on(const MediaPacket& packet) const {
    return !map_.empty() && map_.newest().source == packet.source;
  }

 private:
  void go_on_to(int64_t in);
  [[nodiscard]] static RewrittenPacket rewrite(const MediaPacket& packet, const SequenceMap::Range& range);
  RewrittenPacket note(const MediaPacket& packet);
  [[nodiscard]] uint32_t place_timestamp(const MediaPacket& packet, const SenderClock* before,
                                         const SenderClock* after) const;

  uint32_t rate_hz_;
  SequenceMap map_;
  int64_t newest_in_ = 0;          ///< the publisher's newest packet that was forwarded or left out
  bool must_begin_range_ = false;  ///< something was left out since the last forwarded packet
  std::optional<uint16_t> picture_left_out_;
  RewriteOffsets offsets_;  ///< of what comes next
  // Of the newest packet that went out; before the first, what it will follow.
  uint32_t newest_timestamp_;
  Instant newest_arrival_{};
  uint16_t newest_picture_id_;
  uint8_t newest_base_picture_;
  uint8_t newest_key_index_ = 0;
  uint16_t newest_frame_number_ = 0;
};

}  // namespace kith::sfu

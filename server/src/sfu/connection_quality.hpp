// How good a track's connection is, as a mark from 0 to 100 that people would give it, and what the wire makes of it.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "sfu/media.hpp"
#include "sfu/media_control.hpp"

namespace kith::sfu {

/// What was seen of one track since the last time.
struct QualitySample {
  MediaKind kind = MediaKind::kAudio;
  uint32_t packets_expected = 0;
  uint32_t packets_lost = 0;  ///< not recovered
  Duration rtt{};
  Duration jitter{};
  bool is_muted = false;       ///< or silent by DTX: no packets are no fault then
  DataRate rate;               ///< received
  DataRate rate_expected;      ///< what the publisher announced for the layers in use; 0: unknown
  uint8_t layers_missing = 0;  ///< spatial layers that are wanted and do not come
};

/// The mark of one track; falls fast and rises slowly.
class TrackQuality {
 public:
  void handle_sample(const QualitySample& sample);
  /// 0 to 100.
  [[nodiscard]] float mark() const { return static_cast<float>(mark_); }

 private:
  double mark_ = 100;
};

/// Above 80 excellent, above 40 good, else poor; lost is said only of somebody who is not heard of at all.
ConnectionQuality quality_of(float mark);
/// Mean opinion score, 1 to 4.5 (ITU-T G.107 annex B).
float mean_opinion_score(float mark);

/// The marks of a participant's tracks become one: the worst counts. Tells when that must be announced.
class ParticipantQuality {
 public:
  struct Report {
    ConnectionQuality quality = ConnectionQuality::kExcellent;
    float score = 4.5F;
    bool operator==(const Report&) const = default;
  };
  /// `worst_mark`: of all tracks, 100 without any. `is_lost`: neither RTP nor RTCP came for long although it should.
  /// Returns what to announce, if the quality changed or was never announced.
  std::optional<Report> update(float worst_mark, bool is_lost);
  [[nodiscard]] const Report& current() const { return current_; }

 private:
  Report current_;
  bool is_announced_ = false;
};

}  // namespace kith::sfu

// Who speaks: loudness of each microphone over time, and the changes a call is told of.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "rtc/rtp_packet.hpp"

namespace kith::sfu {

/// Loudness of one audio track from its packets' levels (RFC 6464).
class AudioLevelMeter {
 public:
  /// A packet came with this level.
  void handle_packet(Instant now, rtc::AudioLevel level);
  /// From 0 (silent) to 1, in eighths; silence, missing packets included, brings it down within
  /// two seconds.
  [[nodiscard]] float level(Instant now);
  /// Muted or unpublished.
  void reset() { *this = AudioLevelMeter(); }

 private:
  void close_windows(Instant now);

  Instant window_begin_{};
  uint32_t packets_ = 0;
  uint32_t loud_packets_ = 0;
  uint8_t loudest_dbov_ = 127;  ///< of the window: the smallest number
  double smoothed_ = 0;
  bool is_started_ = false;
};

/// The speakers of a call. A key names a participant.
class ActiveSpeakers {
 public:
  struct Speaker {
    uint64_t key = 0;
    float level = 0;
    bool operator==(const Speaker&) const = default;
  };

  /// Levels of everybody now; of those with several microphones the loudest counts. Returns, if anything changed since
  /// the last call, all that speak, loudest first, and those that just stopped, with level 0.
  std::vector<Speaker> update(std::vector<Speaker> levels);
  /// Those that speak, for somebody who joins.
  [[nodiscard]] const std::vector<Speaker>& speaking() const { return speaking_; }

 private:
  std::vector<Speaker> speaking_;
};

}  // namespace kith::sfu

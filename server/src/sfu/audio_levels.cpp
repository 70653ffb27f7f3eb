#include "sfu/audio_levels.hpp"

#include <algorithm>
#include <cmath>

namespace kith::sfu {

namespace {

/// Speech is judged by windows: shorter flickers at pauses, longer lets the picture lag behind the voice.
constexpr Duration kWindow = std::chrono::milliseconds(400);
constexpr uint8_t kLoudDbov = 35;     ///< packets at least this loud (−35 dBov) are speech, not a room's noise
constexpr double kActiveShare = 0.4;  ///< of a window: below it a cough or a click
/// Packets of a window if each is as long as it may be (60 ms): with silence suppression fewer come.
constexpr uint32_t kPacketsMin = 7;
constexpr double kSmoothing = 2.0 / 3;  ///< weight of the newest window: about two count
constexpr double kSteps = 8;            ///< levels told apart, so that small changes are not announced
constexpr int kWindowsRemembered = 8;   ///< after so many without packets everything has faded

double amplitude(double dbov) { return std::pow(10.0, -dbov / 20); }

}  // namespace

void AudioLevelMeter::handle_packet(Instant now, rtc::AudioLevel level) {
  if (!is_started_) {
    is_started_ = true;
    window_begin_ = now;
  }
  close_windows(now);
  ++packets_;
  if (level.dbov > kLoudDbov) return;
  ++loud_packets_;
  loudest_dbov_ = std::min(loudest_dbov_, level.dbov);
}

void AudioLevelMeter::close_windows(Instant now) {
  for (int closed = 0; is_started_ && now - window_begin_ >= kWindow; ++closed) {
    const double share = static_cast<double>(loud_packets_) / std::max(packets_, kPacketsMin);
    const double level = share >= kActiveShare ? share * amplitude(loudest_dbov_) : 0;
    smoothed_ += kSmoothing * (level - smoothed_);
    packets_ = loud_packets_ = 0;
    loudest_dbov_ = 127;
    window_begin_ += kWindow;
    if (closed == kWindowsRemembered) reset();
  }
}

float AudioLevelMeter::level(Instant now) {
  close_windows(now);
  if (smoothed_ < kActiveShare * amplitude(kLoudDbov)) return 0;
  return static_cast<float>(std::min(1.0, std::ceil(smoothed_ * kSteps) / kSteps));
}

std::vector<ActiveSpeakers::Speaker> ActiveSpeakers::update(std::vector<Speaker> levels) {
  std::erase_if(levels, [](const Speaker& speaker) { return speaker.level <= 0; });
  // By participant the loudest first, of which only that one stays; then all by loudness.
  std::ranges::sort(
      levels, [](const Speaker& a, const Speaker& b) { return a.key != b.key ? a.key < b.key : a.level > b.level; });
  const auto repeated = std::ranges::unique(levels, {}, &Speaker::key);
  levels.erase(repeated.begin(), repeated.end());
  std::ranges::stable_sort(levels, std::greater<>(), &Speaker::level);
  if (levels == speaking_) return {};
  std::vector<Speaker> changed = levels;
  for (const Speaker& before : speaking_) {
    const bool still_speaks = std::ranges::find(levels, before.key, &Speaker::key) != levels.end();
    if (!still_speaks) changed.push_back({.key = before.key, .level = 0});
  }
  speaking_ = std::move(levels);
  return changed;
}

}  // namespace kith::sfu

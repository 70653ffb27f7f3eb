#include "sfu/connection_quality.hpp"

#include <algorithm>
#include <cmath>

namespace kith::sfu {

namespace {

constexpr double kFall = 0.8;  ///< weight of a worse sample: trouble shows at once …
constexpr double kRise = 0.4;  ///< … and must be gone for a while
constexpr float kExcellentAbove = 80;
constexpr float kGoodAbove = 40;

// Marks lost. Delay as the E-model has it (ITU-T G.107, simplified): little up to 160 ms, then steeply.
constexpr double kCodecDelayMs = 10;
constexpr double kDelayKneeMs = 160;
constexpr double kAudioPerPercentLost = 2.5;  ///< Opus conceals and repeats
constexpr double kVideoPerPercentLost = 4;    ///< a hole freezes the picture until a key frame
constexpr double kPerLayerMissing = 35;
constexpr double kPerLogOfRate = 20;  ///< half of the expected rate costs 14

double ms(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

double delay_cost(const QualitySample& sample) {
  const double delay_ms = ms(sample.rtt) / 2 + 2 * ms(sample.jitter) + kCodecDelayMs;
  return delay_ms < kDelayKneeMs ? delay_ms / 40 : (delay_ms - 120) / 10;
}

double loss_cost(const QualitySample& sample) {
  const double percent = 100.0 * sample.packets_lost / sample.packets_expected;
  return percent * (sample.kind == MediaKind::kAudio ? kAudioPerPercentLost : kVideoPerPercentLost);
}

double rate_cost(const QualitySample& sample) {
  if (sample.rate_expected.bps <= sample.rate.bps) return 0;
  const double share =
      static_cast<double>(std::max<int64_t>(sample.rate.bps, 1)) / static_cast<double>(sample.rate_expected.bps);
  return -kPerLogOfRate * std::log(share);
}

double mark_of(const QualitySample& sample) {
  if (sample.is_muted) return 100;
  if (sample.packets_expected == 0) return 0;
  const double cost =
      delay_cost(sample) + loss_cost(sample) + rate_cost(sample) + kPerLayerMissing * sample.layers_missing;
  return std::clamp(100 - cost, 0.0, 100.0);
}

}  // namespace

void TrackQuality::handle_sample(const QualitySample& sample) {
  const double mark = mark_of(sample);
  mark_ += (mark < mark_ ? kFall : kRise) * (mark - mark_);
}

ConnectionQuality quality_of(float mark) {
  if (mark > kExcellentAbove) return ConnectionQuality::kExcellent;
  return mark > kGoodAbove ? ConnectionQuality::kGood : ConnectionQuality::kPoor;
}

float mean_opinion_score(float mark) {
  const double r = std::clamp<double>(mark, 0, 100);
  const double score = 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r);
  return static_cast<float>(std::clamp(score, 1.0, 4.5));
}

std::optional<ParticipantQuality::Report> ParticipantQuality::update(float worst_mark, bool is_lost) {
  const Report report{.quality = is_lost ? ConnectionQuality::kLost : quality_of(worst_mark),
                      .score = is_lost ? 1.0F : mean_opinion_score(worst_mark)};
  const bool is_news = !is_announced_ || report.quality != current_.quality;
  current_ = report;
  is_announced_ = true;
  return is_news ? std::optional(report) : std::nullopt;
}

}  // namespace kith::sfu

#include "sfu/participant.hpp"

#include <algorithm>

namespace kith::sfu {
namespace {

/// Of somebody who should be heard of and is not for so long, the connection counts as lost.
constexpr std::chrono::seconds kLostAfter{10};

ReceiveStream::Counts counts_of(const PublishedTrack& media) {
  ReceiveStream::Counts sum;
  for (size_t i = 0; i < media.encoding_count(); ++i) {
    const ReceiveStream* stream = media.encoding(i).stream();
    if (stream == nullptr) continue;
    const ReceiveStream::Counts counts = stream->counts();
    sum.packets += counts.packets;
    sum.lost += counts.lost;
    sum.given_up += counts.given_up;
    sum.jitter = std::max(sum.jitter, counts.jitter);
  }
  return sum;
}

QualitySample sample_of(Publication& publication, Duration rtt) {
  const ReceiveStream::Counts counts = counts_of(*publication.media);
  const ReceiveStream::Counts before = std::exchange(publication.counted, counts);
  const bool is_audio = publication.state.kind == MediaKind::kAudio;
  const int64_t rate_hz = is_audio ? 48'000 : 90'000;
  const auto lost = static_cast<uint32_t>(std::max<int64_t>(0, counts.lost - before.lost));
  return {.kind = publication.state.kind,
          .packets_expected = static_cast<uint32_t>(counts.packets - before.packets) + lost,
          .packets_lost = static_cast<uint32_t>(counts.given_up - before.given_up),
          .rtt = rtt,
          .jitter = Duration(int64_t{counts.jitter} * 1'000'000'000 / rate_hz),
          .is_muted = publication.state.is_muted || counts.packets == before.packets};
}

}  // namespace

std::optional<QualityChanged> Participant::measure_quality(Instant now) {
  if (!connectivity) return std::nullopt;
  float worst = 100;
  bool should_send = false;
  for (const auto& publication : publisher.publications()) {
    if (!publication->media || !publication->is_announced) continue;
    publication->quality.handle_sample(sample_of(*publication, subscriber.rtt()));
    worst = std::min(worst, publication->quality.mark());
    should_send = should_send || !publication->state.is_muted;
  }
  if (!subscriber.subscriptions().empty()) {
    constexpr uint32_t kOutOf = 1000;
    received_quality.handle_sample({.kind = MediaKind::kAudio,
                                    .packets_expected = kOutOf,
                                    .packets_lost = static_cast<uint32_t>(subscriber.loss() * kOutOf),
                                    .rtt = subscriber.rtt()});
    worst = std::min(worst, received_quality.mark());
  }
  const bool is_lost = should_send && primary() != nullptr && now > primary()->last_received() + kLostAfter;
  const auto report = quality.update(worst, is_lost);
  if (!report) return std::nullopt;
  return QualityChanged{.participant = id, .quality = report->quality, .score = report->score};
}

float Participant::loudness(Instant now) {
  float loudest = 0;
  for (const auto& publication : publisher.publications()) {
    if (publication->state.kind == MediaKind::kAudio) loudest = std::max(loudest, publication->loudness.level(now));
  }
  return loudest;
}

}  // namespace kith::sfu

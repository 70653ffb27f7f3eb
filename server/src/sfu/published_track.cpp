#include "sfu/published_track.hpp"

#include <algorithm>

#include "base/deadline.hpp"

namespace kith::sfu {

PublishedTrack::PublishedTrack(Options options) : options_(std::move(options)) {
  if (options_.rids.size() > kSpatialLayersMax) options_.rids.resize(kSpatialLayersMax);
  const size_t count = std::max<size_t>(options_.rids.size(), 1);
  encodings_.reserve(count);
  for (size_t index = 0; index < count; ++index) {
    encodings_.emplace_back(PublishedEncoding::Options{.kind = options_.kind,
                                                       .index = static_cast<uint8_t>(index),
                                                       .wants_retransmission = options_.wants_retransmission});
  }
}

std::optional<uint8_t> PublishedTrack::encoding_of(std::string_view rid) const {
  const auto found = std::ranges::find(options_.rids, rid);
  if (found == options_.rids.end()) return std::nullopt;
  return static_cast<uint8_t>(found - options_.rids.begin());
}

const MediaPacket* PublishedTrack::handle_packet(Instant now, uint8_t encoding, const rtc::RtpPacket& packet,
                                                 size_t size, const PayloadTypes& types,
                                                 const rtc::RtpExtensionMap& extensions) {
  if (encoding >= encodings_.size()) return nullptr;
  last_packet_at_ = now;
  if (options_.kind == MediaKind::kAudio) {
    if (const auto value = packet.find(extensions, rtc::RtpExtension::kAudioLevel)) {
      if (const auto level = rtc::parse_audio_level(*value)) audio_level_ = level;
    }
  }
  return encodings_[encoding].handle_packet(now, packet, size, types, extensions, sources_);
}

bool PublishedTrack::handle_sender_report(Instant now, const rtc::SenderReport& report) {
  for (PublishedEncoding& each : encodings_) {
    if (each.stream() == nullptr || each.stream()->ssrc() != report.sender) continue;
    each.handle_sender_report(now, report);
    return true;
  }
  return false;
}

void PublishedTrack::set_muted(bool is_muted) {
  is_muted_ = is_muted;
  for (PublishedEncoding& each : encodings_) each.set_paused(is_muted);
}

void PublishedTrack::set_rtt(Duration rtt) {
  for (PublishedEncoding& each : encodings_) each.set_rtt(rtt);
}

void PublishedTrack::want_key_frame(Instant now, int8_t spatial) {
  if (spatial < 0) return;
  const size_t index = is_simulcast() ? std::min<size_t>(static_cast<size_t>(spatial), encodings_.size() - 1) : 0;
  encodings_[index].want_key_frame(now);
}

void PublishedTrack::take_feedback(Instant now, rtc::Ssrc sender, std::vector<rtc::RtcpPacket>& feedback) {
  for (PublishedEncoding& each : encodings_) each.take_feedback(now, sender, feedback);
}

std::optional<Instant> PublishedTrack::next_timeout() const {
  std::optional<Instant> next;
  for (const PublishedEncoding& each : encodings_) next = earlier(next, each.next_timeout());
  return next;
}

void PublishedTrack::take_reports(Instant now, std::vector<rtc::ReportBlock>& blocks) {
  for (PublishedEncoding& each : encodings_) {
    if (ReceiveStream* const stream = each.stream(); stream != nullptr && stream->has_packets()) {
      blocks.push_back(stream->take_report(now));
    }
  }
}

bool PublishedTrack::is_alive(Instant now, int8_t spatial) const {
  if (spatial < 0 || static_cast<size_t>(spatial) >= kSpatialLayersMax) return false;
  if (!is_simulcast()) return encodings_[0].presence().is_alive(now, spatial);
  const auto index = static_cast<size_t>(spatial);
  return index < encodings_.size() && encodings_[index].presence().is_alive(now, 0);
}

int8_t PublishedTrack::alive_layer_near(Instant now, int8_t wanted) const {
  constexpr int8_t kTop = kSpatialLayersMax - 1;
  for (int8_t spatial = std::min(wanted, kTop); spatial >= 0; --spatial) {
    if (is_alive(now, spatial)) return spatial;
  }
  for (int8_t spatial = std::max<int8_t>(wanted, -1); spatial < kTop;) {
    if (is_alive(now, ++spatial)) return spatial;
  }
  return -1;
}

DataRate PublishedTrack::rate(Instant now, Layer layer) const {
  if (!is_simulcast()) return encodings_[0].rate(now, layer);
  if (layer.is_none() || static_cast<size_t>(layer.spatial) >= encodings_.size()) return {};
  return encodings_[static_cast<size_t>(layer.spatial)].rate(now, {.spatial = 0, .temporal = layer.temporal});
}

int8_t PublishedTrack::temporal_layers(Instant now, int8_t spatial) const {
  if (spatial < 0 || static_cast<size_t>(spatial) >= kSpatialLayersMax) return 1;
  if (!is_simulcast()) return encodings_[0].presence().temporal_layers(now, spatial);
  const auto index = static_cast<size_t>(spatial);
  return index < encodings_.size() ? encodings_[index].presence().temporal_layers(now, 0) : int8_t{1};
}

}  // namespace kith::sfu

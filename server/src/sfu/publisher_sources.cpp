#include "sfu/publisher_sources.hpp"

#include <algorithm>

namespace kith::sfu {

void PublisherSources::bind_mid(std::string_view mid, PublishedTrack* track) {
  std::erase_if(sections_, [mid](const Section& section) { return section.mid == mid; });
  if (track != nullptr) sections_.push_back({.mid = std::string(mid), .track = track});
}

void PublisherSources::declare(rtc::Ssrc ssrc, std::optional<rtc::Ssrc> retransmission, PublishedTrack* track) {
  remember(ssrc, {.track = track});
  if (retransmission) remember(*retransmission, {.track = track});
}

void PublisherSources::remove(const PublishedTrack* track) {
  std::erase_if(sections_, [track](const Section& section) { return section.track == track; });
  std::erase_if(known_, [track](const Known& known) { return known.source.track == track; });
  last_ = 0;
}

PublisherSources::Source PublisherSources::find(const rtc::RtpPacket& packet, const rtc::RtpExtensionMap& extensions) {
  ++packets_;
  if (last_ >= known_.size() || known_[last_].ssrc != packet.ssrc) {
    const auto found = std::ranges::find(known_, packet.ssrc, &Known::ssrc);
    if (found == known_.end()) return learn(packet, extensions);
    last_ = static_cast<size_t>(found - known_.begin());
  }
  known_[last_].used = packets_;
  return known_[last_].source;
}

PublishedTrack* PublisherSources::find(rtc::Ssrc ssrc) const {
  const auto found = std::ranges::find(known_, ssrc, &Known::ssrc);
  return found == known_.end() ? nullptr : found->source.track;
}

PublisherSources::Source PublisherSources::learn(const rtc::RtpPacket& packet, const rtc::RtpExtensionMap& extensions) {
  const auto mid = packet.find(extensions, rtc::RtpExtension::kMid);
  auto rid = packet.find(extensions, rtc::RtpExtension::kRid);
  if (!rid) rid = packet.find(extensions, rtc::RtpExtension::kRepairedRid);
  const std::string_view rid_text = rid ? rtc::as_text(*rid) : std::string_view();
  const auto encoding_in = [rid_text](const PublishedTrack& track) -> std::optional<uint8_t> {
    if (!track.is_simulcast()) return uint8_t{0};
    return track.encoding_of(rid_text);
  };
  Source source;
  if (mid) {
    const auto section = std::ranges::find(sections_, rtc::as_text(*mid), &Section::mid);
    if (section == sections_.end()) return {};
    const auto encoding = encoding_in(*section->track);
    if (!encoding) return {};
    source = {.track = section->track, .encoding = *encoding};
  } else {
    // A RID alone names a track only if no other track has one like it.
    if (rid_text.empty()) return {};
    for (const Section& section : sections_) {
      const auto encoding = section.track->encoding_of(rid_text);
      if (!encoding) continue;
      if (source.track != nullptr) return {};
      source = {.track = section.track, .encoding = *encoding};
    }
    if (source.track == nullptr) return {};
  }
  remember(packet.ssrc, source);
  return source;
}

void PublisherSources::remember(rtc::Ssrc ssrc, Source source) {
  const auto found = std::ranges::find(known_, ssrc, &Known::ssrc);
  if (found != known_.end()) {
    found->source = source;
    return;
  }
  const Known fresh{.ssrc = ssrc, .source = source, .used = packets_};
  if (known_.size() < kSourcesMax) {
    known_.push_back(fresh);
  } else {
    *std::ranges::min_element(known_, {}, &Known::used) = fresh;
  }
}

}  // namespace kith::sfu

#include "sfu/subscriber_sections.hpp"

#include <algorithm>

#include "sfu/subscriber_extensions.hpp"

namespace kith::sfu {
namespace {

/// The data channels' section is always the first.
constexpr std::string_view kDataMid = "0";
std::string mid_of(size_t section) { return std::to_string(section + 1); }

rtc::SdpMedia data_section() {
  return {.kind = "application",
          .protocol = "UDP/DTLS/SCTP",
          .mid = std::string(kDataMid),
          .sctp_port = 5000,
          .max_message_size = 262144};
}

}  // namespace

size_t SubscriberSections::carry(CarriedTrack track) {
  const MediaKind kind = kind_of(track.codec);
  auto place = std::ranges::find_if(
      sections_, [&](const Section& section) { return section.kind == kind && !section.track && !section.is_open; });
  if (place == sections_.end()) place = sections_.insert(place, Section{.kind = kind});
  place->last_codec = track.codec;
  place->track = std::move(track);
  return static_cast<size_t>(place - sections_.begin());
}

void SubscriberSections::release(size_t section) { sections_[section].track.reset(); }

rtc::SdpMedia SubscriberSections::describe(size_t index) const {
  const Section& section = sections_[index];
  const bool is_audio = section.kind == MediaKind::kAudio;
  rtc::SdpMedia media{.kind = is_audio ? "audio" : "video", .protocol = "UDP/TLS/RTP/SAVPF", .mid = mid_of(index)};
  media.rtcp_mux = true;
  media.rtcp_reduced_size = true;
  media.extmap_allow_mixed = true;
  for (const rtc::RtpExtension extension : subscriber_extensions(section.kind)) {
    media.extensions.push_back({.id = subscriber_extension_id(extension), .uri = std::string(rtc::uri_of(extension))});
  }
  media.codecs = subscriber_codecs(section.last_codec, section.track && section.track->is_stereo);
  media.direction = section.track ? rtc::SdpDirection::kSendOnly : rtc::SdpDirection::kInactive;
  if (!section.track) return media;
  const CarriedTrack& track = *section.track;
  media.msid = track.publisher_sid + "|" + track.track_sid + " " + track.track_sid;
  media.sources.push_back({.ssrc = track.ssrc, .cname = track.publisher_sid, .msid = media.msid});
  if (track.rtx_ssrc != 0) {
    media.source_groups.push_back({.semantics = "FID", .ssrcs = {track.ssrc, track.rtx_ssrc}});
    media.sources.push_back({.ssrc = track.rtx_ssrc, .cname = track.publisher_sid, .msid = media.msid});
  }
  return media;
}

std::string SubscriberSections::offer(const LocalTransport& local, uint64_t version) {
  for (Section& section : sections_) section.is_open = section.is_open || section.track;
  rtc::SessionDescription offer;
  offer.session_id = 1;
  offer.session_version = version;
  offer.ice_lite = local.is_ice_lite;
  offer.extmap_allow_mixed = true;
  offer.media.push_back(data_section());
  for (size_t i = 0; i < sections_.size(); ++i) offer.media.push_back(describe(i));
  for (const rtc::SdpMedia& media : offer.media) offer.bundle.push_back(media.mid);
  put_transport(offer, local, rtc::SdpSetup::kActPass);
  return offer.serialize();
}

Result<SubscriberAnswer> SubscriberSections::read_answer(std::string_view sdp) const {
  TRY(const auto answer, rtc::SessionDescription::parse(sdp));
  SubscriberAnswer result;
  { TRY(result.transport, read_transport(answer)); }
  if (result.transport.setup == rtc::SdpSetup::kActPass) {
    return fail(Reason::kInvalidField, "An answer must choose its DTLS role.", "sdp");
  }
  result.sections.resize(sections_.size());
  for (const rtc::SdpMedia& media : answer.media) {
    for (size_t i = 0; i < sections_.size(); ++i) {
      if (media.mid != mid_of(i)) continue;
      const bool receives = media.port != 0 && (media.direction == rtc::SdpDirection::kRecvOnly ||
                                                media.direction == rtc::SdpDirection::kSendRecv);
      const auto has = [&](Codec codec) {
        return std::ranges::any_of(media.codecs, [&](const rtc::SdpCodec& line) { return codec_of(line) == codec; });
      };
      result.sections[i] = {
          .is_answered = true, .is_open = receives, .is_receiving = receives && has(sections_[i].last_codec)};
      for (const rtc::SdpCodec& codec : media.codecs) {
        if (std::ranges::find(codec.feedback, "transport-cc") != codec.feedback.end()) {
          result.has_transport_feedback = true;
        }
      }
    }
  }
  return result;
}

void SubscriberSections::settle(const SubscriberAnswer& answer) {
  for (size_t i = 0; i < std::min(sections_.size(), answer.sections.size()); ++i) {
    if (answer.sections[i].is_answered) sections_[i].is_open = answer.sections[i].is_open;
  }
}

}  // namespace kith::sfu

#include "sfu/publisher_negotiation.hpp"

#include <algorithm>

namespace kith::sfu {
namespace {

/// Extensions we take from publishers (spec §7.1).
constexpr std::array kAccepted{
    rtc::RtpExtension::kMid,
    rtc::RtpExtension::kRid,
    rtc::RtpExtension::kRepairedRid,
    rtc::RtpExtension::kAudioLevel,
    rtc::RtpExtension::kTransportSequence,
    rtc::RtpExtension::kAbsCaptureTime,
    rtc::RtpExtension::kDependencyDescriptor,
    rtc::RtpExtension::kVideoOrientation,
};

bool is_media(const rtc::SdpMedia& section) { return section.kind == "audio" || section.kind == "video"; }

std::optional<rtc::RtpExtension> accepted(const rtc::SdpExtension& extension) {
  const auto known = rtc::rtp_extension_of(extension.uri);
  if (!known || extension.id == 0 || extension.id > 255 || std::ranges::find(kAccepted, *known) == kAccepted.end()) {
    return std::nullopt;
  }
  return known;
}

void read_msid(std::string_view msid, OfferedSection& section) {
  const size_t space = msid.find(' ');
  section.stream_name = msid.substr(0, space);
  if (space != std::string_view::npos) section.track_name = msid.substr(space + 1);
}

void read_sources(const rtc::SdpMedia& media, OfferedSection& section) {
  const auto is_repair = [&](uint32_t ssrc) {
    return std::ranges::any_of(media.source_groups, [&](const rtc::SdpSourceGroup& group) {
      return group.semantics == "FID" && group.ssrcs.size() == 2 && group.ssrcs[1] == ssrc;
    });
  };
  for (const rtc::SdpSource& source : media.sources) {
    if (section.sources.size() >= kSpatialLayersMax) break;
    if (is_repair(source.ssrc)) continue;
    OfferedSection::Source entry{.ssrc = source.ssrc};
    for (const rtc::SdpSourceGroup& group : media.source_groups) {
      const bool is_own = group.semantics == "FID" && group.ssrcs.size() == 2 && group.ssrcs[0] == source.ssrc;
      if (is_own) entry.rtx_ssrc = group.ssrcs[1];
    }
    section.sources.push_back(entry);
    if (section.track_name.empty()) read_msid(source.msid, section);
  }
}

OfferedSection read_section(const rtc::SdpMedia& media) {
  OfferedSection section{.mid = media.mid, .kind = media.kind == "audio" ? MediaKind::kAudio : MediaKind::kVideo};
  section.is_sending = media.port != 0 && (media.direction == rtc::SdpDirection::kSendOnly ||
                                           media.direction == rtc::SdpDirection::kSendRecv);
  read_msid(media.msid, section);
  for (const rtc::SdpRid& rid : media.rids) {
    if (rid.is_send && section.rids.size() < kSpatialLayersMax) section.rids.push_back(rid.id);
  }
  if (section.rids.empty()) read_sources(media, section);
  return section;
}

/// Codecs of a section that we carry, wanted ones first, each with its RTX behind all media (as browsers write it).
std::vector<rtc::SdpCodec> answer_codecs(const rtc::SdpMedia& offered, const AnswerWish& wish) {
  std::vector<rtc::SdpCodec> first;
  std::vector<rtc::SdpCodec> others;
  for (const rtc::SdpCodec& codec : offered.codecs) {
    const Codec known = codec_of(codec);
    if (known == Codec::kUnknown || (known == Codec::kRed && wish.disable_red)) continue;
    (known == wish.codec ? first : others).push_back(codec);
  }
  // RED carries Opus: both stay, whichever leads.
  const bool keeps_others = !wish.only_codec || first.empty() || kind_of(wish.codec) == MediaKind::kAudio;
  if (keeps_others) first.insert(first.end(), others.begin(), others.end());
  std::vector<rtc::SdpCodec> repairs;
  for (const rtc::SdpCodec& codec : offered.codecs) {
    const auto repeated = codec.name == "rtx" ? codec.parameter("apt") : std::nullopt;
    if (!repeated) continue;
    const bool is_kept = std::ranges::any_of(
        first, [&](const rtc::SdpCodec& kept) { return std::to_string(kept.payload_type) == *repeated; });
    if (is_kept) repairs.push_back(codec);
  }
  for (rtc::SdpCodec& codec : first) {
    codec.feedback = feedback_for(kind_of(codec_of(codec)));
    if (codec_of(codec) != Codec::kOpus) continue;
    if (!wish.disable_dtx) codec.parameters += codec.parameters.empty() ? "usedtx=1" : ";usedtx=1";
    if (wish.is_stereo) codec.parameters += ";stereo=1;maxaveragebitrate=510000";
  }
  for (rtc::SdpCodec& codec : repairs) codec.feedback.clear();
  first.insert(first.end(), repairs.begin(), repairs.end());
  return first;
}

rtc::SdpMedia answer_media(const rtc::SdpMedia& offered, const OfferedSection& section, const AnswerWish& wish) {
  rtc::SdpMedia answer{.kind = offered.kind, .protocol = offered.protocol, .mid = offered.mid};
  answer.codecs = answer_codecs(offered, wish);
  answer.rtcp_mux = true;
  answer.rtcp_reduced_size = offered.rtcp_reduced_size;
  answer.direction = section.is_sending ? rtc::SdpDirection::kRecvOnly : rtc::SdpDirection::kInactive;
  if (answer.codecs.empty()) {  // nothing we carry: the section is rejected but keeps its place and one format
    answer.port = 0;
    answer.codecs.assign(offered.codecs.begin(), offered.codecs.begin() + (offered.codecs.empty() ? 0 : 1));
    answer.direction = rtc::SdpDirection::kInactive;
  }
  for (const rtc::SdpExtension& extension : offered.extensions) {
    if (accepted(extension)) answer.extensions.push_back(extension);
  }
  if (!section.rids.empty()) {
    answer.simulcast = "recv ";
    for (const std::string& rid : section.rids) {
      answer.rids.push_back({.id = rid, .is_send = false});
      if (answer.simulcast.back() != ' ') answer.simulcast += ';';
      answer.simulcast += rid;
    }
  }
  return answer;
}

rtc::SdpMedia answer_data(const rtc::SdpMedia& offered) {
  return {.kind = offered.kind,
          .protocol = offered.protocol,
          .mid = offered.mid,
          .sctp_port = 5000,
          .max_message_size = 262144};
}

}  // namespace

Result<RemoteTransport> read_transport(const rtc::SessionDescription& description) {
  RemoteTransport transport;
  bool has_first = false;
  for (const rtc::SdpMedia& media : description.media) {
    if (media.port == 0 || has_first) continue;
    if (media.ice_ufrag.empty() || media.ice_pwd.empty()) {
      return fail(Reason::kInvalidField, "A section has no ICE credentials.", "sdp");
    }
    if (!media.fingerprint || media.fingerprint->algorithm != "sha-256") {
      return fail(Reason::kInvalidField, "A section has no sha-256 fingerprint.", "sdp");
    }
    transport.ice = {.ufrag = media.ice_ufrag, .pwd = media.ice_pwd};
    transport.fingerprint = media.fingerprint->value;
    transport.setup = media.setup.value_or(rtc::SdpSetup::kActPass);
    has_first = true;
  }
  if (!has_first) return fail(Reason::kInvalidField, "The description has no section in use.", "sdp");
  for (const rtc::SdpMedia& media : description.media) {
    if (media.port == 0 && media.ice_ufrag.empty()) continue;
    const bool is_bundled = std::ranges::find(description.bundle, media.mid) != description.bundle.end();
    if (media.port != 0 && !is_bundled) return fail(Reason::kInvalidField, "All sections must be bundled.", "sdp");
    if (media.port != 0 && is_media(media) && !media.rtcp_mux) {
      return fail(Reason::kInvalidField, "RTCP must use the same port.", "sdp");
    }
  }
  return transport;
}

Result<PublisherOffer> PublisherOffer::read(std::string_view sdp) {
  PublisherOffer offer;
  { TRY(offer.description, rtc::SessionDescription::parse(sdp)); }
  { TRY(offer.transport, read_transport(offer.description)); }
  for (const rtc::SdpMedia& media : offer.description.media) {
    if (!is_media(media)) continue;
    offer.sections.push_back(read_section(media));
    read_payload_types(media, offer.payload_types);
    for (const rtc::SdpExtension& extension : media.extensions) {
      if (const auto known = accepted(extension)) offer.extensions.set(*known, static_cast<uint8_t>(extension.id));
    }
  }
  return offer;
}

std::string answer_publisher(const PublisherOffer& offer, const std::vector<AnswerWish>& wishes,
                             const LocalTransport& local, uint64_t version) {
  rtc::SessionDescription answer;
  answer.session_id = offer.description.session_id;
  answer.session_version = version;
  answer.ice_lite = local.is_ice_lite;
  answer.extmap_allow_mixed = offer.description.extmap_allow_mixed;
  size_t index = 0;
  for (const rtc::SdpMedia& media : offer.description.media) {
    if (is_media(media)) {
      const AnswerWish wish = index < wishes.size() ? wishes[index] : AnswerWish{};
      answer.media.push_back(answer_media(media, offer.sections[index], wish));
      ++index;
    } else {
      answer.media.push_back(answer_data(media));
      if (media.kind != "application" || media.port == 0) answer.media.back().port = 0;
    }
    answer.media.back().extmap_allow_mixed = media.extmap_allow_mixed;
    if (answer.media.back().port != 0) answer.bundle.push_back(media.mid);
  }
  put_transport(answer, local, rtc::SdpSetup::kPassive);
  return answer.serialize();
}

void put_transport(rtc::SessionDescription& description, const LocalTransport& local, rtc::SdpSetup setup) {
  bool has_candidates = false;
  for (rtc::SdpMedia& media : description.media) {
    if (media.port == 0) continue;
    media.ice_ufrag = local.ice.ufrag;
    media.ice_pwd = local.ice.pwd;
    media.fingerprint = rtc::SdpFingerprint{.algorithm = "sha-256", .value = local.fingerprint};
    media.setup = setup;
    if (has_candidates) continue;  // those of the first section are those of the bundle
    media.candidates = local.candidates;
    media.end_of_candidates = true;
    has_candidates = true;
  }
}

}  // namespace kith::sfu

#include "sfu/publisher.hpp"

#include <algorithm>

#include "base/deadline.hpp"
#include "sfu/rtcp_sender.hpp"
#include "sfu/sid.hpp"

namespace kith::sfu {
namespace {

/// The layers low to high, each with the RID that carries it. RIDs and layers are declared in the same order, whichever
/// that is; letters mean nothing.
std::vector<VideoLayer> layers_with_rids(std::vector<VideoLayer> layers, const std::vector<std::string>& rids) {
  const auto size_of = [](const VideoLayer& layer) { return std::pair(layer.quality, layer.height); };
  const size_t count = std::max<size_t>(rids.size(), 1);
  if (layers.size() != count) {
    // Fewer are sent than were announced: the best ones.
    std::ranges::stable_sort(layers, {}, size_of);
    if (layers.size() > count) layers.erase(layers.begin(), layers.end() - static_cast<std::ptrdiff_t>(count));
  }
  for (size_t i = 0; i < rids.size() && i < layers.size(); ++i) layers[i].rid = rids[i];
  std::ranges::stable_sort(layers, {}, size_of);
  for (size_t i = 0; i < layers.size(); ++i) layers[i].spatial = static_cast<int8_t>(i);
  return layers;
}

/// What the publisher will send in a section: the wanted codec, or the first offered that we carry.
Codec chosen_codec(const rtc::SdpMedia& media, const AnswerWish& wish) {
  Codec first = Codec::kUnknown;
  for (const rtc::SdpCodec& line : media.codecs) {
    const Codec codec = codec_of(line);
    if (codec == Codec::kUnknown || (codec == Codec::kRed && wish.disable_red)) continue;
    if (codec == wish.codec) return codec;
    if (first == Codec::kUnknown) first = codec;
  }
  return first;
}

}  // namespace

Publisher::Publisher(EngineContext& context, ParticipantId participant, const ParticipantOptions& options)
    : context_(context), participant_(participant), options_(options) {}

Result<TrackState> Publisher::add_track(const TrackRequest& request, Changes& changes) {
  if (!request.sid.empty()) {
    if (const Publication* existing = find(request.sid)) return existing->state;
    return fail(Reason::kInvalidField, "No such track.", "sid");
  }
  // The same name again: the client has given up the one before, whatever came of it.
  for (const auto& publication : publications_) {
    if (publication->state.cid == request.cid) changes.ended.push_back(publication->state.sid);
  }
  if (publications_.size() - changes.ended.size() >= kTracksMax) {
    return fail(Reason::kTooMany, "Too many tracks.", "tracks");
  }
  auto publication = std::make_unique<Publication>();
  publication->publisher = participant_;
  publication->publisher_sid = options_.sid;
  publication->request = request;
  publication->clock = &clock_;
  publication->state = {.sid = make_track_sid(request.kind, request.source, context_.random),
                        .cid = request.cid,
                        .kind = request.kind,
                        .source = request.source,
                        .codec = request.codec,
                        .layers = request.layers,
                        .is_muted = request.is_muted,
                        .is_encrypted = request.is_encrypted,
                        .is_stereo = request.is_stereo,
                        .disable_dtx = request.disable_dtx,
                        .disable_red = request.disable_red};
  Publication& added = *publications_.emplace_back(std::move(publication));
  // Its section may have been offered before it was announced.
  const auto section = std::ranges::find_if(
      unclaimed_, [&](const OfferedSection& one) { return one.kind == request.kind && one.track_name == request.cid; });
  if (section != unclaimed_.end() && offer_) {
    bind(added, *section, *offer_);
    unclaimed_.erase(section);
    changes.bound.push_back(&added);
  }
  return added.state;
}

Publication* Publisher::find(const TrackSid& track) {
  const auto found = std::ranges::find_if(publications_, [&](const auto& one) { return one->state.sid == track; });
  return found == publications_.end() ? nullptr : found->get();
}

std::unique_ptr<Publication> Publisher::take(const TrackSid& track) {
  const auto found = std::ranges::find_if(publications_, [&](const auto& one) { return one->state.sid == track; });
  if (found == publications_.end()) return nullptr;
  auto publication = std::move(*found);
  publications_.erase(found);
  if (publication->media) sources_.remove(&*publication->media);
  return publication;
}

Publication* Publisher::match(const OfferedSection& section) {
  const auto waiting = [&](const std::string& name) -> Publication* {
    const auto found = std::ranges::find_if(publications_, [&](const auto& one) {
      return !one->media && one->state.kind == section.kind && one->state.cid == name;
    });
    return found == publications_.end() ? nullptr : found->get();
  };
  if (auto* by_track = waiting(section.track_name)) return by_track;
  return waiting(section.stream_name);
}

Publication* Publisher::first_waiting(MediaKind kind) {
  const auto found =
      std::ranges::find_if(publications_, [kind](const auto& one) { return !one->media && one->state.kind == kind; });
  return found == publications_.end() ? nullptr : found->get();
}

Publication* Publisher::owner_by_name(const OfferedSection& section, const PublisherOffer& offer, Changes& changes) {
  const auto bound =
      std::ranges::find_if(publications_, [&](const auto& one) { return one->media && one->state.mid == section.mid; });
  if (bound != publications_.end()) {
    // A section that sends no more, or something else, has ended its track.
    const bool is_same =
        section.is_sending && (section.track_name == (*bound)->offered_name || match(section) == nullptr);
    if (is_same) return bound->get();
    changes.ended.push_back((*bound)->state.sid);
  }
  Publication* owner = section.is_sending ? match(section) : nullptr;
  if (owner != nullptr) {
    bind(*owner, section, offer);
    changes.bound.push_back(owner);
  }
  return owner;
}

AnswerWish Publisher::wish_for(const Publication* publication) const {
  if (publication == nullptr) return {};
  const TrackRequest& request = publication->request;
  AnswerWish wish{.codec = request.codec,
                  .only_codec = !options_.follows_codec_order,
                  .is_stereo = request.is_stereo,
                  .disable_dtx = request.disable_dtx,
                  .disable_red = request.disable_red || request.is_stereo || request.is_encrypted};
  if (request.kind == MediaKind::kAudio) wish.codec = wish.disable_red ? Codec::kOpus : Codec::kRed;
  return wish;
}

void Publisher::bind(Publication& publication, const OfferedSection& section, const PublisherOffer& offer) {
  const AnswerWish wish = wish_for(&publication);
  const auto media = std::ranges::find(offer.description.media, section.mid, &rtc::SdpMedia::mid);
  publication.state.mid = section.mid;
  publication.offered_name = section.track_name;
  publication.state.codec = chosen_codec(*media, wish);
  publication.state.is_simulcast = section.rids.size() > 1;
  std::vector<std::string> rids;
  if (section.kind == MediaKind::kVideo) {
    const bool has_svc = section.rids.empty() && publication.state.codec != Codec::kVp8;
    if (!has_svc) publication.state.layers = layers_with_rids(publication.state.layers, section.rids);
    for (const VideoLayer& layer : publication.state.layers) {
      if (!layer.rid.empty()) rids.push_back(layer.rid);
    }
    if (rids.size() != section.rids.size()) rids = section.rids;
  }
  publication.media.emplace(PublishedTrack::Options{
      .kind = section.kind, .rids = std::move(rids), .wants_retransmission = publication.state.codec != Codec::kRed});
  publication.media->set_muted(publication.state.is_muted);
  sources_.bind_mid(section.mid, &*publication.media);
  for (const OfferedSection::Source& source : section.sources) {
    const auto repair = source.rtx_ssrc == 0 ? std::nullopt : std::optional(source.rtx_ssrc);
    sources_.declare(source.ssrc, repair, &*publication.media);
  }
}

Result<> Publisher::update_transport(const RemoteTransport& remote) {
  if (transport_ == nullptr) {
    transport_ = std::make_unique<rtc::PeerTransport>(
        rtc::PeerTransport::Options{.ice_role = options_.is_full_ice ? rtc::IceRole::kControlled : rtc::IceRole::kLite,
                                    .local = rtc::IceCredentials::make(context_.random),
                                    .certificate = context_.certificate},
        context_.random);
  } else if (!(remote.ice == remote_ice_)) {
    transport_->restart_ice(rtc::IceCredentials::make(context_.random));
  }
  remote_ice_ = remote.ice;
  return transport_->set_remote(remote.ice, remote.fingerprint, rtc::DtlsRole::kPassive);
}

Result<std::string> Publisher::handle_offer(std::string_view sdp, Changes& changes) {
  TRY(auto offer, PublisherOffer::read(sdp));
  TRY_VOID(update_transport(offer.transport));
  extensions_ = offer.extensions;
  payload_types_ = offer.payload_types;
  unclaimed_.clear();
  std::vector<Publication*> owners;
  for (const OfferedSection& section : offer.sections) owners.push_back(owner_by_name(section, offer, changes));
  std::vector<AnswerWish> wishes;
  for (size_t i = 0; i < owners.size(); ++i) {
    const OfferedSection& section = offer.sections[i];
    if (owners[i] == nullptr && section.is_sending) {
      // Under a name that nobody announced: then it is what has waited longest.
      owners[i] = first_waiting(section.kind);
      if (owners[i] != nullptr) {
        bind(*owners[i], section, offer);
        changes.bound.push_back(owners[i]);
      } else {
        unclaimed_.push_back(section);
      }
    }
    wishes.push_back(wish_for(owners[i]));
  }
  std::string answer = answer_publisher(
      offer, wishes, context_.local(transport_->local_credentials(), options_.is_full_ice), ++answers_);
  offer_ = std::move(offer);
  return answer;
}

Publisher::ReceivedPacket Publisher::receive(Instant now, const rtc::RtpPacket& packet, size_t size) {
  if (const auto value = packet.find(extensions_, rtc::RtpExtension::kTransportSequence); value && value->size() >= 2) {
    arrivals_.handle_packet(now, rtc::load_u16(value->data()), packet.ssrc);
  }
  const PublisherSources::Source source = sources_.find(packet, extensions_);
  if (source.track == nullptr) return {};
  const auto owner =
      std::ranges::find_if(publications_, [&](const auto& one) { return one->media && &*one->media == source.track; });
  if (!report_at_) report_at_ = now + kReportEvery;
  Publication& publication = **owner;
  const MediaPacket* received =
      source.track->handle_packet(now, source.encoding, packet, size, payload_types_, extensions_);
  if (received != nullptr && source.track->audio_level()) {
    publication.loudness.handle_packet(now, *source.track->audio_level());
  }
  return {.publication = &publication, .packet = received};
}

void Publisher::handle_rtcp(Instant now, rtc::Bytes datagram) {
  rtcp_.clear();
  rtc::parse_rtcp(datagram, rtcp_);
  for (const rtc::RtcpPacket& packet : rtcp_) {
    if (const auto* report = std::get_if<rtc::SenderReport>(&packet)) {
      PublishedTrack* track = sources_.find(report->sender);
      if (track == nullptr) continue;
      track->handle_sender_report(now, *report);
      clock_.handle_report(now, report->ntp);
    } else if (const auto* reference = std::get_if<rtc::ReceiverReferenceTime>(&packet)) {
      // Answered with the next report: a delay of our making is told in it.
      reference_ = {.ssrc = reference->sender, .last_reference = rtc::ntp_middle(reference->ntp)};
      reference_at_ = now;
    }
  }
}

void Publisher::send_feedback(Instant now, rtc::Outbox& outbox) {
  if (transport_ == nullptr) return;
  rtcp_.clear();
  for (const auto& publication : publications_) {
    if (publication->media) publication->media->take_feedback(now, kReporterSsrc, rtcp_);
  }
  while (auto feedback = arrivals_.take_feedback(now, kReporterSsrc)) rtcp_.emplace_back(std::move(*feedback));
  if (report_at_ && *report_at_ <= now) {
    rtc::ReceiverReport report{.sender = kReporterSsrc};
    for (const auto& publication : publications_) {
      if (publication->media) publication->media->take_reports(now, report.blocks);
    }
    if (!report.blocks.empty()) rtcp_.emplace_back(std::move(report));
    if (reference_at_) {
      reference_.delay_since = static_cast<uint32_t>((now - *reference_at_).count() * 65536 / 1'000'000'000);
      rtcp_.emplace_back(rtc::DelaySinceLastReference{.sender = kReporterSsrc, .blocks = {reference_}});
      reference_at_.reset();
    }
    report_at_ = now + kReportEvery;
  }
  send_rtcp(*transport_, rtcp_, outbox);
}

std::optional<Instant> Publisher::next_timeout() const {
  std::optional<Instant> next = feedback_at();
  if (transport_ != nullptr) next = earlier(next, transport_->next_timeout());
  for (const auto& publication : publications_) next = earlier(next, publication->demand.next_timeout());
  return next;
}

std::optional<Instant> Publisher::feedback_at() const {
  std::optional<Instant> next = earlier(report_at_, arrivals_.next_timeout());
  for (const auto& publication : publications_) {
    if (publication->media) next = earlier(next, publication->media->next_timeout());
  }
  return next;
}

}  // namespace kith::sfu

#include "sfu/subscriber.hpp"

#include <algorithm>

#include "base/deadline.hpp"
#include "sfu/demand.hpp"
#include "sfu/rtcp_sender.hpp"

namespace kith::sfu {
namespace {

/// What SRTP adds at most.
constexpr size_t kProtectionMax = 16;
/// Beyond any path's rate: larger words are cut down to it.
constexpr uint64_t kRateMax = 100'000'000'000;
constexpr uint32_t kAudioRate = 48'000;
constexpr uint32_t kVideoRate = 90'000;

}  // namespace

Subscriber::Subscriber(EngineContext& context, ParticipantId participant, const ParticipantOptions& options)
    : context_(context),
      participant_(participant),
      options_(options),
      // We offer, so of two full agents ours controls (RFC 8445 §6.1.1).
      transport_(rtc::PeerTransport::Options{.ice_role =
                                                 options.is_full_ice ? rtc::IceRole::kControlling : rtc::IceRole::kLite,
                                             .local = rtc::IceCredentials::make(context.random),
                                             .certificate = context.certificate},
                 context.random),
      data_(transport_) {}

rtc::Ssrc Subscriber::new_ssrc() {
  while (true) {
    const auto ssrc = static_cast<rtc::Ssrc>(context_.random.next_u64());
    if (ssrc > kReporterSsrc && find_by_ssrc(ssrc) == nullptr) return ssrc;
  }
}

void Subscriber::subscribe(Instant now, Publication& publication, const std::optional<TrackSettings>& settings) {
  const TrackState& track = publication.state;
  const bool is_audio = track.kind == MediaKind::kAudio;
  const bool strips_red = track.codec == Codec::kRed && !options_.can_receive_red;
  const Codec codec = strips_red ? Codec::kOpus : track.codec;
  const rtc::Ssrc ssrc = new_ssrc();
  SubscribedTrack::Options media{.published = *publication.media,
                                 .ssrc = ssrc,
                                 .rtx_ssrc = is_audio ? 0 : ssrc + 1,
                                 .payload_type = subscriber_payload_type(is_audio ? Codec::kOpus : codec),
                                 .rtx_payload_type = subscriber_rtx_type(codec).value_or(0),
                                 .red_payload_type = codec == Codec::kRed ? subscriber_payload_type(codec) : uint8_t{0},
                                 .rate_hz = is_audio ? kAudioRate : kVideoRate};
  auto& subscription =
      *subscriptions_.emplace_back(std::make_unique<Subscription>(publication, *this, media, context_.random));
  subscription.settings = settings;
  subscription.section = sections_.carry({.publisher_sid = publication.publisher_sid,
                                          .track_sid = track.sid,
                                          .codec = codec,
                                          .is_stereo = track.is_stereo,
                                          .ssrc = ssrc,
                                          .rtx_ssrc = media.rtx_ssrc});
  publication.subscriptions.push_back(&subscription);
  offers_.want(now);
}

void Subscriber::unsubscribe(Instant now, Subscription& subscription) {
  std::erase(subscription.publication.subscriptions, &subscription);
  sections_.release(subscription.section);
  if (transport_.outbound() != nullptr) {
    transport_.outbound()->retire(subscription.media.ssrc());
    transport_.outbound()->retire(subscription.media.rtx_ssrc());
  }
  std::erase_if(subscriptions_, [&](const auto& one) { return one.get() == &subscription; });
  offers_.want(now);
}

void Subscriber::set_settings(Instant now, Subscription& subscription, const TrackSettings& settings) {
  subscription.settings = settings;
  choose_at_ = now;
}

Subscription* Subscriber::find(const TrackSid& track) {
  const auto found =
      std::ranges::find_if(subscriptions_, [&](const auto& one) { return one->publication.state.sid == track; });
  return found == subscriptions_.end() ? nullptr : found->get();
}

Subscription* Subscriber::find_by_ssrc(rtc::Ssrc ssrc) {
  const auto found = std::ranges::find_if(
      subscriptions_, [&](const auto& one) { return one->media.ssrc() == ssrc || one->media.rtx_ssrc() == ssrc; });
  return found == subscriptions_.end() ? nullptr : found->get();
}

void Subscriber::make_offer(Instant now) {
  std::string sdp =
      sections_.offer(context_.local(transport_.local_credentials(), options_.is_full_ice), ++offer_version_);
  context_.events.emplace_back(
      SubscriberOffer{.participant = participant_, .sdp = std::move(sdp), .id = offers_.handle_offered(now)});
}

Result<> Subscriber::handle_answer(Instant now, std::string_view sdp, uint32_t id) {
  TRY(const auto answer, sections_.read_answer(sdp));
  if (!offers_.handle_answered(now, id)) return {};
  // Who answers "active" begins the handshake, so we are passive.
  const auto role = answer.transport.setup == rtc::SdpSetup::kActive ? rtc::DtlsRole::kPassive : rtc::DtlsRole::kActive;
  TRY_VOID(transport_.set_remote(answer.transport.ice, answer.transport.fingerprint, role));
  data_.open(now);
  accept(answer);
  return {};
}

void Subscriber::accept(const SubscriberAnswer& answer) {
  sections_.settle(answer);
  has_feedback_ = answer.has_transport_feedback;
  for (const auto& subscription : subscriptions_) {
    if (subscription->section >= answer.sections.size()) continue;
    subscription->is_accepted = answer.sections[subscription->section].is_receiving;
  }
}

void Subscriber::restart_ice(Instant now) {
  transport_.restart_ice(rtc::IceCredentials::make(context_.random));
  offers_.restart(now);
}

void Subscriber::handle_connected(Instant now, rtc::Outbox& outbox) {
  if (!report_at_) report_at_ = now + kReportEvery;
  start_accepted(now, outbox);
}

void Subscriber::start_accepted(Instant now, rtc::Outbox& outbox) {
  if (transport_.outbound() == nullptr) return;
  starting_.clear();
  for (const auto& subscription : subscriptions_) {
    if (subscription->is_started || !subscription->is_accepted) continue;
    if (has_feedback_ && !congestion_) congestion_.emplace(now);
    subscription->is_started = true;
    if (subscription->is_video()) {
      starting_.push_back(subscription.get());
    } else {
      subscription->media.set_target({.spatial = 0, .temporal = 0});
    }
  }
  if (starting_.empty()) return;
  choose_layers(now);
  for (Subscription* subscription : starting_) {
    if (!replay(now, *subscription, outbox)) want_key_frame(now, *subscription);
  }
}

/// What there is since the last key frame; false: none.
bool Subscriber::replay(Instant now, Subscription& subscription, rtc::Outbox& outbox) {
  OutgoingPacket scratch;
  const auto send_one = [&](OutgoingPacket& packet) { send(now, PacketKind::kKeyFrame, packet, outbox); };
  return subscription.media.replay(now, scratch, send_one);
}

void Subscriber::want_key_frame(Instant now, Subscription& subscription) {
  if (const auto spatial = subscription.media.awaited_key_frame()) {
    subscription.publication.media->want_key_frame(now, *spatial);
  }
}

Layer Subscriber::demand(const Subscription& subscription) const {
  return demanded_layer(subscription.publication.state, subscription.settings, options_.adaptive_stream);
}

VideoDemand Subscriber::video_demand(Instant now, const Subscription& subscription) const {
  const PublishedTrack& media = *subscription.publication.media;
  VideoDemand demand_now{.wanted = demand(subscription),
                         .is_screen_share = subscription.publication.is_screen(),
                         .may_pause = options_.may_pause,
                         .priority = subscription.settings ? subscription.settings->priority : 0,
                         .target = subscription.media.target(),
                         .is_new = !subscription.is_granted};
  for (size_t spatial = 0; spatial < kSpatialLayersMax; ++spatial) {
    for (size_t temporal = 0; temporal < kTemporalLayersMax; ++temporal) {
      const Layer layer{.spatial = static_cast<int8_t>(spatial), .temporal = static_cast<int8_t>(temporal)};
      if (media.is_alive(now, layer.spatial)) demand_now.rates[spatial][temporal] = media.rate(now, layer);
    }
  }
  if (!demand_now.wanted.is_none()) {
    const int8_t alive = media.alive_layer_near(now, demand_now.wanted.spatial);
    if (alive >= 0) demand_now.wanted.spatial = alive;
  }
  return demand_now;
}

void Subscriber::choose_layers(Instant now) {
  choose_at_.reset();
  demands_.clear();
  demanding_.clear();
  DataRate audio;
  for (const auto& subscription : subscriptions_) {
    if (!subscription->is_started) continue;
    if (!subscription->is_video()) {
      audio.bps += subscription->publication.media->rate(now, {.spatial = 0, .temporal = 0}).bps;
      continue;
    }
    choose_at_ = now + kChooseEvery;
    VideoDemand demand_now = video_demand(now, *subscription);
    const bool is_measured = demand_now.rates[0][0].bps + demand_now.rates[1][0].bps + demand_now.rates[2][0].bps > 0;
    if (congestion_ && is_measured) {
      demands_.push_back(demand_now);
      demanding_.push_back(subscription.get());
    } else {
      // Nothing is known of what it costs: it gets what it wants until it is.
      grant(now, *subscription, demand_now.wanted);
    }
  }
  if (!congestion_) return;
  shared_ = congestion_->estimate();
  allocator_.allocate(now, shared_, audio, demands_);
  congestion_->set_wanted(allocator_.wanted());
  for (size_t i = 0; i < demands_.size(); ++i) grant(now, *demanding_[i], demands_[i].target);
}

void Subscriber::grant(Instant now, Subscription& subscription, Layer layer) {
  if (layer != subscription.media.target()) subscription.media.set_target(layer);
  if (!layer.is_none()) subscription.is_granted = true;
  const bool is_paused = layer.is_none() && !demand(subscription).is_none();
  if (is_paused != subscription.is_paused) {
    subscription.is_paused = is_paused;
    context_.events.emplace_back(StreamStateChanged{.subscriber = participant_,
                                                    .publisher = subscription.publication.publisher,
                                                    .track = subscription.publication.state.sid,
                                                    .is_paused = is_paused});
  }
  want_key_frame(now, subscription);
}

void Subscriber::forward(Instant now, Subscription& subscription, const MediaPacket& packet, rtc::Outbox& outbox) {
  if (!subscription.is_started) return;
  OutgoingPacket out;
  if (!subscription.media.forward(packet, out)) {
    // The awaited key frame's first packet was lost and has just been repaired: all after it is here already.
    if (packet.is_late && packet.frame.is_key_frame) replay(now, subscription, outbox);
    return;
  }
  const PacketKind kind = !subscription.is_video()    ? PacketKind::kAudio
                          : packet.frame.is_key_frame ? PacketKind::kKeyFrame
                                                      : PacketKind::kVideo;
  send(now, kind, out, outbox);
}

void Subscriber::send(Instant now, PacketKind kind, OutgoingPacket& packet, rtc::Outbox& outbox) {
  if (congestion_) {
    if (!congestion_->try_send(now, kind)) {
      if (!congestion_->enqueue(now, kind, packet)) restart_videos(now);
      return;
    }
    packet.set_transport_sequence(congestion_->on_sent(now, packet.size()));
  }
  protect(packet.header(), packet.prefix(), packet.payload, outbox);
}

void Subscriber::restart_videos(Instant now) {
  for (const auto& subscription : subscriptions_) {
    if (!subscription->is_video() || !subscription->is_started) continue;
    subscription->media.break_off();
    want_key_frame(now, *subscription);
  }
}

void Subscriber::protect(rtc::Bytes header, rtc::Bytes prefix, rtc::Bytes payload, rtc::Outbox& outbox) {
  const auto& path = transport_.path();
  if (!path || transport_.outbound() == nullptr) return;
  const rtc::MutableBytes out = outbox.begin(header.size() + prefix.size() + payload.size() + kProtectionMax);
  const size_t size = transport_.outbound()->protect_rtp(header, prefix, payload, out);
  if (size != 0) outbox.commit(*path, size);
}

void Subscriber::send_waiting(Instant now, rtc::Outbox& outbox) {
  congestion_->handle_timeout(
      now,
      [&](QueuedPacket& packet) {
        packet.set_transport_sequence(congestion_->on_sent(now, packet.bytes.size()));
        protect(packet.header(), {}, packet.payload(), outbox);
      },
      [&] { return send_padding(now, outbox); });
}

size_t Subscriber::send_padding(Instant now, rtc::Outbox& outbox) {
  OutgoingPacket padding;
  for (const auto& subscription : subscriptions_) {
    if (!subscription->is_started || !subscription->media.make_padding(padding)) continue;
    padding.set_transport_sequence(congestion_->on_sent(now, padding.size()));
    protect(padding.header(), padding.prefix(), padding.payload, outbox);
    return padding.size();
  }
  return 0;
}

void Subscriber::handle_rtcp(Instant now, rtc::Bytes datagram, rtc::Outbox& outbox) {
  rtcp_.clear();
  rtc::parse_rtcp(datagram, rtcp_);
  for (const rtc::RtcpPacket& packet : rtcp_) {
    if (const auto* nack = std::get_if<rtc::Nack>(&packet)) {
      handle_nack(now, *nack, outbox);
    } else if (const auto* loss = std::get_if<rtc::PictureLossIndication>(&packet)) {
      handle_picture_loss(now, loss->media);
    } else if (const auto* request = std::get_if<rtc::FullIntraRequest>(&packet)) {
      handle_picture_loss(now, request->media);
    } else if (const auto* feedback = std::get_if<rtc::TransportFeedback>(&packet)) {
      if (!congestion_) continue;
      congestion_->handle_feedback(now, *feedback);
      // Less room is acted upon at once, more when there is time.
      if (congestion_->estimate().bps < shared_.bps * 85 / 100) choose_at_ = now;
    } else if (const auto* remb = std::get_if<rtc::ReceiverEstimatedMaxBitrate>(&packet)) {
      if (congestion_) congestion_->handle_remb(now, {static_cast<int64_t>(std::min(remb->bits_per_second, kRateMax))});
    } else if (const auto* report = std::get_if<rtc::ReceiverReport>(&packet)) {
      for (const rtc::ReportBlock& block : report->blocks) handle_report_block(now, block);
    }
  }
}

void Subscriber::handle_nack(Instant now, const rtc::Nack& nack, rtc::Outbox& outbox) {
  Subscription* subscription = find_by_ssrc(nack.media);
  if (subscription == nullptr || transport_.outbound() == nullptr) return;
  OutgoingPacket scratch;
  const auto send_one = [&](OutgoingPacket& packet) { send(now, PacketKind::kRetransmission, packet, outbox); };
  subscription->media.answer_nack(now, nack, rtt_, scratch, send_one);
}

void Subscriber::handle_picture_loss(Instant now, rtc::Ssrc ssrc) {
  Subscription* subscription = find_by_ssrc(ssrc);
  if (subscription == nullptr) return;
  if (const auto spatial = subscription->media.handle_picture_loss(now, rtt_)) {
    subscription->publication.media->want_key_frame(now, *spatial);
  }
}

void Subscriber::handle_report_block(Instant now, const rtc::ReportBlock& block) {
  constexpr double kWeight = 0.25;  // of the newest report: about the last ten seconds count
  loss_ += kWeight * (block.fraction_lost / 256.0 - loss_);
  if (congestion_) congestion_->handle_receiver_report(now, block.fraction_lost);
  if (block.last_sender_report == 0) return;
  // RFC 3550 §6.4.1: round trip = now − LSR − DLSR, in 1/65536 s.
  const uint32_t round_trip = rtc::ntp_middle(ntp_at(now)) - block.last_sender_report - block.delay_since;
  const auto rtt = Duration(int64_t{round_trip} * 1'000'000'000 / 65536);
  if (rtt < std::chrono::seconds(10)) rtt_ = std::max<Duration>(rtt, std::chrono::milliseconds(1));
}

void Subscriber::send_reports(Instant now, rtc::Outbox& outbox) {
  rtcp_.clear();
  for (const auto& subscription : subscriptions_) {
    if (!subscription->is_started) continue;
    const auto report = subscription->media.sender_report(now, ntp_at(now), *subscription->publication.clock);
    if (!report) continue;
    rtcp_.emplace_back(*report);
    rtcp_.emplace_back(
        rtc::SourceDescription{.ssrc = report->sender, .cname = subscription->publication.publisher_sid});
  }
  send_rtcp(transport_, rtcp_, outbox);
}

void Subscriber::handle_due(Instant now, rtc::Outbox& outbox) {
  if (offers_.is_due(now)) make_offer(now);
  if (transport_.state() == rtc::TransportState::kConnected) start_accepted(now, outbox);
  if (choose_at_ && *choose_at_ <= now) choose_layers(now);
  if (report_at_ && *report_at_ <= now) {
    send_reports(now, outbox);
    report_at_ = now + kReportEvery;
  }
  if (congestion_) {
    const auto due = congestion_->next_timeout();
    if (due && *due <= now) send_waiting(now, outbox);
  }
  transport_.flush_data(now, outbox);
}

std::optional<Instant> Subscriber::next_timeout() const {
  std::optional<Instant> next = transport_.next_timeout();
  const auto congestion_at = congestion_ ? congestion_->next_timeout() : std::nullopt;
  for (const auto& at : {offers_.next_timeout(), choose_at_, report_at_, congestion_at}) {
    next = earlier(next, at);
  }
  return next;
}

}  // namespace kith::sfu

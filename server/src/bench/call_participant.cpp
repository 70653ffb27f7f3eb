#include "bench/call_participant.hpp"

#include <algorithm>

#include "bench/sample_media.hpp"

namespace kith::bench {
namespace {

constexpr size_t kRtpHeaderSize = 12;
constexpr uint8_t kOpus = 111;
constexpr uint8_t kVp8 = 96;
constexpr const char* kTrack = "load";
/// The server gives up a participant who is silent for three times as long.
constexpr Duration kPingEvery = std::chrono::seconds(5);
/// How often somebody who sends nothing is looked at.
constexpr Duration kLookEvery = std::chrono::milliseconds(100);
/// Publishers do not all begin at one moment.
constexpr uint64_t kPhases = 1000;

bool asks_for_congestion_control(const std::string& feedback) {
  return feedback == "transport-cc" || feedback == "goog-remb";
}

bool is_arrival_extension(const rtc::SdpExtension& extension) {
  return extension.uri == rtc::uri_of(rtc::RtpExtension::kTransportSequence);
}

/// Our answer to an offer of tracks: everything is received, and nothing is asked for again, so that what is lost is
/// seen. Without reports of arrivals the server sends what there is.
rtc::SessionDescription answer_to(const rtc::SessionDescription& offer, const CallConnection& connection,
                                  bool reports_arrivals) {
  rtc::SessionDescription answer = offer;
  answer.ice_lite = false;
  for (rtc::SdpMedia& media : answer.media) {
    connection.describe(media, rtc::SdpSetup::kActive);
    media.sources.clear();
    media.source_groups.clear();
    media.msid.clear();
    std::erase_if(media.codecs, [](const rtc::SdpCodec& codec) { return codec.name != "VP8" && codec.name != "opus"; });
    std::erase_if(media.extensions, [&](const rtc::SdpExtension& extension) {
      return !reports_arrivals || !is_arrival_extension(extension);
    });
    for (rtc::SdpCodec& codec : media.codecs) {
      if (!reports_arrivals) std::erase_if(codec.feedback, asks_for_congestion_control);
    }
    if (media.direction == rtc::SdpDirection::kSendOnly) media.direction = rtc::SdpDirection::kRecvOnly;
  }
  return answer;
}

}  // namespace

void CallCrowd::fail_with(const std::string& what) {
  if (errors++ == 0) error = what;
}

Result<std::shared_ptr<CallParticipant>> CallParticipant::create(CallCrowd& crowd, std::string target, bool publishes) {
  std::shared_ptr<CallParticipant> participant(new CallParticipant(crowd, std::move(target), publishes));
  CallParticipant* const self = participant.get();
  net::Reactor& reactor = crowd.loop.reactor();
  TRY(participant->subscriber_,
      CallConnection::create(reactor, crowd.sockets, crowd.certificate, crowd.random,
                             [self](Instant now, const rtc::RtpPacket& packet) { self->hear(now, packet); }));
  if (publishes) {
    TRY(participant->publisher_, CallConnection::create(reactor, crowd.sockets, crowd.certificate, crowd.random,
                                                        [](Instant, const rtc::RtpPacket&) {}));
  }
  return participant;
}

CallParticipant::CallParticipant(CallCrowd& crowd, std::string target, bool publishes)
    : crowd_(crowd),
      target_(std::move(target)),
      publishes_(publishes),
      first_sequence_(static_cast<uint16_t>(crowd.random.below(1 << 15))),
      ssrc_(static_cast<rtc::Ssrc>(crowd.random.next_u64())),
      payload_(crowd.track.bytes - kRtpHeaderSize) {}

void CallParticipant::connect() {
  crowd_.loop.connector().connect(
      crowd_.loop.options(), target_, {},
      [self = shared_from_this()](net::WebSocket& socket) -> std::shared_ptr<net::SocketHandler> {
        if (self->is_leaving_) return nullptr;
        self->socket_ = &socket;
        return self;
      },
      [self = shared_from_this()](const Error& error) {
        if (!self->is_leaving_) self->crowd_.fail_with(error.message);
      });
}

void CallParticipant::leave() {
  livekit::SignalRequest request;
  request.mutable_leave()->set_reason(livekit::CLIENT_INITIATED);
  send(request);
  drop();
}

void CallParticipant::drop() {
  is_leaving_ = true;
  if (socket_ != nullptr) socket_->close(net::CloseCode::kNormal);
  subscriber_.reset();
  publisher_.reset();
}

bool CallParticipant::is_connected() const {
  return subscriber_->is_connected() && (!publishes_ || publisher_->is_connected());
}

void CallParticipant::on_message(std::string_view payload, bool) {
  livekit::SignalResponse response;
  if (!response.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    crowd_.fail_with("A message of the signalling is malformed.");
    return;
  }
  if (const Result<> handled = handle(response); !handled) crowd_.fail_with(handled.error().message);
}

void CallParticipant::on_closed(net::CloseCode) {
  socket_ = nullptr;
  if (!is_leaving_) crowd_.fail_with("The server closed a signalling socket.");
}

void CallParticipant::send(const livekit::SignalRequest& request) {
  if (socket_ != nullptr) socket_->send(net::Opcode::kBinary, request.SerializeAsString());
}

Result<> CallParticipant::handle(const livekit::SignalResponse& response) {
  switch (response.message_case()) {
    case livekit::SignalResponse::kJoin:
      next_ping_ = crowd_.loop.reactor().now() + kPingEvery;
      if (publishes_) announce_track();
      return {};
    case livekit::SignalResponse::kOffer:
      return handle_offer(response.offer());
    case livekit::SignalResponse::kTrackPublished:
      offer_track();
      return {};
    case livekit::SignalResponse::kAnswer: {
      TRY(const auto answer, rtc::SessionDescription::parse(response.answer().sdp()));
      return publisher_->set_remote(answer);
    }
    case livekit::SignalResponse::kLeave:
      return fail(Reason::kNotAllowed, "The server sent a participant away: " +
                                           livekit::DisconnectReason_Name(response.leave().reason()) + ".");
    default:
      return {};
  }
}

Result<> CallParticipant::handle_offer(const livekit::SessionDescription& offer) {
  TRY(const auto description, rtc::SessionDescription::parse(offer.sdp()));
  TRY_VOID(subscriber_->set_remote(description));
  for (const rtc::SdpMedia& media : description.media) {
    const auto found = std::ranges::find_if(media.extensions, is_arrival_extension);
    if (crowd_.reports_arrivals && found != media.extensions.end()) {
      subscriber_->report_arrivals(static_cast<uint8_t>(found->id));
    }
  }
  livekit::SignalRequest request;
  livekit::SessionDescription& answer = *request.mutable_answer();
  answer.set_type("answer");
  answer.set_sdp(answer_to(description, *subscriber_, crowd_.reports_arrivals).serialize());
  answer.set_id(offer.id());
  send(request);
  return {};
}

void CallParticipant::announce_track() {
  livekit::SignalRequest request;
  livekit::AddTrackRequest& track = *request.mutable_add_track();
  track.set_cid(kTrack);
  track.set_name(kTrack);
  track.set_disable_red(true);
  if (crowd_.track.kind == sfu::MediaKind::kAudio) {
    track.set_type(livekit::AUDIO);
    track.set_source(livekit::MICROPHONE);
  } else {
    track.set_type(livekit::VIDEO);
    track.set_source(livekit::CAMERA);
    track.set_width(1280);
    track.set_height(720);
  }
  send(request);
}

void CallParticipant::offer_track() {
  const bool is_audio = crowd_.track.kind == sfu::MediaKind::kAudio;
  rtc::SdpMedia media{.kind = is_audio ? "audio" : "video",
                      .protocol = "UDP/TLS/RTP/SAVPF",
                      .mid = "0",
                      .direction = rtc::SdpDirection::kSendOnly,
                      .rtcp_mux = true,
                      .rtcp_reduced_size = true,
                      .codecs = {},
                      .msid = std::string("- ") + kTrack};
  media.codecs.push_back(
      is_audio ? rtc::SdpCodec{.payload_type = kOpus, .name = "opus", .clock_rate = 48'000, .channels = 2}
               : rtc::SdpCodec{.payload_type = kVp8, .name = "VP8", .clock_rate = 90'000, .feedback = {"nack pli"}});
  media.sources.push_back({.ssrc = ssrc_, .cname = kTrack, .msid = media.msid});
  publisher_->describe(media, rtc::SdpSetup::kActPass);
  const rtc::SessionDescription description{.session_id = 1, .session_version = 1, .bundle = {"0"}, .media = {media}};
  livekit::SignalRequest request;
  livekit::SessionDescription& offer = *request.mutable_offer();
  offer.set_type("offer");
  offer.set_sdp(description.serialize());
  offer.set_id(1);
  send(request);
}

Instant CallParticipant::tick(Instant now) {
  if (socket_ != nullptr && next_ping_ != Instant() && now >= next_ping_) {
    next_ping_ = now + kPingEvery;
    livekit::SignalRequest request;
    request.mutable_ping_req()->set_timestamp(1);
    send(request);
  }
  if (!publishes_ || now < crowd_.media_from || !publisher_->is_connected()) return now + kLookEvery;
  const TrackPlan& track = crowd_.track;
  const Duration burst_every = Duration(std::chrono::seconds(1)) * track.burst / track.packets_per_second;
  if (begun_ == Instant()) begun_ = now + burst_every * static_cast<int64_t>(crowd_.random.below(kPhases)) / kPhases;
  if (now < begun_) return begun_;
  const auto bursts = (now - begun_) / burst_every + 1;
  while (packets_ < static_cast<uint64_t>(bursts) * track.burst) send_packet(now);
  return begun_ + bursts * burst_every;
}

void CallParticipant::send_packet(Instant now) {
  const TrackPlan& track = crowd_.track;
  const bool is_audio = track.kind == sfu::MediaKind::kAudio;
  const uint64_t clock_rate = is_audio ? 48'000 : 90'000;
  SampleMedia{.number = packets_, .sent = now}.write(track.kind, payload_);
  const rtc::RtpHeader header{.payload_type = is_audio ? kOpus : kVp8,
                              .marker = !is_audio,
                              .sequence = static_cast<uint16_t>(first_sequence_ + packets_),
                              .timestamp = static_cast<uint32_t>(packets_ * clock_rate / track.packets_per_second),
                              .ssrc = ssrc_};
  ++packets_;
  if (publisher_->send_rtp(header, payload_) && crowd_.is_measured(now)) ++crowd_.sent;
}

void CallParticipant::hear(Instant now, const rtc::RtpPacket& packet) {
  if (packet.payload.empty()) return;  // padding that probes the bandwidth
  const std::optional<SampleMedia> sample = SampleMedia::check(packet.payload);
  if (!sample) {
    ++crowd_.damaged;
    return;
  }
  const auto [newest, is_first] = heard_.try_emplace(packet.ssrc, sample->number);
  if (!is_first && sample->number <= newest->second) ++crowd_.repeated;
  newest->second = std::max(newest->second, sample->number);
  if (!crowd_.is_measured(sample->sent)) return;
  ++crowd_.received;
  crowd_.delays.add(now - sample->sent);
}

}  // namespace kith::bench

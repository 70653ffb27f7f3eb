#include "sfu/media_engine.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/deadline.hpp"
#include "rtc/stun.hpp"
#include "sfu/call.hpp"
#include "sfu/routes.hpp"
#include "sfu/schedule.hpp"

namespace kith::sfu {
namespace {

/// A connection that was lost for so long is given up.
constexpr std::chrono::seconds kGivenUpAfter{8};
/// A participant is looked at no more often than this without anything happening to it.
constexpr std::chrono::milliseconds kSoonest{1};

/// How often a call's speakers are looked at, and after how many looks its connections.
constexpr std::chrono::milliseconds kPulse{400};
constexpr uint64_t kPulsesPerQuality = 12;

/// Null before a publisher's first offer.
rtc::PeerTransport* transport_of(const Route& route) {
  Participant& participant = *route.participant;
  return route.role == PeerRole::kPublisher ? participant.publisher.transport() : &participant.subscriber.transport();
}

Error no_participant() { return {.reason = Reason::kNotMember, .message = "No such participant."}; }

}  // namespace

struct MediaEngine::State {
  State(Options engine_options, Random& engine_random)
      : options(std::move(engine_options)),
        context{.certificate = options.certificate,
                .candidates = options.candidates,
                .random = engine_random,
                .events = events} {}

  Participant* find(ParticipantId id) {
    const auto found = participants.find(id);
    return found == participants.end() ? nullptr : found->second;
  }
  /// What this pass changed of a participant is finished at its end.
  void touch(Participant& participant) {
    if (participant.is_touched) return;
    participant.is_touched = true;
    touched.push_back(&participant);
  }
  /// A participant will have something to do at `at`.
  void wake(Instant now, Participant& participant, std::optional<Instant> at) {
    if (!at || *at >= participant.wake_at) return;
    if (*at <= now) return touch(participant);
    participant.wake_at = *at;
    schedule.set(participant.id, *at);
  }
  void touch_all(Call& call) {
    for (const auto& participant : call.participants()) touch(*participant);
  }
  void add_names(Participant& participant) {
    routes.add_name(participant.subscriber.transport().local_credentials().ufrag,
                    {.participant = &participant, .role = PeerRole::kSubscriber});
    if (const rtc::PeerTransport* transport = participant.publisher.transport()) {
      routes.add_name(transport->local_credentials().ufrag,
                      {.participant = &participant, .role = PeerRole::kPublisher});
    }
  }

  std::optional<Route> route_of(const rtc::Path& path, rtc::Bytes datagram) const;
  void handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram, rtc::Outbox& outbox);
  void forward_rtp(Instant now, Participant& participant, rtc::Bytes bytes, rtc::Outbox& outbox);
  void take_data(Participant& participant);
  void finish(Instant now, Participant& participant, rtc::Outbox& outbox);
  void update_connectivity(Instant now, Participant& participant, rtc::Outbox& outbox);
  void tell(Participant& participant, ConnectivityChanged::State state);
  void leave(Instant now, Participant& participant, rtc::Outbox& outbox);
  void handle_pulse(Instant now);

  const Options options;
  std::vector<Event> events;
  EngineContext context;
  std::unordered_map<CallId, std::unique_ptr<Call>> calls;
  std::unordered_map<ParticipantId, Participant*> participants;
  Routes routes;
  Schedule schedule;
  std::vector<Participant*> touched;
  std::optional<Instant> pulse_at;  ///< set while anybody is in a call
  uint64_t pulses = 0;
  uint64_t last_call = 0;
  uint64_t last_participant = 0;
};

std::optional<Route> MediaEngine::State::route_of(const rtc::Path& path, rtc::Bytes datagram) const {
  if (rtc::is_stun(datagram)) {
    // By name even on a known path: a client may use one port for a connection after another.
    if (const auto route = routes.find_by_name(rtc::stun_local_ufrag(datagram))) return route;
  }
  return routes.find(path);
}

void MediaEngine::State::handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram,
                                         rtc::Outbox& outbox) {
  const auto route = route_of(path, datagram);
  if (!route) return;
  Participant& participant = *route->participant;
  rtc::PeerTransport* transport = transport_of(*route);
  if (transport == nullptr) return;
  const bool is_stun = rtc::is_stun(datagram);
  const rtc::PeerTransport::Output output = transport->handle_datagram(now, path, datagram, outbox);
  if (is_stun && transport->knows(path)) routes.add_path(path, *route);
  const bool is_publisher = route->role == PeerRole::kPublisher;
  if (output.kind == rtc::Received::kRtp) {
    // By far the most datagrams: they change nothing but what the publisher is told of its media, and when.
    if (!is_publisher) return;
    forward_rtp(now, participant, output.bytes, outbox);
    wake(now, participant, participant.publisher.feedback_at());
    return;
  }
  if (output.kind == rtc::Received::kRtcp && is_publisher) {
    participant.publisher.handle_rtcp(now, output.bytes);
  } else if (output.kind == rtc::Received::kRtcp) {
    participant.subscriber.handle_rtcp(now, output.bytes, outbox);
  }
  touch(participant);
}

/// The way of one packet: parsed · counted, repaired and understood by its track · chosen, rewritten, protected and put
/// into the outbox for each subscriber.
void MediaEngine::State::forward_rtp(Instant now, Participant& participant, rtc::Bytes bytes, rtc::Outbox& outbox) {
  const auto packet = rtc::RtpPacket::parse(bytes);
  if (!packet) return;
  const auto [publication, received] = participant.publisher.receive(now, *packet, bytes.size());
  if (received == nullptr) return;
  if (!publication->is_announced) {
    participant.call.announce(now, *publication);
    touch_all(participant.call);
  }
  for (Subscription* subscription : publication->subscriptions) {
    Subscriber& subscriber = subscription->subscriber;
    subscriber.forward(now, *subscription, *received, outbox);
    if (const auto paced_at = subscriber.paced_at()) wake(now, *find(subscriber.participant()), paced_at);
  }
}

void MediaEngine::State::take_data(Participant& participant) {
  rtc::PeerTransport* transport = participant.publisher.transport();
  if (transport == nullptr || transport->data() == nullptr) return;
  for (rtc::ChannelEvent& event : transport->data()->take_events()) {
    if (const auto* opened = std::get_if<rtc::ChannelOpened>(&event)) {
      if (const auto channel = data_channel_of(opened->options.label)) {
        participant.data_channels[opened->channel] = *channel;
      }
    } else if (auto* message = std::get_if<rtc::MessageReceived>(&event)) {
      const auto channel = participant.data_channels.find(message->channel);
      if (channel == participant.data_channels.end()) continue;
      events.emplace_back(DataReceived{
          .participant = participant.id, .channel = channel->second, .message = std::move(message->message)});
    } else if (const auto* closed = std::get_if<rtc::ChannelClosed>(&event)) {
      participant.data_channels.erase(closed->channel);
    }
  }
}

void MediaEngine::State::tell(Participant& participant, ConnectivityChanged::State state) {
  participant.connectivity = state;
  events.emplace_back(ConnectivityChanged{.participant = participant.id, .state = state});
}

void MediaEngine::State::update_connectivity(Instant now, Participant& participant, rtc::Outbox& outbox) {
  using Told = ConnectivityChanged::State;
  const rtc::PeerTransport* primary = participant.primary();
  const rtc::TransportState state = primary == nullptr ? rtc::TransportState::kNew : primary->state();
  const bool is_up = state == rtc::TransportState::kConnected;
  const bool was_up = participant.connectivity == Told::kActive || participant.connectivity == Told::kReconnected;
  if (is_up && !was_up) {
    participant.down_since.reset();
    tell(participant, participant.connectivity ? Told::kReconnected : Told::kActive);
    participant.subscriber.handle_connected(now, outbox);
  } else if (!is_up && was_up) {
    participant.down_since = now;
    tell(participant, Told::kDisconnected);
  }
  const bool has_failed = state == rtc::TransportState::kFailed || participant.subscriber.is_answer_overdue(now) ||
                          (participant.down_since && now >= *participant.down_since + kGivenUpAfter);
  if (has_failed && participant.connectivity != Told::kFailed) {
    participant.down_since.reset();
    tell(participant, Told::kFailed);
  }
}

void MediaEngine::State::finish(Instant now, Participant& participant, rtc::Outbox& outbox) {
  participant.is_touched = false;
  rtc::PeerTransport* publishing = participant.publisher.transport();
  const auto is_due = [&](const rtc::PeerTransport& transport) {
    const auto at = transport.next_timeout();
    return at && *at <= now;
  };
  if (publishing != nullptr && is_due(*publishing)) publishing->handle_timeout(now, outbox);
  if (is_due(participant.subscriber.transport())) participant.subscriber.transport().handle_timeout(now, outbox);
  take_data(participant);
  update_connectivity(now, participant, outbox);
  participant.subscriber.handle_due(now, outbox);
  participant.publisher.send_feedback(now, outbox);
  participant.call.tell_demand(now, participant);
  if (publishing != nullptr) publishing->flush_data(now, outbox);

  std::optional<Instant> next = earlier(participant.publisher.next_timeout(), participant.subscriber.next_timeout());
  if (participant.down_since) next = earlier(next, *participant.down_since + kGivenUpAfter);
  // What is due already waits for something else to happen first; it is looked at again soon, not at once.
  if (next) wake(now, participant, std::max(*next, now + kSoonest));
}

void MediaEngine::State::leave(Instant now, Participant& participant, rtc::Outbox& outbox) {
  Call& call = participant.call;
  if (participant.publisher.transport() != nullptr) participant.publisher.transport()->close(now, outbox);
  participant.subscriber.transport().close(now, outbox);
  routes.remove(participant);
  schedule.remove(participant.id);
  participants.erase(participant.id);
  std::erase(touched, &participant);
  call.remove(now, participant);
  touch_all(call);
}

void MediaEngine::State::handle_pulse(Instant now) {
  if (!pulse_at || *pulse_at > now) return;
  pulse_at = participants.empty() ? std::nullopt : std::optional(now + kPulse);
  ++pulses;
  for (const auto& [id, call] : calls) {
    call->tell_speakers(now);
    if (pulses % kPulsesPerQuality == 0) call->tell_quality(now);
  }
}

MediaEngine::MediaEngine(Options options, Random& random)
    : state_(std::make_unique<State>(std::move(options), random)) {}

MediaEngine::~MediaEngine() = default;

CallId MediaEngine::create_call() {
  const CallId id{++state_->last_call};
  state_->calls.emplace(id, std::make_unique<Call>(state_->context, id));
  return id;
}

void MediaEngine::end_call(Instant now, CallId call, rtc::Outbox& outbox) {
  const auto found = state_->calls.find(call);
  if (found == state_->calls.end()) return;
  const size_t told = state_->events.size();
  while (!found->second->participants().empty()) {
    state_->leave(now, *found->second->participants().front(), outbox);
  }
  state_->events.resize(told);
  state_->calls.erase(found);
}

ParticipantId MediaEngine::join(Instant now, CallId call, ParticipantOptions options) {
  const auto found = state_->calls.find(call);
  if (found == state_->calls.end()) return ParticipantId::kNone;
  const ParticipantId id{++state_->last_participant};
  Participant& participant = found->second->add(now, id, std::move(options));
  state_->participants.emplace(id, &participant);
  if (!state_->pulse_at) state_->pulse_at = now + kPulse;
  state_->add_names(participant);
  state_->touch(participant);
  return id;
}

void MediaEngine::leave(Instant now, ParticipantId id, rtc::Outbox& outbox) {
  if (Participant* participant = state_->find(id)) state_->leave(now, *participant, outbox);
}

Result<std::string> MediaEngine::handle_offer(Instant now, ParticipantId id, std::string_view sdp) {
  Participant* participant = state_->find(id);
  if (participant == nullptr) return std::unexpected(no_participant());
  Publisher::Changes changes;
  auto answer = participant->publisher.handle_offer(sdp, changes);
  state_->add_names(*participant);
  participant->call.apply(now, *participant, changes);
  state_->touch_all(participant->call);
  return answer;
}

Result<> MediaEngine::handle_answer(Instant now, ParticipantId id, std::string_view sdp, uint32_t offer) {
  Participant* participant = state_->find(id);
  if (participant == nullptr) return std::unexpected(no_participant());
  state_->touch(*participant);
  return participant->subscriber.handle_answer(now, sdp, offer);
}

void MediaEngine::restart_ice(Instant now, ParticipantId id) {
  Participant* participant = state_->find(id);
  if (participant == nullptr) return;
  participant->subscriber.restart_ice(now);
  state_->add_names(*participant);
  state_->touch(*participant);
}

Result<TrackState> MediaEngine::add_track(Instant now, ParticipantId id, const TrackRequest& request) {
  Participant* participant = state_->find(id);
  if (participant == nullptr) return std::unexpected(no_participant());
  if (!participant->options.permissions.may_publish(request.source)) {
    return fail(Reason::kNotAllowed, "This participant may not publish that.");
  }
  Publisher::Changes changes;
  auto track = participant->publisher.add_track(request, changes);
  participant->call.apply(now, *participant, changes);
  state_->touch_all(participant->call);
  return track;
}

void MediaEngine::remove_track(Instant now, ParticipantId id, const TrackSid& track) {
  Participant* participant = state_->find(id);
  if (participant == nullptr) return;
  participant->call.unpublish(now, *participant, track);
  state_->touch_all(participant->call);
}

bool MediaEngine::set_muted(Instant now, ParticipantId id, const TrackSid& track, bool is_muted) {
  Participant* participant = state_->find(id);
  Publication* publication = participant == nullptr ? nullptr : participant->publisher.find(track);
  if (publication == nullptr) return false;
  publication->state.is_muted = is_muted;
  if (publication->media) {
    publication->media->set_muted(is_muted);
    if (is_muted) participant->call.announce(now, *publication);
    state_->touch_all(participant->call);
  }
  return true;
}

std::vector<TrackState> MediaEngine::tracks(ParticipantId id) const {
  std::vector<TrackState> tracks;
  if (const Participant* participant = state_->find(id)) {
    for (const auto& publication : participant->publisher.publications()) tracks.push_back(publication->state);
  }
  return tracks;
}

void MediaEngine::set_subscribed(Instant now, ParticipantId id, const TrackSid& track, bool is_subscribed) {
  Participant* participant = state_->find(id);
  if (participant == nullptr) return;
  participant->wishes.set_subscribed(now, track, is_subscribed);
  participant->call.reconcile_track(now, *participant, track);
  state_->touch_all(participant->call);
}

void MediaEngine::set_track_settings(Instant now, ParticipantId id, const TrackSid& track,
                                     const TrackSettings& settings) {
  Participant* participant = state_->find(id);
  if (participant == nullptr) return;
  participant->wishes.set_settings(now, track, settings);
  if (Subscription* subscription = participant->subscriber.find(track)) {
    participant->subscriber.set_settings(now, *subscription, settings);
    participant->call.update_demand(now, subscription->publication);
    if (Participant* publisher = state_->find(subscription->publication.publisher)) state_->touch(*publisher);
  }
  state_->touch(*participant);
}

void MediaEngine::set_subscription_permission(Instant now, ParticipantId id, const SubscriptionPermission& permission) {
  Participant* publisher = state_->find(id);
  if (publisher == nullptr) return;
  const SubscriptionPermission before = std::exchange(publisher->permission, permission);
  for (const auto& publication : publisher->publisher.publications()) {
    for (const auto& subscriber : publisher->call.participants()) {
      const TrackSid& track = publication->state.sid;
      const bool is_allowed = is_permitted(permission, subscriber->options.sid, track);
      if (subscriber->id == id || is_allowed == is_permitted(before, subscriber->options.sid, track)) continue;
      state_->events.emplace_back(
          SubscriptionAllowed{.subscriber = subscriber->id, .publisher = id, .track = track, .is_allowed = is_allowed});
    }
  }
  publisher->call.reconcile_publisher(now, *publisher);
  state_->touch_all(publisher->call);
}

void MediaEngine::set_permissions(Instant now, ParticipantId id, const Permissions& permissions) {
  Participant* participant = state_->find(id);
  if (participant == nullptr) return;
  participant->options.permissions = permissions;
  std::vector<TrackSid> forbidden;
  for (const auto& publication : participant->publisher.publications()) {
    if (!permissions.may_publish(publication->state.source)) forbidden.push_back(publication->state.sid);
  }
  for (const TrackSid& track : forbidden) participant->call.unpublish(now, *participant, track);
  participant->call.reconcile_subscriber(now, *participant);
  state_->touch_all(participant->call);
}

bool MediaEngine::send_data(Instant now, ParticipantId id, DataChannel channel, std::string_view message) {
  Participant* participant = state_->find(id);
  if (participant == nullptr) return true;
  state_->touch(*participant);
  return participant->subscriber.send_data(now, channel, message);
}

void MediaEngine::handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram, rtc::Outbox& outbox) {
  state_->handle_datagram(now, path, datagram, outbox);
}

void MediaEngine::finish_pass(Instant now, rtc::Outbox& outbox) {
  // Finishing one participant may touch others: they are finished in the same pass.
  while (!state_->touched.empty()) {
    Participant* participant = state_->touched.back();
    state_->touched.pop_back();
    state_->finish(now, *participant, outbox);
  }
}

std::optional<Instant> MediaEngine::next_timeout() const {
  if (!state_->touched.empty()) return Instant{};  // a command came after the pass was finished
  return earlier(state_->schedule.next(), state_->pulse_at);
}

void MediaEngine::handle_timeout(Instant now, rtc::Outbox& outbox) {
  while (const auto due = state_->schedule.take_due(now)) {
    Participant* participant = state_->find(*due);
    if (participant == nullptr) continue;
    participant->wake_at = Instant::max();
    state_->touch(*participant);
  }
  state_->handle_pulse(now);
  finish_pass(now, outbox);
}

void MediaEngine::forget_path(const rtc::Path& path) {
  const auto route = state_->routes.find(path);
  if (!route) return;
  if (rtc::PeerTransport* transport = transport_of(*route)) transport->forget_path(path);
  state_->routes.remove_path(path);
  state_->touch(*route->participant);
}

std::vector<Event> MediaEngine::take_events() { return std::exchange(state_->events, {}); }

}  // namespace kith::sfu

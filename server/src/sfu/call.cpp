#include "sfu/call.hpp"

#include <algorithm>

#include "sfu/demand.hpp"

namespace kith::sfu {

Participant& Call::add(Instant now, ParticipantId id, ParticipantOptions options) {
  Participant& participant =
      *participants_.emplace_back(std::make_unique<Participant>(context_, id, *this, std::move(options)));
  reconcile_subscriber(now, participant);
  participant.subscriber.want_offer(now);
  return participant;
}

void Call::remove(Instant now, Participant& participant) {
  while (!participant.publisher.publications().empty()) {
    unpublish(now, participant, participant.publisher.publications().front()->state.sid);
  }
  while (!participant.subscriber.subscriptions().empty()) {
    Subscription& subscription = *participant.subscriber.subscriptions().front();
    Publication& publication = subscription.publication;
    participant.subscriber.unsubscribe(now, subscription);
    update_demand(now, publication);
  }
  std::erase_if(participants_, [&](const auto& one) { return one.get() == &participant; });
}

void Call::apply(Instant now, Participant& publisher, const Publisher::Changes& changes) {
  for (const TrackSid& track : changes.ended) unpublish(now, publisher, track);
  for (Publication* publication : changes.bound) {
    // A picture is told when there is one; sound and what is muted may be silent for long.
    const bool is_told_now = publication->state.kind == MediaKind::kAudio || publication->state.is_muted;
    if (is_told_now) announce(now, *publication);
  }
}

void Call::announce(Instant now, Publication& publication) {
  if (publication.is_announced) return;
  publication.is_announced = true;
  context_.events.emplace_back(TrackPublished{.publisher = publication.publisher, .track = publication.state});
  for (const auto& publisher : participants_) {
    if (publisher->id != publication.publisher) continue;
    for (const auto& subscriber : participants_) reconcile(now, *subscriber, *publisher, publication);
  }
  update_demand(now, publication);
}

void Call::unpublish(Instant now, Participant& publisher, const TrackSid& track) {
  const auto publication = publisher.publisher.take(track);
  if (publication == nullptr) return;
  while (!publication->subscriptions.empty()) {
    Subscription& subscription = *publication->subscriptions.back();
    subscription.subscriber.unsubscribe(now, subscription);
  }
  for (const auto& participant : participants_) participant->wishes.forget(track);
  if (publication->is_announced) {
    context_.events.emplace_back(TrackUnpublished{.publisher = publisher.id, .track = track});
  }
}

void Call::reconcile(Instant now, Participant& subscriber, Participant& publisher, Publication& publication) {
  if (subscriber.id == publisher.id || !publication.is_announced) return;
  const TrackSid& track = publication.state.sid;
  const bool is_allowed = is_permitted(publisher.permission, subscriber.options.sid, track);
  const bool is_wanted = subscriber.options.permissions.can_subscribe && subscriber.wishes.wants(track);
  Subscription* subscription = subscriber.subscriber.find(track);
  if (is_wanted && is_allowed && subscription == nullptr) {
    const bool is_first = publication.subscriptions.empty();
    subscriber.subscriber.subscribe(now, publication, subscriber.wishes.settings(track));
    if (is_first) context_.events.emplace_back(TrackSubscribed{.publisher = publisher.id, .track = track});
  } else if ((!is_wanted || !is_allowed) && subscription != nullptr) {
    subscriber.subscriber.unsubscribe(now, *subscription);
  }
  update_demand(now, publication);
}

void Call::reconcile_subscriber(Instant now, Participant& subscriber) {
  for (const auto& publisher : participants_) {
    for (const auto& publication : publisher->publisher.publications()) {
      reconcile(now, subscriber, *publisher, *publication);
    }
  }
}

void Call::reconcile_publisher(Instant now, Participant& publisher) {
  for (const auto& publication : publisher.publisher.publications()) {
    for (const auto& subscriber : participants_) reconcile(now, *subscriber, publisher, *publication);
  }
}

void Call::reconcile_track(Instant now, Participant& subscriber, const TrackSid& track) {
  for (const auto& publisher : participants_) {
    if (Publication* publication = publisher->publisher.find(track)) {
      reconcile(now, subscriber, *publisher, *publication);
    }
  }
}

void Call::tell_speakers(Instant now) {
  std::vector<ActiveSpeakers::Speaker> levels;
  for (const auto& participant : participants_) {
    levels.push_back({.key = static_cast<uint64_t>(participant->id), .level = participant->loudness(now)});
  }
  SpeakersChanged change{.call = id_, .speakers = {}};
  for (const ActiveSpeakers::Speaker& speaker : speakers_.update(std::move(levels))) {
    change.speakers.push_back(
        {.participant = ParticipantId{speaker.key}, .level = speaker.level, .is_active = speaker.level > 0});
  }
  if (!change.speakers.empty()) context_.events.emplace_back(std::move(change));
}

void Call::tell_quality(Instant now) {
  for (const auto& participant : participants_) {
    if (const auto change = participant->measure_quality(now)) context_.events.emplace_back(*change);
  }
}

void Call::update_demand(Instant now, Publication& publication) {
  if (publication.state.kind != MediaKind::kVideo) return;
  int8_t highest = -1;
  for (const Subscription* subscription : publication.subscriptions) {
    highest = std::max(highest, subscription->subscriber.demand(*subscription).spatial);
  }
  publication.demand.update(now, quality_of(publication.state, highest));
}

void Call::tell_demand(Instant now, Participant& publisher) {
  for (const auto& publication : publisher.publisher.publications()) {
    const auto highest = publication->demand.take_change(now);
    if (!highest) continue;
    context_.events.emplace_back(QualityDemandChanged{.publisher = publisher.id,
                                                      .track = publication->state.sid,
                                                      .codec = publication->state.codec,
                                                      .enabled = qualities_up_to(*highest)});
  }
}

}  // namespace kith::sfu

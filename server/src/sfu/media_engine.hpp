// All calls of one media thread: datagrams and commands in, datagrams and events out. No socket, clock, thread or lock.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "rtc/dtls_session.hpp"
#include "sfu/media_control.hpp"

namespace kith::sfu {

class MediaEngine final : public MediaControl {
 public:
  struct Options {
    const rtc::DtlsCertificate& certificate;  ///< outlives the engine
    /// Lines for "a=candidate:" of every description, e.g. "candidate:1 1 udp 2130706431 192.0.2.1 7882 typ host".
    std::vector<std::string> candidates;
  };

  MediaEngine(Options options, Random& random);
  ~MediaEngine() override;

  CallId create_call() override;
  void end_call(Instant now, CallId call, rtc::Outbox& outbox) override;
  ParticipantId join(Instant now, CallId call, ParticipantOptions options) override;
  void leave(Instant now, ParticipantId participant, rtc::Outbox& outbox) override;
  Result<std::string> handle_offer(Instant now, ParticipantId participant, std::string_view sdp) override;
  Result<> handle_answer(Instant now, ParticipantId participant, std::string_view sdp, uint32_t id) override;
  void restart_ice(Instant now, ParticipantId participant) override;
  Result<TrackState> add_track(Instant now, ParticipantId participant, const TrackRequest& request) override;
  void remove_track(Instant now, ParticipantId participant, const TrackSid& track) override;
  bool set_muted(Instant now, ParticipantId participant, const TrackSid& track, bool is_muted) override;
  [[nodiscard]] std::vector<TrackState> tracks(ParticipantId participant) const override;
  void set_subscribed(Instant now, ParticipantId participant, const TrackSid& track, bool is_subscribed) override;
  void set_track_settings(Instant now, ParticipantId participant, const TrackSid& track,
                          const TrackSettings& settings) override;
  void set_subscription_permission(Instant now, ParticipantId publisher,
                                   const SubscriptionPermission& permission) override;
  void set_permissions(Instant now, ParticipantId participant, const Permissions& permissions) override;
  bool send_data(Instant now, ParticipantId participant, DataChannel channel, std::string_view message) override;
  void handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram, rtc::Outbox& outbox) override;
  void finish_pass(Instant now, rtc::Outbox& outbox) override;
  [[nodiscard]] std::optional<Instant> next_timeout() const override;
  void handle_timeout(Instant now, rtc::Outbox& outbox) override;
  void forget_path(const rtc::Path& path) override;
  std::vector<Event> take_events() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kith::sfu

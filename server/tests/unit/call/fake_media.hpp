// A media engine that does nothing but remember what it was told, and says what a test has it say.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sfu/media_control.hpp"

namespace kith::call {

class FakeMedia final : public sfu::MediaControl {
 public:
  struct Sent {
    sfu::ParticipantId to;
    sfu::DataChannel channel;
    std::string message;
  };

  // What it was told.
  std::vector<std::string> commands;  ///< "leave 1", "offer 1 v=0", "subscribe 1 TR_x"…
  std::map<sfu::ParticipantId, sfu::ParticipantOptions> options;
  std::vector<sfu::TrackRequest> track_requests;
  std::vector<sfu::TrackSettings> settings;
  std::vector<sfu::SubscriptionPermission> permissions;
  std::vector<Sent> sent;
  size_t calls_ended = 0;

  // What it answers.
  std::vector<sfu::Event> events;
  Result<sfu::TrackState> next_track = sfu::TrackState{.sid = "TR_AMtrack"};
  Result<std::string> next_answer = "answer";
  Result<> next_answer_taken;
  std::set<sfu::ParticipantId> too_slow;

  template <typename Event>
  void say(Event event) {
    events.emplace_back(std::move(event));
  }
  [[nodiscard]] bool was_told(const std::string& command) const {
    return std::ranges::find(commands, command) != commands.end();
  }

  sfu::CallId create_call() override { return static_cast<sfu::CallId>(++last_call_); }
  void end_call(Instant, sfu::CallId, rtc::Outbox&) override { ++calls_ended; }
  sfu::ParticipantId join(Instant, sfu::CallId, sfu::ParticipantOptions joined) override {
    const auto id = static_cast<sfu::ParticipantId>(++last_participant_);
    options.emplace(id, std::move(joined));
    return id;
  }
  void leave(Instant, sfu::ParticipantId id, rtc::Outbox&) override { note("leave", id); }
  Result<std::string> handle_offer(Instant, sfu::ParticipantId id, std::string_view sdp) override {
    note("offer", id, sdp);
    return next_answer;
  }
  Result<> handle_answer(Instant, sfu::ParticipantId id, std::string_view sdp, uint32_t number) override {
    note("answer", id, std::string(sdp) + " " + std::to_string(number));
    return next_answer_taken;
  }
  void restart_ice(Instant, sfu::ParticipantId id) override { note("restart", id); }
  Result<sfu::TrackState> add_track(Instant, sfu::ParticipantId, const sfu::TrackRequest& request) override {
    track_requests.push_back(request);
    if (next_track) next_track->cid = request.cid;
    return next_track;
  }
  void remove_track(Instant, sfu::ParticipantId id, const sfu::TrackSid& track) override { note("remove", id, track); }
  bool set_muted(Instant, sfu::ParticipantId id, const sfu::TrackSid& track, bool is_muted) override {
    note(is_muted ? "mute" : "unmute", id, track);
    return true;
  }
  [[nodiscard]] std::vector<sfu::TrackState> tracks(sfu::ParticipantId) const override { return {}; }
  void set_subscribed(Instant, sfu::ParticipantId id, const sfu::TrackSid& track, bool is_subscribed) override {
    note(is_subscribed ? "subscribe" : "unsubscribe", id, track);
  }
  void set_track_settings(Instant, sfu::ParticipantId id, const sfu::TrackSid& track,
                          const sfu::TrackSettings& wanted) override {
    note("settings", id, track);
    settings.push_back(wanted);
  }
  void set_subscription_permission(Instant, sfu::ParticipantId id,
                                   const sfu::SubscriptionPermission& permission) override {
    note("permission", id);
    permissions.push_back(permission);
  }
  void set_permissions(Instant, sfu::ParticipantId id, const sfu::Permissions&) override { note("rights", id); }
  bool send_data(Instant, sfu::ParticipantId id, sfu::DataChannel channel, std::string_view message) override {
    if (too_slow.contains(id)) return false;
    sent.push_back({id, channel, std::string(message)});
    return true;
  }
  void handle_datagram(Instant, const rtc::Path&, rtc::MutableBytes, rtc::Outbox&) override {}
  void finish_pass(Instant, rtc::Outbox&) override {}
  [[nodiscard]] std::optional<Instant> next_timeout() const override { return std::nullopt; }
  void handle_timeout(Instant, rtc::Outbox&) override {}
  void forget_path(const rtc::Path&) override {}
  std::vector<sfu::Event> take_events() override { return std::exchange(events, {}); }

 private:
  void note(const std::string& what, sfu::ParticipantId id, std::string_view more = {}) {
    std::string command = what + " " + std::to_string(static_cast<uint64_t>(id));
    if (!more.empty()) command.append(" ").append(more);
    commands.push_back(std::move(command));
  }

  uint64_t last_call_ = 0;
  uint64_t last_participant_ = 0;
};

}  // namespace kith::call

// A call host with a fake engine under it, and clients that remember what they are told.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "call/call_host.hpp"
#include "call/signal_limits.hpp"
#include "fake_media.hpp"
#include "livekit/rtc.pb.h"

namespace kith::call {

using livekit::LeaveRequest;
using livekit::ParticipantInfo;
using livekit::SignalRequest;
using livekit::SignalResponse;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class FakeLink final : public SignalLink {
 public:
  void send(std::string message, bool is_text) override {
    EXPECT_FALSE(is_closed) << "nothing is sent to a closed link";
    texts.push_back(is_text ? message : std::string());
    SignalResponse response;
    EXPECT_TRUE(is_text || response.ParseFromString(message));
    received.push_back(std::move(response));
  }
  void close() override { is_closed = true; }

  std::vector<SignalResponse> received;
  std::vector<std::string> texts;
  bool is_closed = false;
};

class FakeAttendance final : public CallAttendance {
 public:
  Entry entry_of(CallId, UserId) override { return Entry::kOpen; }
  void participant_joined(CallId, UserId user) override { told.push_back("joined " + std::to_string(user.value)); }
  void participant_left(CallId, UserId user) override { told.push_back("left " + std::to_string(user.value)); }
  void screen_shared(CallId, UserId user) override { told.push_back("screen " + std::to_string(user.value)); }
  std::vector<std::string> told;
};

struct Client {
  SignalSocketId socket;
  std::shared_ptr<FakeLink> link;
  sfu::ParticipantId id = sfu::ParticipantId::kNone;
  std::string sid;

  /// All messages of one kind so far.
  [[nodiscard]] std::vector<SignalResponse> all(SignalResponse::MessageCase kind) const {
    std::vector<SignalResponse> found;
    for (const auto& response : link->received) {
      if (response.message_case() == kind) found.push_back(response);
    }
    return found;
  }
  [[nodiscard]] SignalResponse last(SignalResponse::MessageCase kind) const {
    const auto found = all(kind);
    EXPECT_FALSE(found.empty()) << "no message of kind " << kind;
    return found.empty() ? SignalResponse() : found.back();
  }
  [[nodiscard]] LeaveRequest leave() const { return last(SignalResponse::kLeave).leave(); }
  /// The newest word about a participant; nullopt: none.
  [[nodiscard]] std::optional<ParticipantInfo> newest(const std::string& identity) const {
    std::optional<ParticipantInfo> newest;
    for (const auto& response : all(SignalResponse::kUpdate)) {
      for (const auto& info : response.update().participants()) {
        if (info.identity() == identity) newest = info;
      }
    }
    return newest;
  }
  void forget() { link->received.clear(); }
};

class CallBed : public testing::Test {
 protected:
  static constexpr CallId kCall{7};

  Connect connect_of(int64_t user) {
    return {.call = kCall,
            .user = UserId{user},
            .call_name = "call7",
            .identity = "user" + std::to_string(user),
            .name = "Name " + std::to_string(user),
            .can_update_metadata = true};
  }
  Client connect(Connect connect) {
    Client client{.socket = static_cast<SignalSocketId>(++last_socket), .link = std::make_shared<FakeLink>()};
    host.connect(clock.now(), client.socket, std::move(connect), client.link, outbox);
    if (!client.link->received.empty() && client.link->received[0].has_join()) {
      client.sid = client.link->received[0].join().participant().sid();
      client.id = media.options.rbegin()->first;
    }
    return client;
  }
  Client join(int64_t user) { return connect(connect_of(user)); }
  /// Joined, and its media is connected.
  Client join_active(int64_t user) {
    Client client = join(user);
    activate(client);
    return client;
  }
  Client resume(int64_t user, const std::string& sid) {
    Connect again = connect_of(user);
    again.resume_sid = sid;
    return connect(std::move(again));
  }
  void activate(const Client& client) { say(sfu::ConnectivityChanged{.participant = client.id}); }
  template <typename Event>
  void say(Event event) {
    media.say(std::move(event));
    host.finish_pass(clock.now(), outbox);
  }
  void request(const Client& client, const SignalRequest& request) {
    host.handle_message(clock.now(), client.socket, request.SerializeAsString(), false, outbox);
  }
  void close(const Client& client) { host.handle_closed(clock.now(), client.socket, outbox); }
  void advance(Duration by) {
    for (Duration passed{0}; passed < by; passed += kTickEvery) {
      clock.advance(kTickEvery);
      host.handle_timeout(clock.now(), outbox);
    }
  }
  /// Lets time pass while the clients ping.
  void advance_pinging(Duration by, const std::vector<Client>& clients) {
    SignalRequest ping;
    ping.set_ping(1);
    for (Duration passed{0}; passed < by; passed += seconds(5)) {
      for (const Client& client : clients) request(client, ping);
      advance(std::min<Duration>(seconds(5), by - passed));
    }
  }
  /// Announces and publishes a track.
  void publish(const Client& client, const std::string& sid, sfu::TrackSource source = sfu::TrackSource::kMicrophone) {
    media.next_track = sfu::TrackState{.sid = sid, .source = source};
    SignalRequest add;
    add.mutable_add_track()->set_cid("cid of " + sid);
    add.mutable_add_track()->set_source(static_cast<livekit::TrackSource>(
        source == sfu::TrackSource::kScreenShare ? livekit::SCREEN_SHARE : livekit::MICROPHONE));
    request(client, add);
    say(sfu::TrackPublished{.publisher = client.id, .track = {.sid = sid, .source = source, .mid = "1"}});
  }

  ManualClock clock;
  SeededRandom random{1};
  FakeMedia media;
  FakeAttendance attendance;
  rtc::Outbox outbox;
  uint64_t last_socket = 0;
  CallHost host{media, attendance, clock, random,
                CallHostSettings{.renew_token = [](const Connect& connect) { return "token of " + connect.identity; },
                                 .allows_simulation = true}};
};

}  // namespace kith::call

#include "call/simulation.hpp"

#include <algorithm>

#include "call/hosted_call.hpp"

namespace kith::call {
namespace {

using livekit::LeaveRequest;

constexpr float kSimulatedLevel = 0.9F;
constexpr int32_t kSpeechSecondsMax = 60;

void tell_speech(SignalSession& session, bool is_active) {
  livekit::SpeakerInfo speaker;
  speaker.set_sid(session.participant.sid());
  speaker.set_level(is_active ? kSimulatedLevel : 0);
  speaker.set_active(is_active);
  session.call().tell_speakers({std::move(speaker)});
}

}  // namespace

void simulate(Instant now, const livekit::SimulateScenario& scenario, SignalSession& session, rtc::Outbox& outbox) {
  HostedCall& call = session.call();
  switch (scenario.scenario_case()) {
    case livekit::SimulateScenario::kSpeakerUpdate:
      session.simulated_speech_until =
          now + std::chrono::seconds(std::clamp(scenario.speaker_update(), 0, kSpeechSecondsMax));
      return tell_speech(session, true);
    case livekit::SimulateScenario::kNodeFailure:
      // As after a crash: no word to the client, and its session is not known any more.
      return call.end_session(now, session, livekit::UNKNOWN_REASON, std::nullopt, outbox);
    case livekit::SimulateScenario::kMigration:
      session.send_leave(LeaveRequest::RESUME, livekit::MIGRATION);
      return call.drop_socket(now, session);
    case livekit::SimulateScenario::kServerLeave:
      return call.end_session(now, session, livekit::SERVER_SHUTDOWN, LeaveRequest::DISCONNECT, outbox);
    case livekit::SimulateScenario::kDisconnectSignalOnResume:
      session.simulated_resume = SimulatedResume::kClosesAfterMessages;
      return;
    case livekit::SimulateScenario::kDisconnectSignalOnResumeNoMessages:
      session.simulated_resume = SimulatedResume::kClosesAtOnce;
      return;
    case livekit::SimulateScenario::kLeaveRequestFullReconnect:
      return call.ask_to_rejoin(now, session, livekit::UNKNOWN_REASON);
    case livekit::SimulateScenario::kSwitchCandidateProtocol:  // all ways are offered at once, the client chooses
    case livekit::SimulateScenario::kSubscriberBandwidth:      // limited by the network in our tests
    case livekit::SimulateScenario::SCENARIO_NOT_SET:
      return;
  }
}

void end_simulated_speech(Instant now, SignalSession& session) {
  if (!session.simulated_speech_until || now < *session.simulated_speech_until) return;
  session.simulated_speech_until.reset();
  tell_speech(session, false);
}

}  // namespace kith::call

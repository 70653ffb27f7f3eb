// Things that go wrong on purpose, for the tests of clients (LiveKit's `simulateScenario`). Off unless the settings
// allow it.
#pragma once

#include "base/time.hpp"
#include "livekit/rtc.pb.h"
#include "rtc/outbox.hpp"

namespace kith::call {

class SignalSession;

void simulate(Instant now, const livekit::SimulateScenario& scenario, SignalSession& session, rtc::Outbox& outbox);
/// The participant stops speaking when its time is over.
void end_simulated_speech(Instant now, SignalSession& session);

}  // namespace kith::call

// Calls as the views see them: those of the rooms and the one of this device, as one model.

import type { CallsModel } from './call_types';
import type { Calls } from './calls';
import type { CurrentCall } from './current_call';

/** `soundsHere`: whether this tab makes the sounds of its browser. */
export function callsModel(calls: Calls, current: CurrentCall, soundsHere: () => boolean): CallsModel {
  return {
    ofRoom: (roomId) => calls.ofRoom(roomId),
    ringing: calls.ringing,
    soundsHere,
    current: current.state,
    missed: calls.missed,
    history: (missedOnly) => calls.history(missedOnly),
    markMissedSeen: () => calls.markMissedSeen(),
    storyOf: (call) => calls.storyOf(call),
    enter: (roomId, video, choice) => current.enter(roomId, video, choice),
    accept: (call, choice) => current.accept(call, choice),
    decline: (call) => calls.decline(call),
    leave: () => current.leave(),
  };
}

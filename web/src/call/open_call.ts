// Where a call begins: the session over LiveKit's room. Loaded with everything a call needs when the first one is entered.

import { systemClock } from '../base/clock';
import { Session } from './call_session';
import { openLivekitRoom } from './livekit_room';
import type { CallSession, SessionStart } from './session';

/** Connects in the background; the session's `status` says how it goes. */
export function openCall(start: SessionStart): CallSession {
  const session = new Session(systemClock, start.preferences, (events) => openLivekitRoom(events, start.preferences));
  void session.begin(start);
  return session;
}

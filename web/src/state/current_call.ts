// The call this device is in: asks the server for the way in, opens the session, and ends it when either side says so.

import { KithError } from '../api/error';
import type { Api } from '../api/client';
import type { CallAccess, Call as WireCall } from '../api/gen/kith/v1/call_pb';
import type { CallPreferences, CallSession, SessionStart } from '../call/session';
import type { Clock } from '../base/clock';
import { signal, type Signal } from '../base/signal';
import { callOf } from './from_wire';
import type { Call, CallEnd, CurrentCallState, EnterChoice } from './call_types';
import type { RoomId, UserId } from './types';

export interface CurrentCallPorts {
  readonly api: Api;
  readonly clock: Clock;
  readonly me: UserId;
  /** The call going on in a room, as known here. */
  readonly ofRoom: (roomId: RoomId) => Call | undefined;
  /** Takes a call from an answer. */
  readonly put: (call: Call) => void;
  readonly silence: (callId: string) => void;
  readonly preferences: Signal<CallPreferences>;
  /** Loads what a call needs and begins to connect. */
  readonly openCall: (start: SessionStart) => Promise<CallSession>;
}

type Answer = { readonly call?: WireCall | undefined; readonly access?: CallAccess | undefined };

export class CurrentCall {
  readonly #ports: CurrentCallPorts;
  readonly #state = signal<CurrentCallState>({ kind: 'none' });
  // An answer to an entry given up meanwhile comes too late and is dropped by number.
  #round = 0;
  #stopFollowing: (() => void) | undefined;

  constructor(ports: CurrentCallPorts) {
    this.#ports = ports;
    ports.preferences.subscribe((preferences) => {
      const state = this.#state.get();
      if (state.kind === 'in') state.session.setPreferences(preferences);
    });
  }

  get state(): Signal<CurrentCallState> {
    return this.#state;
  }

  /** Joins the call going on in the room, or starts one. */
  async enter(roomId: RoomId, video: boolean, choice: EnterChoice): Promise<void> {
    const { api, ofRoom } = this.#ports;
    const going = ofRoom(roomId);
    const start = (): Promise<Answer> => api.calls.startCall({ roomId, video });
    await this.#enter(roomId, going?.video ?? video, choice, async () => {
      if (!going) return start();
      try {
        return await api.calls.joinCall({ callId: going.id });
      } catch (thrown) {
        // It ended in this very moment: who wants to talk starts the next one.
        if (thrown instanceof KithError && (thrown.reason === 'call-ended' || thrown.reason === 'call-not-found')) return start();
        throw thrown;
      }
    });
  }

  async accept(call: Call, choice: EnterChoice): Promise<void> {
    this.#ports.silence(call.id);
    await this.#enter(call.roomId, call.video, choice, () => this.#ports.api.calls.joinCall({ callId: call.id }));
  }

  leave(): void {
    this.#round += 1;
    const state = this.#state.get();
    this.#stopFollowing?.();
    this.#stopFollowing = undefined;
    this.#state.set({ kind: 'none' });
    if (state.kind !== 'in') return;
    state.session.close('left');
    this.#tellLeft(state.callId);
  }

  /** A call of the account's rooms changed: this device's may have ended. */
  handleCall(call: Call): void {
    const state = this.#state.get();
    if ((state.kind !== 'in' && state.kind !== 'over') || state.callId !== call.id || call.state !== 'ended') return;
    const why = whyEnded(call, this.#ports.me);
    if (state.kind === 'in') {
      this.#finish(why);
      state.session.close('ended');
    } else if (state.why !== 'elsewhere' && state.why !== why) {
      // The media was told first that it is over; only now we hear why.
      this.#state.set({ ...state, why });
    }
  }

  async #enter(roomId: RoomId, video: boolean, choice: EnterChoice, ask: () => Promise<Answer>): Promise<void> {
    this.leave();
    const round = this.#round;
    this.#state.set({ kind: 'entering', roomId, video });
    try {
      const { call, access } = await ask();
      if (!call || !access) throw new KithError({ reason: 'unknown', message: 'the answer has no call' });
      this.#ports.put(callOf(call));
      if (round !== this.#round) {
        this.#tellLeft(call.id);
        return;
      }
      const { clock, me, preferences, openCall } = this.#ports;
      const session = await openCall({ url: access.url, token: access.token, me, ...choice, preferences: preferences.get() });
      if (round !== this.#round) {
        session.close('left');
        this.#tellLeft(call.id);
        return;
      }
      this.#state.set({ kind: 'in', roomId, video, callId: call.id, enteredAt: clock.now(), session });
      this.#follow(session, call.id);
    } catch (thrown) {
      const error = thrown instanceof KithError ? thrown : new KithError({ reason: 'offline', retry: 'later', message: String(thrown) });
      if (round === this.#round) this.#state.set({ kind: 'over', roomId, video, callId: undefined, why: 'failed', error });
    }
  }

  #follow(session: CallSession, callId: string): void {
    this.#stopFollowing = session.status.subscribe((status) => {
      if (status.kind !== 'ended' || status.why === 'left') return;
      // Entered from another device, the user is still in it; removed or ended, the server knows.
      if (status.why === 'lost' || status.why === 'failed') this.#tellLeft(callId);
      this.#finish(status.why);
    });
  }

  #finish(why: CallEnd): void {
    const state = this.#state.get();
    if (state.kind !== 'in') return;
    this.#round += 1;
    this.#stopFollowing?.();
    this.#stopFollowing = undefined;
    this.#state.set({ kind: 'over', roomId: state.roomId, video: state.video, callId: state.callId, why, error: undefined });
  }

  // The server notices by itself when the connection is gone; saying it makes it at once.
  #tellLeft(callId: string): void {
    this.#ports.api.calls
      .leaveCall({ callId })
      .then(({ call }) => {
        if (call) this.#ports.put(callOf(call));
      })
      .catch(() => undefined);
  }
}

function whyEnded(call: Call, me: UserId): CallEnd {
  if (call.startedBy !== me) return 'ended';
  if (call.outcome === 'declined') return 'declined';
  return call.outcome === 'missed' ? 'no-answer' : 'ended';
}

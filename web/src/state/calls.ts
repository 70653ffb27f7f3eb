// The calls of my rooms: which go on, which rings for me, which I missed. It hears of them by Sync and by items of the stream;
// the media is none of its business (`current_call.ts`).

import type { Api } from '../api/client';
import type { Call as WireCall } from '../api/gen/kith/v1/call_pb';
import type { Clock } from '../base/clock';
import { batch, derived, signal, type Signal, type WritableSignal } from '../base/signal';
import { SignalTable } from '../base/table';
import { CallHistory } from './call_history';
import { storyOf } from './call_story';
import type { Call, CallStory } from './call_types';
import { callOf } from './from_wire';
import type { RoomId, UserId } from './types';

/** The server ends ringing after 45 s. A client that does not hear of it any more must not ring for ever. */
const longestRingMs = 60_000;
/** Missed calls are asked for after connecting, not by all clients at the same moment. */
const askMissedAfterMs = 2_000;
const askMissedSpreadMs = 4_000;
/** More than these are shown as this many. */
const countedMissed = 20;

export interface CallsPorts {
  readonly api: Api;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly me: UserId;
  readonly isDirect: (roomId: RoomId) => boolean;
  /** When the history was last looked at, on any device. */
  readonly seenAt: Signal<number>;
  readonly markSeen: (at: number) => void;
  /** A call of mine or of a room of mine was started, changed or ended. */
  readonly handleChange: (call: Call) => void;
}

export class Calls {
  readonly ringing: Signal<Call | undefined>;
  readonly missed: Signal<number>;
  readonly #ports: CallsPorts;
  readonly #ongoing = new SignalTable<Call>();
  /** Calls that must not ring here any more: declined, accepted, or rung for too long. */
  readonly #silenced: WritableSignal<ReadonlySet<string>> = signal<ReadonlySet<string>>(new Set());
  readonly #rungSince = new Set<string>();
  readonly #missedAt = signal<readonly number[]>([]);
  readonly #histories = new Map<boolean, CallHistory>();
  #cancelAsk: (() => void) | undefined;

  constructor(ports: CallsPorts) {
    this.#ports = ports;
    this.ringing = derived([this.#ongoing.version, this.#silenced], () => this.#firstRinging());
    this.missed = derived([this.#missedAt, ports.seenAt], (times, seenAt) => times.filter((at) => at > seenAt).length);
  }

  /** The call going on in a room. */
  ofRoom(roomId: RoomId): Signal<Call | undefined> {
    return this.#ongoing.at(roomId);
  }

  /** All calls going on. */
  get ongoing(): readonly Call[] {
    return [...this.#ongoing.values()];
  }

  /** Rises when a call begins, changes or ends. */
  get version(): Signal<number> {
    return this.#ongoing.version;
  }

  storyOf(call: Call): CallStory {
    return storyOf(call, this.#ports.me, this.#ports.isDirect(call.roomId));
  }

  history(missedOnly: boolean): CallHistory {
    let found = this.#histories.get(missedOnly);
    if (!found) {
      found = new CallHistory(this.#ports.api, missedOnly, this);
      this.#histories.set(missedOnly, found);
    }
    return found;
  }

  /** Takes all calls going on: what is not among them has ended meanwhile. */
  handleSync(calls: readonly WireCall[]): void {
    const known = this.ongoing;
    batch(() => {
      const given = calls.map(callOf);
      const ids = new Set(given.map((call) => call.id));
      for (const call of known) if (!ids.has(call.id)) this.#end({ ...call, state: 'ended' });
      for (const call of given) this.#put(call);
    });
  }

  /** Takes one call that began, changed or ended. */
  handleCall(wire: WireCall): void {
    batch(() => this.put(callOf(wire)));
  }

  /** Takes a call from an answer. */
  put(call: Call): void {
    if (call.state === 'ended') this.#end(call);
    else this.#put(call);
    for (const history of this.#histories.values()) history.handleCall(call);
  }

  /** Declines a call that rings: silent here at once, on the other devices and for the caller when the server heard it. */
  async decline(call: Call): Promise<void> {
    this.silence(call.id);
    const { call: after } = await this.#ports.api.calls.declineCall({ callId: call.id });
    if (after) this.put(callOf(after));
  }

  /** The call must not ring here any more, whatever the server still says. */
  silence(callId: string): void {
    this.#silenced.update((before) => new Set(before).add(callId));
  }

  handleOnline(): void {
    this.#cancelAsk?.();
    const wait = askMissedAfterMs + this.#ports.random() * askMissedSpreadMs;
    this.#cancelAsk = this.#ports.clock.after(wait, () => void this.#askMissed());
  }

  /** The connection or the account is gone. */
  stop(): void {
    this.#cancelAsk?.();
  }

  markMissedSeen(): void {
    const newest = Math.max(0, ...this.#missedAt.get());
    if (newest > this.#ports.seenAt.get()) this.#ports.markSeen(newest);
  }

  #put(call: Call): void {
    const known = this.#ongoing.get(call.roomId);
    if (known && JSON.stringify(known) === JSON.stringify(call)) return;
    this.#ongoing.set(call.roomId, call);
    if (this.#ringsForMe(call) && !this.#rungSince.has(call.id)) {
      this.#rungSince.add(call.id);
      this.#ports.clock.after(longestRingMs, () => {
        if (this.#rungSince.has(call.id)) this.silence(call.id);
      });
    }
    this.#ports.handleChange(call);
  }

  #end(call: Call): void {
    const known = this.#ongoing.get(call.roomId);
    if (known?.id === call.id) this.#ongoing.delete(call.roomId);
    this.#rungSince.delete(call.id);
    if (this.#silenced.get().has(call.id)) this.#silenced.update((before) => new Set([...before].filter((id) => id !== call.id)));
    if (this.storyOf(call) === 'missed' && call.outcome !== 'none') this.#missedAt.update((times) => [...new Set([...times, call.startedAt])].slice(-countedMissed));
    this.#ports.handleChange(call);
  }

  #ringsForMe(call: Call): boolean {
    const { me } = this.#ports;
    return call.state === 'ringing' && call.startedBy !== me && call.ringingUserIds.includes(me);
  }

  #firstRinging(): Call | undefined {
    const silenced = this.#silenced.get();
    const ringing = this.ongoing.filter((call) => this.#ringsForMe(call) && !silenced.has(call.id));
    return ringing.sort((left, right) => left.startedAt - right.startedAt)[0];
  }

  async #askMissed(): Promise<void> {
    try {
      const { calls } = await this.#ports.api.calls.listCalls({ missed: true, limit: countedMissed });
      this.#missedAt.set(calls.map((wire) => callOf(wire).startedAt));
    } catch {
      // A count beside an icon: the next connection asks again.
    }
  }
}

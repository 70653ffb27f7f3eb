// The calls there were, page by page, kept up to date while they are looked at.

import type { Api } from '../api/client';
import type { KithError } from '../api/error';
import { batch, derived, signal, type Signal } from '../base/signal';
import type { Call, CallHistoryModel, CallStory } from './call_types';
import { callOf } from './from_wire';
import type { LoadStatus } from './types';

/** The calls going on, and what a call was for me. */
export interface CallHistorySource {
  readonly ongoing: readonly Call[];
  readonly version: Signal<number>;
  storyOf(call: Call): CallStory;
}

const newestFirst = (left: Call, right: Call): number => right.startedAt - left.startedAt;

export class CallHistory implements CallHistoryModel {
  readonly list: Signal<readonly Call[]>;
  readonly hasMore: Signal<boolean>;
  readonly #api: Api;
  readonly #missedOnly: boolean;
  readonly #source: CallHistorySource;
  readonly #loaded = signal<readonly Call[]>([]);
  readonly #status = signal<LoadStatus>({ kind: 'idle' });
  readonly #cursor = signal('');
  // Answers to an older question come too late and are dropped by number.
  #round = 0;

  constructor(api: Api, missedOnly: boolean, source: CallHistorySource) {
    this.#api = api;
    this.#missedOnly = missedOnly;
    this.#source = source;
    this.list = derived([this.#loaded, source.version], (loaded) => this.#withOngoing(loaded));
    this.hasMore = derived([this.#cursor], (cursor) => cursor !== '');
  }

  get status(): Signal<LoadStatus> {
    return this.#status;
  }

  load(): void {
    void this.#load('');
  }

  loadMore(): void {
    const cursor = this.#cursor.get();
    if (cursor !== '' && this.#status.get().kind !== 'loading') void this.#load(cursor);
  }

  /** A call began, changed or ended. */
  handleCall(call: Call): void {
    if (call.state !== 'ended' || (this.#missedOnly && this.#source.storyOf(call) !== 'missed')) return;
    this.#loaded.update((loaded) => {
      const at = loaded.findIndex((other) => other.id === call.id);
      return at < 0 ? [call, ...loaded] : loaded.with(at, call);
    });
  }

  #withOngoing(loaded: readonly Call[]): readonly Call[] {
    if (this.#missedOnly) return loaded;
    const { ongoing } = this.#source;
    const ids = new Set(ongoing.map((call) => call.id));
    return [...[...ongoing].sort(newestFirst), ...loaded.filter((call) => call.state === 'ended' && !ids.has(call.id)).sort(newestFirst)];
  }

  async #load(cursor: string): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    this.#status.set({ kind: 'loading' });
    try {
      const answer = await this.#api.calls.listCalls({ missed: this.#missedOnly, cursor });
      if (round !== this.#round) return;
      const calls = answer.calls.map(callOf);
      const ids = new Set(calls.map((call) => call.id));
      batch(() => {
        this.#loaded.update((before) => (cursor === '' ? calls : [...before.filter((call) => !ids.has(call.id)), ...calls]));
        this.#cursor.set(answer.nextCursor);
        this.#status.set({ kind: 'idle' });
      });
    } catch (thrown) {
      if (round === this.#round) this.#status.set({ kind: 'failed', error: thrown as KithError });
    }
  }
}

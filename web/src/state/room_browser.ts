// Public rooms to join, by what their names begin with.

import type { Api } from '../api/client';
import type { KithError } from '../api/error';
import type { Clock } from '../base/clock';
import { batch, derived, signal, type Signal } from '../base/signal';
import type { Replica } from './replica';
import type { BrowsableRoom, LoadStatus, RoomBrowserModel } from './types';

/** Faster than the next letter of a slow typist, slower than that of a fast one. */
const typingPauseMs = 150;

export class RoomBrowser implements RoomBrowserModel {
  readonly results: Signal<readonly BrowsableRoom[]>;
  readonly hasMore: Signal<boolean>;
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #query = signal('');
  readonly #rows = signal<readonly BrowsableRoom[]>([]);
  readonly #status = signal<LoadStatus>({ kind: 'idle' });
  readonly #cursor = signal('');
  // Answers of an older query come too late and are dropped by number.
  #round = 0;
  #cancelPause: (() => void) | undefined;

  constructor(api: Api, clock: Clock, replica: Replica) {
    this.#api = api;
    this.#clock = clock;
    // A room joined meanwhile, here or elsewhere, shows so.
    this.results = derived([this.#rows, replica.rooms.version], (rows) => rows.map((row) => ({ ...row, joined: replica.rooms.get(row.id) ? replica.rooms.get(row.id)!.membership === 'in' : row.joined })));
    this.hasMore = derived([this.#cursor], (cursor) => cursor !== '');
  }

  get query(): Signal<string> {
    return this.#query;
  }

  get status(): Signal<LoadStatus> {
    return this.#status;
  }

  setQuery(query: string): void {
    this.#query.set(query);
    this.#cancelPause?.();
    this.#cancelPause = this.#clock.after(query === '' ? 0 : typingPauseMs, () => void this.#load(''));
  }

  loadMore(): void {
    const cursor = this.#cursor.get();
    if (cursor !== '' && this.#status.get().kind !== 'loading') void this.#load(cursor);
  }

  async #load(cursor: string): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    this.#status.set({ kind: 'loading' });
    try {
      const { rooms, nextCursor } = await this.#api.rooms.listPublicRooms({ query: this.#query.get(), cursor });
      if (round !== this.#round) return;
      const rows = rooms.map(({ room, joined }) => ({ id: room?.id ?? '', name: room?.name ?? '', topic: room?.topic ?? '', memberCount: room?.memberCount ?? 0, joined }));
      batch(() => {
        this.#rows.set(cursor === '' ? rows : [...this.#rows.get(), ...rows]);
        this.#cursor.set(nextCursor);
        this.#status.set({ kind: 'idle' });
      });
    } catch (thrown) {
      if (round === this.#round) this.#status.set({ kind: 'failed', error: thrown as KithError });
    }
  }
}

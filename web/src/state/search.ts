// Full-text search: words, chips, pages of hits, recent searches.

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Api } from '../api/client';
import type { KithError } from '../api/error';
import type { SearchMessagesRequestSchema, SearchResult } from '../api/gen/kith/v1/search_pb';
import type { Clock } from '../base/clock';
import { batch, derived, signal, type Signal, type WritableSignal } from '../base/signal';
import { messageOf, timestampOf } from './from_wire';
import type { LoadStatus, Person, RoomId, SearchFilters, SearchHit, SearchModel, UserId } from './types';

const typingPauseMs = 200;
const maxRecent = 10;
/** A page may be empty and still have a next; after so many empty ones the user decides whether to go on. */
const maxEmptyPages = 5;

/** What searching needs of the account. */
export interface SearchPorts {
  readonly api: Api;
  readonly clock: Clock;
  readonly person: (userId: UserId) => Person;
  readonly roomName: (roomId: RoomId) => string;
  /** Kept on this device. */
  readonly recent: WritableSignal<readonly string[]>;
}

export class Search implements SearchModel {
  readonly hasMore: Signal<boolean>;
  readonly #ports: SearchPorts;
  readonly #query = signal('');
  readonly #filters = signal<SearchFilters>({});
  readonly #hits = signal<readonly SearchHit[]>([]);
  readonly #status = signal<LoadStatus>({ kind: 'idle' });
  readonly #cursor = signal('');
  #round = 0;
  #cancelPause: (() => void) | undefined;

  constructor(ports: SearchPorts) {
    this.#ports = ports;
    this.hasMore = derived([this.#cursor], (cursor) => cursor !== '');
  }

  get query(): Signal<string> {
    return this.#query;
  }

  get filters(): Signal<SearchFilters> {
    return this.#filters;
  }

  get hits(): Signal<readonly SearchHit[]> {
    return this.#hits;
  }

  get status(): Signal<LoadStatus> {
    return this.#status;
  }

  get recent(): Signal<readonly string[]> {
    return this.#ports.recent;
  }

  setQuery(query: string): void {
    this.#query.set(query);
    this.#plan(typingPauseMs);
  }

  setFilters(filters: SearchFilters): void {
    this.#filters.set(filters);
    this.#plan(0);
  }

  loadMore(): void {
    const cursor = this.#cursor.get();
    if (cursor !== '' && this.#status.get().kind !== 'loading') void this.#load(cursor);
  }

  remember(): void {
    const query = this.#query.get().trim();
    if (query !== '') this.#ports.recent.update((recent) => [query, ...recent.filter((other) => other !== query)].slice(0, maxRecent));
  }

  forgetRecent(query: string): void {
    this.#ports.recent.update((recent) => recent.filter((other) => other !== query));
  }

  clear(): void {
    batch(() => {
      this.#query.set('');
      this.#filters.set({});
      this.#forgetHits();
    });
  }

  #plan(pauseMs: number): void {
    this.#cancelPause?.();
    if (this.#query.get().trim() === '') {
      this.#forgetHits();
      return;
    }
    this.#cancelPause = this.#ports.clock.after(pauseMs, () => void this.#load(''));
  }

  #forgetHits(): void {
    this.#round += 1;
    this.#cancelPause?.();
    this.#hits.set([]);
    this.#cursor.set('');
    this.#status.set({ kind: 'idle' });
  }

  async #load(from: string): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    this.#status.set({ kind: 'loading' });
    try {
      let cursor = from;
      let found: SearchHit[] = [];
      for (let page = 0; page < maxEmptyPages && found.length === 0; page += 1) {
        const answer = await this.#ports.api.search.searchMessages(this.#request(cursor));
        if (round !== this.#round) return;
        found = answer.results.flatMap((result) => this.#hit(result) ?? []);
        cursor = answer.nextCursor;
        if (cursor === '') break;
      }
      batch(() => {
        this.#hits.set(from === '' ? found : [...this.#hits.get(), ...found]);
        this.#cursor.set(cursor);
        this.#status.set({ kind: 'idle' });
      });
    } catch (thrown) {
      if (round === this.#round) this.#status.set({ kind: 'failed', error: thrown as KithError });
    }
  }

  #request(cursor: string): MessageInitShape<typeof SearchMessagesRequestSchema> {
    const { roomIds, fromUserIds, before, after, hasLink } = this.#filters.get();
    return {
      query: this.#query.get().trim(),
      roomIds: [...(roomIds ?? [])],
      fromUserIds: [...(fromUserIds ?? [])],
      ...(before !== undefined && { before: timestampOf(before) }),
      ...(after !== undefined && { after: timestampOf(after) }),
      hasLink: hasLink ?? false,
      cursor,
    };
  }

  #hit(result: SearchResult): SearchHit | undefined {
    if (!result.message) return undefined;
    const message = messageOf(result.message);
    return {
      key: `${message.roomId}/${message.seq}`,
      roomId: message.roomId,
      roomName: this.#ports.roomName(message.roomId),
      seq: message.seq,
      sender: this.#ports.person(message.senderId),
      at: message.at,
      text: message.body.kind === 'text' ? message.body.text : '',
      ranges: result.hits.map(({ start, end }) => ({ start, end })),
    };
  }
}

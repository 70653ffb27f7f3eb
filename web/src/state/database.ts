// The local store: one IndexedDB database per account. What the server said and the sync token that covers it are written
// in one transaction, so that after any crash the token is never ahead of the data.

import Dexie, { type EntityTable, type Table } from 'dexie';
import type { OutboxStore } from './outbox';
import { addRange, newestRange, rangeOf } from './ranges';
import { newerOf, type MessageRecord, type OutboxRecord, type RangesRecord, type RoomRecord, type SeqRange, type SettingRecord, type UserRecord } from './records';
import type { RoomId, UserId } from './types';

/** Something that happened in a room, as far as the store is concerned. `message`: the entry's state after it. */
export interface StoredEvent {
  readonly roomId: RoomId;
  readonly seq: number;
  readonly change: { readonly kind: 'put'; readonly message: MessageRecord } | { readonly kind: 'delete'; readonly seq: number };
}

/** Everything one answer or frame changes. Empty lists change nothing. */
export interface WriteBatch {
  /** Forget everything of the server first. */
  fresh: boolean;
  resets: RoomId[];
  rooms: RoomRecord[];
  users: UserRecord[];
  settings: SettingRecord[];
  removedSettings: string[];
  events: StoredEvent[];
  token: string | undefined;
}

/** A batch with nothing in it. */
export function emptyBatch(): WriteBatch {
  return { fresh: false, resets: [], rooms: [], users: [], settings: [], removedSettings: [], events: [], token: undefined };
}

/** What a warm start draws from. */
export interface Snapshot {
  readonly token: string;
  readonly rooms: readonly RoomRecord[];
  readonly users: readonly UserRecord[];
  readonly settings: readonly SettingRecord[];
  readonly outbox: readonly OutboxRecord[];
}

/** A stored run of a timeline. */
export interface StoredPage {
  readonly messages: readonly MessageRecord[];
  readonly range: SeqRange;
  readonly hasOlder: boolean;
}

type MetaRecord = { key: string; value: unknown };

/** Messages kept for each room when the store is tidied: several screens for a start without network. */
const keptMessages = 500;

export class AccountDatabase extends Dexie {
  declare readonly meta: EntityTable<MetaRecord, 'key'>;
  declare readonly rooms: EntityTable<RoomRecord, 'id'>;
  declare readonly users: EntityTable<UserRecord, 'id'>;
  declare readonly messages: Table<MessageRecord, [RoomId, number]>;
  declare readonly ranges: EntityTable<RangesRecord, 'roomId'>;
  declare readonly settings: EntityTable<SettingRecord, 'key'>;
  declare readonly outbox: EntityTable<OutboxRecord, 'order', Omit<OutboxRecord, 'order'>>;

  constructor(userId: UserId) {
    super(databaseName(userId));
    this.version(1).stores({
      meta: 'key',
      rooms: 'id',
      users: 'id',
      messages: '[roomId+seq]',
      ranges: 'roomId',
      settings: 'key',
      outbox: '++order, &txnId',
    });
  }

  /** Everything a warm start needs, in one read. */
  load(): Promise<Snapshot> {
    return this.transaction('r', [this.meta, this.rooms, this.users, this.settings, this.outbox], async () => {
      const [token, rooms, users, settings, outbox] = await Promise.all([
        this.meta.get('token'),
        this.rooms.toArray(),
        this.users.toArray(),
        this.settings.toArray(),
        this.outbox.orderBy('order').toArray(),
      ]);
      return { token: typeof token?.value === 'string' ? token.value : '', rooms, users, settings, outbox };
    });
  }

  /** Writes a batch and the token that covers it, all or nothing. */
  commit(batch: WriteBatch): Promise<void> {
    const tables = [this.meta, this.rooms, this.users, this.messages, this.ranges, this.settings];
    return this.transaction('rw', tables, async () => {
      if (batch.fresh) {
        await Promise.all([this.rooms.clear(), this.users.clear(), this.messages.clear(), this.ranges.clear()]);
        // Own settings the server has not seen yet (drafts among them) outlive a fresh start.
        await this.settings.filter((setting) => !setting.pending).delete();
      }
      for (const roomId of batch.resets) await this.#dropTimeline(roomId);
      await this.rooms.bulkPut(batch.rooms);
      await this.users.bulkPut(batch.users);
      await this.settings.bulkPut(batch.settings);
      await this.settings.bulkDelete(batch.removedSettings);
      await this.#storeEvents(batch.events);
      if (batch.token !== undefined) await this.meta.put({ key: 'token', value: batch.token });
    });
  }

  /** Stores a page the server gave. `range`: what it covers; `isBeginning`: nothing older may be read. */
  storePage(roomId: RoomId, messages: readonly MessageRecord[], range: SeqRange, isBeginning: boolean): Promise<void> {
    return this.transaction('rw', [this.messages, this.ranges], async () => {
      const known = await this.messages.bulkGet(messages.map((message) => [roomId, message.seq]));
      await this.messages.bulkPut(messages.map((message, index) => newerOf(known[index], message)));
      const record = await this.ranges.get(roomId);
      await this.ranges.put({
        roomId,
        ranges: addRange(record?.ranges ?? [], range),
        beginning: isBeginning ? range.from : record?.beginning,
      });
    });
  }

  /** The newest stored page of a room, at most `limit` messages. */
  newestPage(roomId: RoomId, limit: number): Promise<StoredPage | undefined> {
    return this.transaction('r', [this.messages, this.ranges], async () => {
      const record = await this.ranges.get(roomId);
      const range = record && newestRange(record.ranges);
      return range && this.#pageBefore(record, range, range.to, limit);
    });
  }

  /** The stored page that ends right before `seq`, if what comes before it is stored. */
  pageBefore(roomId: RoomId, seq: number, limit: number): Promise<StoredPage | undefined> {
    return this.transaction('r', [this.messages, this.ranges], async () => {
      const record = await this.ranges.get(roomId);
      const range = record && rangeOf(record.ranges, seq - 1);
      return range && this.#pageBefore(record, range, seq - 1, limit);
    });
  }

  /** One stored message. */
  message(roomId: RoomId, seq: number): Promise<MessageRecord | undefined> {
    return this.messages.get([roomId, seq]);
  }

  /** The outbox's rows as the outbox wants them. */
  outboxStore(): OutboxStore {
    return {
      add: (record) => this.outbox.add(record),
      put: async (record) => void (await this.outbox.put(record)),
      delete: (order) => this.outbox.delete(order),
    };
  }

  /** Drops what is beyond `keptMessages` in each room, oldest first. Called at a quiet moment. */
  async tidy(): Promise<void> {
    for (const roomId of await this.ranges.toCollection().primaryKeys()) {
      await this.transaction('rw', [this.messages, this.ranges], async () => {
        const record = await this.ranges.get(roomId);
        const newest = record && newestRange(record.ranges);
        if (!newest) return;
        const kept = await this.messages.where('[roomId+seq]').between([roomId, newest.from], [roomId, newest.to], true, true).reverse().limit(keptMessages).primaryKeys();
        const from = kept.length < keptMessages ? newest.from : (kept.at(-1)?.[1] ?? newest.from);
        await this.messages.where('[roomId+seq]').between([roomId, 0], [roomId, from], true, false).delete();
        const beginning = record.beginning !== undefined && record.beginning >= from ? record.beginning : undefined;
        await this.ranges.put({ roomId, ranges: [{ from, to: newest.to }], beginning });
      });
    }
  }

  async #pageBefore(record: RangesRecord, range: SeqRange, to: number, limit: number): Promise<StoredPage> {
    const { roomId } = record;
    const rows = await this.messages.where('[roomId+seq]').between([roomId, range.from], [roomId, to], true, true).reverse().limit(limit).toArray();
    const messages = rows.reverse();
    const from = rows.length < limit ? range.from : (messages[0]?.seq ?? range.from);
    return { messages, range: { from, to }, hasOlder: record.beginning === undefined || from > record.beginning };
  }

  async #storeEvents(events: readonly StoredEvent[]): Promise<void> {
    const changed = new Map<RoomId, RangesRecord>();
    for (const event of events) {
      const record = changed.get(event.roomId) ?? (await this.ranges.get(event.roomId)) ?? { roomId: event.roomId, ranges: [], beginning: undefined };
      changed.set(event.roomId, { ...record, ranges: addRange(record.ranges, { from: event.seq, to: event.seq }) });
      await this.#storeChange(event, record);
    }
    await this.ranges.bulkPut([...changed.values()]);
  }

  async #storeChange(event: StoredEvent, record: RangesRecord): Promise<void> {
    const { roomId, change } = event;
    if (change.kind === 'put') {
      // An edit of a message that lies outside the stored ranges would leave a lone row that no range owns.
      if (change.message.seq !== event.seq && !rangeOf(record.ranges, change.message.seq)) return;
      await this.messages.put(newerOf(await this.messages.get([roomId, change.message.seq]), change.message));
    } else {
      const known = await this.messages.get([roomId, change.seq]);
      if (known) await this.messages.put({ ...known, deleted: true, body: { kind: 'gone' } });
    }
  }

  async #dropTimeline(roomId: RoomId): Promise<void> {
    await this.messages.where('[roomId+seq]').between([roomId, 0], [roomId, Dexie.maxKey]).delete();
    await this.ranges.delete(roomId);
  }
}

/** The name of an account's database. */
export function databaseName(userId: UserId): string {
  return `kith-${userId}`;
}

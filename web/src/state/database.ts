// The local store: one IndexedDB database per account. What the server said and the sync token that covers it are written
// in one transaction, so that after any crash the token is never ahead of the data.

import { IndexedDatabase, type TableAccess } from '../base/indexed_db';
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

type MetaRecord = { readonly key: string; readonly value: unknown };

/** Messages kept for each room when the store is tidied: several screens for a start without network. */
const keptMessages = 500;

const schema = {
  meta: { key: 'key' },
  rooms: { key: 'id' },
  users: { key: 'id' },
  messages: { key: ['roomId', 'seq'] },
  ranges: { key: 'roomId' },
  settings: { key: 'key' },
  outbox: { key: 'order', auto: true, unique: ['txnId'] },
} as const;

type Messages = TableAccess<MessageRecord>;
type Ranges = TableAccess<RangesRecord>;

/** The messages of a room between two seqs, both included. */
function seqs(roomId: RoomId, from: number, to: number): IDBKeyRange {
  return IDBKeyRange.bound([roomId, from], [roomId, to]);
}

export class AccountDatabase {
  readonly #database: IndexedDatabase;

  constructor(userId: UserId) {
    this.#database = new IndexedDatabase(`kith-${userId}`, schema);
  }

  /** Everything a warm start needs, in one read. */
  load(): Promise<Snapshot> {
    return this.#database.transaction('readonly', ['meta', 'rooms', 'users', 'settings', 'outbox'], async (table) => {
      const [token, rooms, users, settings, outbox] = await Promise.all([
        table<MetaRecord>('meta').get('token'),
        table<RoomRecord>('rooms').all(),
        table<UserRecord>('users').all(),
        table<SettingRecord>('settings').all(),
        table<OutboxRecord>('outbox').all(),
      ]);
      return { token: typeof token?.value === 'string' ? token.value : '', rooms, users, settings, outbox };
    });
  }

  /** Writes a batch and the token that covers it, all or nothing. */
  commit(batch: WriteBatch): Promise<void> {
    return this.#database.transaction('readwrite', ['meta', 'rooms', 'users', 'messages', 'ranges', 'settings'], async (table) => {
      const messages = table<MessageRecord>('messages');
      const ranges = table<RangesRecord>('ranges');
      const settings = table<SettingRecord>('settings');
      if (batch.fresh) {
        await Promise.all([table('rooms').clear(), table('users').clear(), messages.clear(), ranges.clear()]);
        // Own settings the server has not seen yet (drafts among them) outlive a fresh start.
        for (const setting of await settings.all()) if (!setting.pending) await settings.delete(setting.key);
      }
      for (const roomId of batch.resets) {
        await messages.delete(seqs(roomId, 0, Infinity));
        await ranges.delete(roomId);
      }
      table<RoomRecord>('rooms').putAll(batch.rooms);
      table<UserRecord>('users').putAll(batch.users);
      settings.putAll(batch.settings);
      for (const key of batch.removedSettings) await settings.delete(key);
      await storeEvents(batch.events, messages, ranges);
      if (batch.token !== undefined) await table<MetaRecord>('meta').put({ key: 'token', value: batch.token });
    });
  }

  /** Stores a page the server gave. `range`: what it covers; `isBeginning`: nothing older may be read. */
  storePage(roomId: RoomId, page: readonly MessageRecord[], range: SeqRange, isBeginning: boolean): Promise<void> {
    return this.#database.transaction('readwrite', ['messages', 'ranges'], async (table) => {
      const messages = table<MessageRecord>('messages');
      const ranges = table<RangesRecord>('ranges');
      const known = await Promise.all(page.map((message) => messages.get([roomId, message.seq])));
      messages.putAll(page.map((message, index) => newerOf(known[index], message)));
      const record = await ranges.get(roomId);
      await ranges.put({
        roomId,
        ranges: addRange(record?.ranges ?? [], range),
        beginning: isBeginning ? range.from : record?.beginning,
      });
    });
  }

  /** The newest stored page of a room, at most `limit` messages. */
  newestPage(roomId: RoomId, limit: number): Promise<StoredPage | undefined> {
    return this.#page(roomId, limit, (ranges) => {
      const range = newestRange(ranges);
      return range && { range, to: range.to };
    });
  }

  /** The stored page that ends right before `seq`, if what comes before it is stored. */
  pageBefore(roomId: RoomId, seq: number, limit: number): Promise<StoredPage | undefined> {
    return this.#page(roomId, limit, (ranges) => {
      const range = rangeOf(ranges, seq - 1);
      return range && { range, to: seq - 1 };
    });
  }

  /** One stored message. */
  message(roomId: RoomId, seq: number): Promise<MessageRecord | undefined> {
    return this.#database.transaction('readonly', ['messages'], (table) => table<MessageRecord>('messages').get([roomId, seq]));
  }

  putSetting(record: SettingRecord): Promise<unknown> {
    return this.#database.transaction('readwrite', ['settings'], (table) => table<SettingRecord>('settings').put(record));
  }

  deleteSetting(key: string): Promise<unknown> {
    return this.#database.transaction('readwrite', ['settings'], (table) => table<SettingRecord>('settings').delete(key));
  }

  /** The outbox's rows as the outbox wants them. */
  outboxStore(): OutboxStore {
    const inOutbox = <T>(work: (table: TableAccess<Omit<OutboxRecord, 'order'>>) => Promise<T>): Promise<T> =>
      this.#database.transaction('readwrite', ['outbox'], (table) => work(table<Omit<OutboxRecord, 'order'>>('outbox')));
    return {
      add: async (record) => Number(await inOutbox((table) => table.put(record))),
      put: async (record) => void (await inOutbox((table) => table.put(record))),
      delete: (order) => inOutbox((table) => table.delete(order)),
    };
  }

  /** One outbox row. */
  outboxRow(txnId: string): Promise<OutboxRecord | undefined> {
    return this.#database.transaction('readonly', ['outbox'], (table) => table<OutboxRecord>('outbox').getBy('txnId', txnId));
  }

  /** Drops what is beyond `keptMessages` in each room, oldest first. Called at a quiet moment. */
  async tidy(): Promise<void> {
    const roomIds = await this.#database.transaction('readonly', ['ranges'], (table) => table<RangesRecord>('ranges').keys());
    for (const roomId of roomIds) await this.#tidyRoom(String(roomId));
  }

  /** Removes everything that is stored of this account. */
  delete(): Promise<void> {
    return this.#database.delete();
  }

  #tidyRoom(roomId: RoomId): Promise<void> {
    return this.#database.transaction('readwrite', ['messages', 'ranges'], async (table) => {
      const messages = table<MessageRecord>('messages');
      const record = await table<RangesRecord>('ranges').get(roomId);
      const newest = record && newestRange(record.ranges);
      if (!newest) return;
      const kept = await messages.last(seqs(roomId, newest.from, newest.to), keptMessages);
      const from = kept.length < keptMessages ? newest.from : kept[0]!.seq;
      await messages.delete(seqs(roomId, 0, from - 1));
      const beginning = record.beginning !== undefined && record.beginning >= from ? record.beginning : undefined;
      await table<RangesRecord>('ranges').put({ roomId, ranges: [{ from, to: newest.to }], beginning });
    });
  }

  #page(roomId: RoomId, limit: number, choose: (ranges: readonly SeqRange[]) => { range: SeqRange; to: number } | undefined): Promise<StoredPage | undefined> {
    return this.#database.transaction('readonly', ['messages', 'ranges'], async (table) => {
      const record = await table<RangesRecord>('ranges').get(roomId);
      const chosen = record && choose(record.ranges);
      if (!chosen) return undefined;
      const messages = await table<MessageRecord>('messages').last(seqs(roomId, chosen.range.from, chosen.to), limit);
      const from = messages.length < limit ? chosen.range.from : messages[0]!.seq;
      return { messages, range: { from, to: chosen.to }, hasOlder: record.beginning === undefined || from > record.beginning };
    });
  }
}

async function storeEvents(events: readonly StoredEvent[], messages: Messages, ranges: Ranges): Promise<void> {
  const changed = new Map<RoomId, RangesRecord>();
  for (const event of events) {
    const { roomId, seq } = event;
    const record = changed.get(roomId) ?? (await ranges.get(roomId)) ?? { roomId, ranges: [], beginning: undefined };
    changed.set(roomId, { ...record, ranges: addRange(record.ranges, { from: seq, to: seq }) });
    await storeChange(event, record, messages);
  }
  ranges.putAll([...changed.values()]);
}

async function storeChange({ roomId, seq, change }: StoredEvent, record: RangesRecord, messages: Messages): Promise<void> {
  if (change.kind === 'put') {
    // An edit of a message that lies outside the stored ranges would leave a lone row that no range owns.
    if (change.message.seq !== seq && !rangeOf(record.ranges, change.message.seq)) return;
    await messages.put(newerOf(await messages.get([roomId, change.message.seq]), change.message));
  } else {
    const known = await messages.get([roomId, change.seq]);
    if (known) await messages.put({ ...known, deleted: true, body: { kind: 'gone' } });
  }
}

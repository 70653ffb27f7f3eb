// Messages and edits on their way: shown at once, stored, sent in order and once.
//
//   waiting ──send──▶ sending ──answer──▶ gone (a send stays visible as `sent` until its event has its place in the timeline)
//      ▲                 │ error
//      └── may help ─────┴── can never help ──▶ failed ──retry──▶ waiting
//
// A room has at most one entry in flight, which keeps its order; all rooms together at most `sendsInFlight`. An answer that was
// lost does no harm: the same txn_id gives the same message, and an event with our tag removes the entry before it is sent again.

import { KithError, type ErrorData } from '../api/error';
import { fnv1a64 } from '../base/fnv';
import type { Clock } from '../base/clock';
import { signal, type Signal, type WritableSignal } from '../base/signal';
import type { MessageRecord, OutboxRecord } from './records';
import type { RoomId } from './types';

/** An entry as the timeline shows it. */
export interface OutboxEntry {
  readonly record: OutboxRecord;
  readonly state: 'waiting' | 'sending' | 'failed' | 'sent';
  /** The server's message, once `sent`. */
  readonly message: MessageRecord | undefined;
}

/** Where entries survive a reload. */
export interface OutboxStore {
  /** Stores a new entry; answers with its place in the queue. */
  add(record: Omit<OutboxRecord, 'order'>): Promise<number>;
  put(record: OutboxRecord): Promise<void>;
  delete(order: number): Promise<void>;
}

export interface OutboxPorts {
  readonly clock: Clock;
  readonly store: OutboxStore;
  /** A new txn_id, unique for this device. */
  readonly newTxnId: () => string;
  /** Asks the server; rejects with KithError. */
  readonly send: (record: OutboxRecord) => Promise<MessageRecord>;
  /** Whether this tab may send, and is connected. */
  readonly maySend: () => boolean;
  readonly sendsInFlight: () => number;
  /** The server has it. */
  readonly handleSent: (record: OutboxRecord, message: MessageRecord) => void;
  /** Entries changed in a way that other tabs must hear of. */
  readonly announce: (change: OutboxChange) => void;
  readonly handleTrouble: (error: KithError) => void;
}

/** What one tab tells the others. */
export type OutboxChange = { readonly kind: 'added' | 'failed' | 'dropped'; readonly txnId: string };

/** More unsent messages than a person writes offline; beyond it new ones are refused at the composer. */
export const maxEntries = 500;
const firstRetryMs = 1_000;
const longestRetryMs = 30_000;
const tellOthersAfterMs = 5_000;

type Entry = { record: OutboxRecord; state: OutboxEntry['state']; message: MessageRecord | undefined; stored: Promise<void>; attempts: number; retryAt: number };

const noEntries: readonly OutboxEntry[] = [];

export class Outbox {
  readonly #ports: OutboxPorts;
  #entries: Entry[] = [];
  readonly #rooms = new Map<RoomId, WritableSignal<readonly OutboxEntry[]>>();
  readonly #arrived = new Set<string>();
  readonly #waiting = signal(0);
  readonly #failedRooms = signal<ReadonlySet<RoomId>>(new Set());
  #cancelTimer: (() => void) | undefined;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  /** Entries not yet at the server, without failed ones. */
  get waiting(): Signal<number> {
    return this.#waiting;
  }

  /** Rooms with a failed entry. */
  get failedRooms(): Signal<ReadonlySet<RoomId>> {
    return this.#failedRooms;
  }

  get isFull(): boolean {
    return this.#entries.length >= maxEntries;
  }

  /** Why `add` answered false. */
  fullError(): KithError {
    return new KithError({ reason: 'too-many', code: 'resource_exhausted', field: 'outbox' });
  }

  /** The entries of a room, in order. */
  entries(roomId: RoomId): Signal<readonly OutboxEntry[]> {
    return this.#room(roomId);
  }

  /** Takes stored entries: at the start, or another tab's. Entries known already stay as they are. */
  restore(records: readonly OutboxRecord[]): void {
    for (const record of records) {
      if (this.#find(record.txnId) || this.#arrived.has(record.tag)) continue;
      const state = record.error ? 'failed' : 'waiting';
      this.#entries.push({ record, state, message: undefined, stored: Promise.resolve(), attempts: 0, retryAt: 0 });
    }
    this.#entries.sort((left, right) => left.record.order - right.record.order);
    this.#changed();
    this.pump();
  }

  /** Adds a message or an edit; it is visible when this returns. False if there are too many. */
  add(input: Pick<OutboxRecord, 'roomId' | 'kind' | 'text' | 'replyTo' | 'editSeq'>): boolean {
    if (this.isFull) return false;
    const txnId = this.#ports.newTxnId();
    const order = (this.#entries.at(-1)?.record.order ?? 0) + 1;
    const fields = { ...input, txnId, tag: fnv1a64(txnId), createdAt: this.#ports.clock.now(), error: undefined };
    const entry: Entry = { record: { ...fields, order }, state: 'waiting', message: undefined, stored: Promise.resolve(), attempts: 0, retryAt: 0 };
    // A newer edit of the same message replaces one that has not left yet.
    if (input.kind === 'edit') {
      for (const older of this.#entries.filter((other) => other.record.kind === 'edit' && other.record.roomId === input.roomId && other.record.editSeq === input.editSeq && other.state !== 'sending')) {
        void this.#remove(older);
      }
    }
    this.#entries.push(entry);
    entry.stored = this.#ports.store.add(fields).then(
      (stored) => {
        entry.record = { ...entry.record, order: stored };
        this.#ports.announce({ kind: 'added', txnId });
      },
      () => this.#ports.handleTrouble(new KithError({ reason: 'storage-failed', message: 'the outbox could not be stored' })),
    );
    this.#changed(input.roomId);
    this.pump();
    return true;
  }

  /** Sends what may be sent now. Called on connecting, on becoming the sending tab, and after each change. */
  pump(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (!this.#ports.maySend()) return;
    const busy = new Set<RoomId>();
    let inFlight = this.#entries.filter((entry) => entry.state === 'sending').length;
    let nextRetryAt = Infinity;
    for (const entry of this.#entries) {
      if (entry.state === 'failed' || entry.state === 'sent' || busy.has(entry.record.roomId)) continue;
      busy.add(entry.record.roomId);
      if (entry.state === 'sending') continue;
      if (entry.retryAt > this.#ports.clock.now()) {
        nextRetryAt = Math.min(nextRetryAt, entry.retryAt);
      } else if (inFlight < this.#ports.sendsInFlight()) {
        inFlight += 1;
        void this.#send(entry);
      }
    }
    if (nextRetryAt < Infinity) this.#cancelTimer = this.#ports.clock.after(nextRetryAt - this.#ports.clock.now(), () => this.pump());
  }

  /** The connection is back: nothing waits for its retry time any more unless the server asked for it. */
  handleOnline(): void {
    for (const entry of this.#entries) if (entry.attempts > 0) entry.retryAt = Math.min(entry.retryAt, this.#ports.clock.now() + firstRetryMs);
    this.pump();
  }

  /** A message of mine arrived: if it is one of these, it is no longer on its way. */
  handlePosted(message: MessageRecord): void {
    if (message.tag === '') return;
    // Another tab may tell of the entry only now.
    this.#arrived.add(message.tag);
    if (this.#arrived.size > maxEntries) this.#arrived.delete(this.#arrived.values().next().value!);
    const entry = this.#entries.find((other) => other.record.tag === message.tag && other.record.kind === 'send');
    if (entry) void this.#remove(entry);
  }

  /** The timeline is complete up to `seq`: what was sent before has its place there. */
  handleCovered(roomId: RoomId, seq: number): void {
    for (const entry of this.#entries.filter((other) => other.record.roomId === roomId && other.message !== undefined && other.message.seq <= seq)) {
      void this.#remove(entry);
    }
  }

  /** Sends a failed entry again. */
  retry(txnId: string): void {
    const entry = this.#find(txnId);
    if (entry?.state !== 'failed') return;
    entry.record = { ...entry.record, error: undefined };
    entry.state = 'waiting';
    entry.attempts = 0;
    entry.retryAt = 0;
    void entry.stored.then(() => this.#ports.store.put(entry.record)).then(() => this.#ports.announce({ kind: 'added', txnId }));
    this.#changed(entry.record.roomId);
    this.pump();
  }

  /** Drops an entry that has not left. False if it is on its way or gone. */
  drop(txnId: string): boolean {
    const entry = this.#find(txnId);
    if (!entry || entry.state === 'sending' || entry.state === 'sent') return false;
    void this.#remove(entry).then(() => this.#ports.announce({ kind: 'dropped', txnId }));
    this.pump();
    return true;
  }

  /** Another tab changed an entry. `record`: as stored now, undefined if gone. */
  handleChange(change: OutboxChange, record: OutboxRecord | undefined): void {
    const entry = this.#find(change.txnId);
    if (!entry) {
      if (record) this.restore([record]);
    } else if (change.kind === 'dropped') {
      this.#entries = this.#entries.filter((other) => other !== entry);
      this.#changed(entry.record.roomId);
    } else if (record && entry.state !== 'sending') {
      entry.record = record;
      entry.state = record.error ? 'failed' : 'waiting';
      this.#changed(record.roomId);
    }
    this.pump();
  }

  async #send(entry: Entry): Promise<void> {
    entry.state = 'sending';
    entry.attempts += 1;
    this.#changed(entry.record.roomId);
    try {
      const message = await this.#ports.send(entry.record);
      // Its event may have come first and taken the entry away.
      if (!this.#entries.includes(entry)) return;
      entry.state = 'sent';
      entry.message = message;
      this.#changed(entry.record.roomId);
      this.#ports.handleSent(entry.record, message);
      if (entry.record.kind === 'edit') await this.#remove(entry);
      else await this.#forget(entry);
      // Other tabs drop a send when its event comes to them; this is for a tab that missed it.
      const { txnId } = entry.record;
      this.#ports.clock.after(entry.record.kind === 'edit' ? 0 : tellOthersAfterMs, () => this.#ports.announce({ kind: 'dropped', txnId }));
    } catch (thrown) {
      if (this.#entries.includes(entry)) this.#handleError(entry, thrown as KithError);
    } finally {
      this.pump();
    }
  }

  #handleError(entry: Entry, error: KithError): void {
    if (error.retry === 'never') {
      this.#fail(entry, error.data());
      return;
    }
    entry.state = 'waiting';
    const backOff = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(entry.attempts - 1, 8));
    entry.retryAt = this.#ports.clock.now() + (error.reason === 'offline' ? 0 : Math.max(error.retryAfterMs, backOff));
    this.#changed(entry.record.roomId);
  }

  #fail(entry: Entry, error: ErrorData): void {
    entry.state = 'failed';
    entry.record = { ...entry.record, error };
    void entry.stored
      .then(() => this.#ports.store.put(entry.record))
      .then(() => this.#ports.announce({ kind: 'failed', txnId: entry.record.txnId }))
      .catch(() => undefined);
    this.#changed(entry.record.roomId);
  }

  async #remove(entry: Entry): Promise<void> {
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#changed(entry.record.roomId);
    await this.#forget(entry);
  }

  async #forget(entry: Entry): Promise<void> {
    await entry.stored;
    await this.#ports.store.delete(entry.record.order).catch(() => undefined);
  }

  #find(txnId: string): Entry | undefined {
    return this.#entries.find((entry) => entry.record.txnId === txnId);
  }

  #room(roomId: RoomId): WritableSignal<readonly OutboxEntry[]> {
    let room = this.#rooms.get(roomId);
    if (!room) {
      room = signal(noEntries);
      this.#rooms.set(roomId, room);
    }
    return room;
  }

  #changed(onlyRoom?: RoomId): void {
    const rooms = onlyRoom === undefined ? new Set([...this.#rooms.keys(), ...this.#entries.map((entry) => entry.record.roomId)]) : [onlyRoom];
    for (const roomId of rooms) {
      const entries = this.#entries.filter((entry) => entry.record.roomId === roomId);
      this.#room(roomId).set(entries.length === 0 ? noEntries : entries.map(({ record, state, message }) => ({ record, state, message })));
    }
    this.#waiting.set(this.#entries.filter((entry) => entry.state === 'waiting' || entry.state === 'sending').length);
    const failed = new Set(this.#entries.filter((entry) => entry.state === 'failed').map((entry) => entry.record.roomId));
    const known = this.#failedRooms.get();
    if (failed.size !== known.size || [...failed].some((roomId) => !known.has(roomId))) this.#failedRooms.set(failed);
  }
}

// The client's picture of the server: rooms, users, presence, and the events that change them. It takes answers and items as
// they come over the wire and says what must be stored; it asks, waits and stores nothing itself.

import { PresencePrivacy } from '../api/gen/kith/v1/user_pb';
import type { Event, OwnStateChanged, RoomSync, ServerItem, SyncResponse } from '../api/gen/kith/v1/sync_pb';
import type { Call } from '../api/gen/kith/v1/call_pb';
import type { Membership, RoomEntry, User } from '../api/gen/kith/v1/types_pb';
import { batch, signal, type WritableSignal } from '../base/signal';
import { SignalTable } from '../base/table';
import { emptyBatch, type Snapshot, type StoredEvent, type WriteBatch } from './database';
import { membershipPartOf, messageOf, presenceOf, roomOf, userOf } from './from_wire';
import type { MessageRecord, PresenceRecord, RoomRecord, UserRecord } from './records';
import type { RoomId, UserId } from './types';
import { afterDeleted, afterEdited, afterPosted, afterTold, countAfter } from './unread';

/** Whom the replica tells, while it applies. */
export interface ReplicaListeners {
  /** An event in order, also of rooms that are not open. `isNew`: not heard before. */
  handleEvent(event: StoredEvent, isNew: boolean): void;
  /** Everything of the server is forgotten and comes anew. */
  handleFresh(): void;
  /** What is known of this room's timeline must go. */
  handleReset(roomId: RoomId): void;
  handleTyping(roomId: RoomId, userId: UserId, typing: boolean): void;
  handleReadPosition(roomId: RoomId, userId: UserId, seq: number): void;
  /** All calls going on in my rooms. */
  handleCalls(calls: readonly Call[]): void;
  /** A call began, changed or ended. */
  handleCall(call: Call): void;
  /** A setting of mine, perhaps set by another device. True if it was taken (none of mine is pending). */
  handleSetting(key: string, value: string): boolean;
  /** A message changed by an own edit whose event has not come yet. */
  handleMessage(message: MessageRecord): void;
  /** How far I have read according to marks the server has not acknowledged; 0 if it has all. */
  pendingRead(roomId: RoomId): number;
  /** A message as far as known here, in memory. */
  findMessage(roomId: RoomId, seq: number): MessageRecord | undefined;
  /** The room's messages after a seq up to its newest event, if all are in memory. */
  messagesAfter(roomId: RoomId, seq: number): readonly MessageRecord[] | undefined;
  /** Something was missed: catch up. */
  needSync(): void;
  /** The room's counts may be off: ask for them. */
  needRoom(roomId: RoomId): void;
  /** Apply is done; write this. */
  handleBatch(batch: WriteBatch): void;
}

export class Replica {
  readonly rooms = new SignalTable<RoomRecord>();
  readonly users = new SignalTable<UserRecord>();
  readonly presences = new SignalTable<PresenceRecord>();
  readonly meId: WritableSignal<UserId>;
  readonly presencePrivacy = signal<'everybody' | 'nobody'>('everybody');
  readonly #listeners: ReplicaListeners;
  #token: string;
  // After a hole the token on the wire covers events that were not taken: it is worth nothing until the next Sync.
  #missed = false;
  #batch = emptyBatch();

  constructor(meId: UserId, snapshot: Snapshot, listeners: ReplicaListeners) {
    this.#listeners = listeners;
    this.meId = signal(meId);
    this.#token = snapshot.token;
    for (const room of snapshot.rooms) this.rooms.set(room.id, room);
    for (const user of snapshot.users) this.users.set(user.id, user);
  }

  /** Where to resume. */
  get token(): string {
    return this.#token;
  }

  /** Resume from another place: nothing (start afresh), or what the store has. */
  setToken(token: string): void {
    this.#token = token;
  }

  /** Applies the answer to a Sync. */
  handleSync(response: SyncResponse): void {
    this.#apply(() => {
      this.#missed = false;
      if (response.fresh) this.#forget();
      if (response.me) this.putUser(response.me);
      this.#setPrivacy(response.presencePrivacy);
      for (const user of response.users) this.putUser(user);
      for (const room of response.rooms) this.#applyRoomSync(room);
      for (const setting of response.settings) this.#applySetting(setting.key, setting.value);
      this.#listeners.handleCalls(response.calls);
      this.#setToken(response.token);
    });
  }

  /** Applies items of one frame, in order. */
  handleItems(items: readonly ServerItem[]): void {
    this.#apply(() => {
      for (const item of items) this.#applyItem(item);
    });
  }

  /** Takes a room's row from an answer that is not part of the stream (joined, opened, loaded). */
  putEntry(entry: RoomEntry): void {
    this.#apply(() => this.#applyEntry(entry));
  }

  /** Takes the own place in a room from an answer. */
  putMembership(membership: Membership): void {
    this.#apply(() => this.#applyMembership(membership));
  }

  putUsers(users: readonly User[]): void {
    this.#apply(() => {
      for (const user of users) this.putUser(user);
    });
  }

  /** Changes a room's row here first; the server's word follows. */
  changeRoom(roomId: RoomId, change: (room: RoomRecord) => RoomRecord): void {
    const room = this.rooms.get(roomId);
    if (room) this.#apply(() => this.#putRoom(change(room)));
  }

  /** Takes the answer to an own send: if nothing lies between, the message is in its place at once. Its event changes nothing then. */
  handleSent(message: MessageRecord): void {
    const room = this.rooms.get(message.roomId);
    if (!room || message.seq !== room.lastSeq + 1) return;
    this.#apply(() => {
      this.#posted(room, message);
      this.#tellStored({ roomId: room.id, seq: message.seq, change: { kind: 'put', message } }, true);
    });
  }

  /** Takes the answer to an own edit; counting waits for the event. */
  handleEdited(message: MessageRecord): void {
    this.#apply(() => this.#listeners.handleMessage(message));
  }

  /** Takes a user's names and, if given, presence. */
  putUser(user: User): void {
    if (user.presence) this.presences.set(user.id, presenceOf(user.presence));
    const next = userOf(user);
    const known = this.users.get(user.id);
    if (known && JSON.stringify(known) === JSON.stringify(next)) return;
    this.users.set(user.id, next);
    this.#batch.users.push(next);
  }

  #apply(work: () => void): void {
    batch(work);
    const done = this.#batch;
    this.#batch = emptyBatch();
    this.#listeners.handleBatch(done);
  }

  #forget(): void {
    this.#batch.fresh = true;
    this.#listeners.handleFresh();
    for (const room of [...this.rooms.values()]) this.#listeners.handleReset(room.id);
    this.rooms.clear();
    this.users.clear();
  }

  #setToken(token: string): void {
    if (token === '' || this.#missed) return;
    this.#token = token;
    this.#batch.token = token;
  }

  #setPrivacy(privacy: PresencePrivacy): void {
    this.presencePrivacy.set(privacy === PresencePrivacy.NOBODY ? 'nobody' : 'everybody');
  }

  #putRoom(room: RoomRecord): void {
    this.rooms.set(room.id, room);
    this.#batch.rooms = this.#batch.rooms.filter((other) => other.id !== room.id);
    this.#batch.rooms.push(room);
  }

  #applyRoomSync(sync: RoomSync): void {
    const roomId = sync.entry?.room?.id;
    if (!sync.entry || roomId === undefined) return;
    if (sync.reset) {
      this.#batch.resets.push(roomId);
      this.#listeners.handleReset(roomId);
    }
    const before = this.rooms.get(roomId);
    const entry = roomOf(sync.entry);
    // The entry already counts its events: they only fill the timeline.
    for (const event of sync.events) this.#tell(event, before === undefined || Number(event.seq) > before.lastSeq);
    if (entry) this.#putRoom(this.#withPendingRead(entry));
  }

  #applyItem(item: ServerItem): void {
    const { kind } = item;
    switch (kind.case) {
      case 'event':
        this.#applyEvent(kind.value);
        break;
      case 'ownState':
        this.#applyOwnState(kind.value);
        break;
      case 'typing':
        this.#listeners.handleTyping(kind.value.roomId, kind.value.userId, kind.value.typing);
        break;
      case 'presence':
        this.presences.set(kind.value.userId, presenceOf(kind.value));
        break;
      case 'readPosition':
        this.#listeners.handleReadPosition(kind.value.roomId, kind.value.userId, Number(kind.value.seq));
        break;
      case 'token':
        this.#setToken(kind.value);
        break;
      case 'user':
        this.putUser(kind.value);
        break;
      case 'call':
        this.#listeners.handleCall(kind.value);
        break;
      case 'answer':
      case 'goodbye':
      case undefined:
        break;
    }
  }

  #applyEvent(event: Event): void {
    const room = this.rooms.get(event.roomId);
    const seq = Number(event.seq);
    if (!room || seq > room.lastSeq + 1) {
      this.#missed = true;
      this.#listeners.needSync();
      return;
    }
    const isNew = seq > room.lastSeq;
    if (isNew) this.#count(room, seq, event);
    this.#tell(event, isNew);
  }

  #count(room: RoomRecord, seq: number, event: Event): void {
    const me = this.meId.get();
    const { kind } = event;
    if (kind.case === 'posted') {
      this.#posted(room, messageOf(kind.value));
    } else if (kind.case === 'edited' && kind.value.message) {
      const message = messageOf(kind.value.message);
      const before = this.#listeners.findMessage(room.id, message.seq);
      this.#putRoom(afterEdited(room, seq, before, message, me));
      if (!before && message.seq > room.readSeq) this.#listeners.needRoom(room.id);
    } else if (kind.case === 'deleted') {
      const target = Number(kind.value.seq);
      const before = this.#listeners.findMessage(room.id, target);
      const wasMention = before?.body.kind === 'text' ? before.body.all || before.body.mentions.includes(me) : undefined;
      this.#putRoom(afterDeleted(room, seq, { seq: target, countable: kind.value.countable, wasMine: before?.senderId === me, wasMention }));
      if (!before && target > room.readSeq && kind.value.countable) this.#listeners.needRoom(room.id);
    } else {
      this.#putRoom({ ...room, lastSeq: seq });
    }
  }

  #posted(room: RoomRecord, message: MessageRecord): void {
    let next = afterPosted(room, message, this.meId.get());
    const { body } = message;
    if (body.kind === 'room') next = { ...next, name: body.name ?? next.name, topic: body.topic ?? next.topic };
    if (body.kind === 'member' && (body.action === 'joined' || body.action === 'left' || body.action === 'removed')) {
      next = { ...next, memberCount: Math.max(0, next.memberCount + (body.action === 'joined' ? 1 : -1)) };
    }
    this.#putRoom(next);
  }

  #tell(event: Event, isNew: boolean): void {
    const { kind, roomId } = event;
    const seq = Number(event.seq);
    let stored: StoredEvent | undefined;
    if (kind.case === 'posted') stored = { roomId, seq, change: { kind: 'put', message: messageOf(kind.value) } };
    else if (kind.case === 'edited' && kind.value.message) stored = { roomId, seq, change: { kind: 'put', message: messageOf(kind.value.message) } };
    else if (kind.case === 'deleted') stored = { roomId, seq, change: { kind: 'delete', seq: Number(kind.value.seq) } };
    if (stored) this.#tellStored(stored, isNew);
  }

  #tellStored(stored: StoredEvent, isNew: boolean): void {
    this.#batch.events.push(stored);
    this.#listeners.handleEvent(stored, isNew);
  }

  #applyOwnState(change: OwnStateChanged): void {
    const { kind } = change;
    if (kind.case === 'membership') this.#applyMembership(kind.value);
    else if (kind.case === 'room') this.#applyEntry(kind.value);
    else if (kind.case === 'setting') this.#applySetting(kind.value.key, kind.value.value);
    else if (kind.case === 'me') this.putUser(kind.value);
  }

  #applySetting(key: string, value: string): void {
    if (!this.#listeners.handleSetting(key, value)) return;
    if (value === '') this.#batch.removedSettings.push(key);
    else this.#batch.settings.push({ key, value, pending: false });
  }

  #applyEntry(entry: RoomEntry): void {
    const given = roomOf(entry);
    if (!given) return;
    const next = this.#withPendingRead(given);
    const known = this.rooms.get(next.id);
    if (!known || known.membership !== 'in') {
      this.#putRoom(next);
      return;
    }
    if (next.lastSeq !== known.lastSeq) {
      // Behind the events heard, or ahead of those still to come, which must not count twice: names and preferences are taken, positions are not.
      const { lastSeq, lastMessage, unread, mentions, readSeq, countedTo } = known;
      this.#putRoom({ ...next, lastSeq, lastMessage, unread, mentions, countedTo, readSeq: Math.max(readSeq, next.readSeq) });
    } else {
      this.#putRoom(next);
    }
  }

  #applyMembership(membership: Membership): void {
    const room = this.rooms.get(membership.roomId);
    if (!room) {
      this.#missed = true;
      this.#listeners.needSync();
      return;
    }
    const next = { ...room, ...membershipPartOf(membership) };
    if (next.membership === 'left' && room.membership !== 'left') this.#listeners.handleReset(room.id);
    const pendingRead = this.#listeners.pendingRead(room.id);
    if (pendingRead > next.readSeq) {
      // The server's counts are of a position that is over; the answer to the mark has the right ones.
      const { unread, mentions, countedTo } = room;
      this.#putRoom(this.recounted({ ...next, readSeq: pendingRead, unread, mentions, countedTo }));
      return;
    }
    const { room: placed, certain } = afterTold({ known: room, told: next, messagesAfter: (seq) => this.#listeners.messagesAfter(room.id, seq) }, this.meId.get());
    this.#putRoom(placed);
    if (!certain) this.#listeners.needRoom(room.id);
  }

  /** The room with counts that fit its `readSeq`, as far as they can be counted here. */
  recounted(room: RoomRecord): RoomRecord {
    if (room.readSeq >= room.lastSeq) return { ...room, unread: 0, mentions: 0, countedTo: room.lastSeq };
    const after = this.#listeners.messagesAfter(room.id, room.readSeq);
    return after ? { ...room, ...countAfter(after, room.readSeq, room, this.meId.get()), countedTo: room.lastSeq } : room;
  }

  #withPendingRead(room: RoomRecord): RoomRecord {
    const readSeq = this.#listeners.pendingRead(room.id);
    return readSeq > room.readSeq ? this.recounted({ ...room, readSeq }) : room;
  }
}


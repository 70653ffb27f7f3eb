// A server for tests: rooms, events and tokens by the rules of the wire, behind the account's environment. Nothing waits.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { KithError } from '../api/error';
import type { Api } from '../api/client';
import { ListMessagesResponseSchema } from '../api/gen/kith/v1/message_pb';
import { EventSchema, MessageDeletedSchema, MessageEditedSchema, ServerItemSchema, SyncResponseSchema, type Answer, type ClientFrame, type Event, type ServerItem, type SyncResponse } from '../api/gen/kith/v1/sync_pb';
import { MessageContentSchema, MembershipSchema, MembershipState, MessageSchema, RoomEntrySchema, RoomKind, RoomRole, type Membership, type Message, type RoomEntry } from '../api/gen/kith/v1/types_pb';
import { fnv1a64 } from '../base/fnv';
import type { SessionStart } from '../call/session';
import { FakeSession } from '../call/testing';
import { ManualClock } from '../base/manual_clock';
import type { Link, LinkEvents } from '../connection/link';
import type { Environment, KeyValueStore, TabChannel } from './environment';

export const me = 'me';
export const ada = 'ada';

type Room = { id: string; kind: RoomKind; events: Event[]; readSeq: number };
type LinkState = { events: LinkEvents; isLive: boolean; isClosed: boolean };

/** A chat server with one account (`me`), whose answers and events are held back and released by the test. */
export class FakeServer {
  readonly rooms = new Map<string, Room>();
  readonly calls: ClientFrame[] = [];
  readonly links: LinkState[] = [];
  /** Answers to sends get lost while true; the messages are posted all the same. */
  losesAnswers = false;
  isReachable = true;
  refusal: KithError | undefined;
  readonly #txns = new Map<string, Message>();
  #log: Event[] = [];

  addRoom(id: string, kind = RoomKind.PUBLIC): void {
    this.rooms.set(id, { id, kind, events: [], readSeq: 0 });
  }

  /** Something is written; all live connections hear of it. */
  post(roomId: string, senderId: string, text: string, options: { tag?: string; mentions?: string[]; silent?: boolean } = {}): Message {
    const room = this.rooms.get(roomId)!;
    const message = create(MessageSchema, {
      roomId,
      seq: BigInt(room.events.length + 1),
      senderId,
      createdAt: { seconds: BigInt(1_795_000_000 + room.events.length), nanos: 0 },
      body: { case: 'content', value: { body: { case: 'text', value: text }, mentionedUserIds: options.mentions ?? [] } },
      txnTag: options.tag === undefined ? 0n : BigInt(`0x${options.tag}`),
    });
    this.#record(roomId, { case: 'posted', value: message }, options.silent ?? false);
    if (senderId === me) room.readSeq = Number(message.seq);
    return message;
  }

  edit(roomId: string, seq: number, text: string, revision = 1): Message {
    const old = this.message(roomId, seq)!;
    const message = create(MessageSchema, { ...old, revision, body: { case: 'content', value: create(MessageContentSchema, { body: { case: 'text', value: text } }) } });
    this.#record(roomId, { case: 'edited', value: create(MessageEditedSchema, { message }) }, false);
    return message;
  }

  remove(roomId: string, seq: number): void {
    this.#record(roomId, { case: 'deleted', value: create(MessageDeletedSchema, { seq: BigInt(seq), byUserId: ada, countable: true }) }, false);
  }

  /** The message as it is now. */
  message(roomId: string, seq: number): Message | undefined {
    let found: Message | undefined;
    for (const { kind } of this.rooms.get(roomId)!.events) {
      if (kind.case === 'posted' && Number(kind.value.seq) === seq) found = kind.value;
      else if (kind.case === 'edited' && Number(kind.value.message?.seq) === seq) found = kind.value.message;
      else if (kind.case === 'deleted' && Number(kind.value.seq) === seq && found) {
        found = create(MessageSchema, { roomId, seq: found.seq, senderId: found.senderId, deleted: true });
      }
    }
    return found;
  }

  /** All connections break. */
  dropLinks(): void {
    for (const link of this.links.filter((other) => !other.isClosed)) {
      link.isClosed = true;
      link.events.closed(undefined);
    }
  }

  tell(item: MessageInitShape<typeof ServerItemSchema>, token?: string): void {
    const items = [create(ServerItemSchema, item)];
    if (token !== undefined) items.push(create(ServerItemSchema, { kind: { case: 'token', value: token } }));
    for (const link of this.links) if (link.isLive && !link.isClosed) link.events.items(items);
  }

  get token(): string {
    return `t${this.#log.length}`;
  }

  openLink(events: LinkEvents): Link {
    const link: LinkState = { events, isLive: false, isClosed: false };
    this.links.push(link);
    queueMicrotask(() => {
      if (link.isClosed) return;
      if (this.isReachable) events.opened();
      else {
        link.isClosed = true;
        events.closed(undefined);
      }
    });
    return {
      send: (frame) => queueMicrotask(() => this.#handle(link, frame)),
      close: () => {
        link.isClosed = true;
      },
    };
  }

  page(roomId: string, request: { limit?: number; beforeSeq?: bigint; afterSeq?: bigint; aroundSeq?: bigint }) {
    const { events } = this.rooms.get(roomId)!;
    const limit = request.limit || 50;
    let to = events.length;
    let from: number;
    if (request.afterSeq) {
      from = Number(request.afterSeq) + 1;
      to = Math.min(to, from + limit - 1);
    } else {
      if (request.beforeSeq) to = Number(request.beforeSeq) - 1;
      if (request.aroundSeq) to = Math.min(to, Number(request.aroundSeq) + Math.floor(limit / 2));
      from = Math.max(1, to - limit + 1);
    }
    const messages: Message[] = [];
    for (let seq = from; seq <= to; seq += 1) {
      const message = this.message(roomId, seq);
      if (message && events[seq - 1]!.kind.case === 'posted') messages.push(message);
    }
    return create(ListMessagesResponseSchema, { messages, fromSeq: BigInt(from), toSeq: BigInt(to), hasOlder: from > 1, hasNewer: to < events.length });
  }

  #record(roomId: string, kind: Event['kind'], silent: boolean): void {
    const room = this.rooms.get(roomId)!;
    const event = create(EventSchema, { roomId, seq: BigInt(room.events.length + 1), kind });
    room.events.push(event);
    this.#log.push(event);
    if (!silent) this.tell({ kind: { case: 'event', value: event } }, this.token);
  }

  #handle(link: LinkState, frame: ClientFrame): void {
    if (link.isClosed) return;
    this.calls.push(frame);
    const answer = (result: Answer['result']): void => {
      const item: ServerItem = create(ServerItemSchema, { kind: { case: 'answer', value: { id: frame.id, result } } });
      if (!link.isClosed) link.events.items([item]);
    };
    const { call } = frame;
    if (call.case === 'sync') {
      link.isLive = true;
      answer({ case: 'sync', value: this.sync(call.value.token) });
    } else if (call.case === 'sendMessage') {
      if (this.refusal) {
        const { code, message } = this.refusal;
        const rule = this.refusal.retry === 'later' ? 2 : 1;
        answer({ case: 'error', value: { $typeName: 'kith.v1.Error', code, message, detail: { $typeName: 'kith.v1.ErrorDetail', reason: rule === 2 ? 5001 : 3001, retry: rule, retryAfterMs: this.refusal.retryAfterMs, field: '', requestId: '' } } });
        return;
      }
      const { txnId, roomId, content } = call.value;
      const text = content?.body.case === 'text' ? content.body.value : '';
      const message = this.#txns.get(txnId) ?? this.post(roomId, me, text, { tag: fnv1a64(txnId), silent: this.losesAnswers });
      this.#txns.set(txnId, message);
      if (!this.losesAnswers) answer({ case: 'sendMessage', value: { $typeName: 'kith.v1.SendMessageResponse', message } });
    } else if (call.case === 'editMessage') {
      const { roomId, seq, content } = call.value;
      const message = this.edit(roomId, Number(seq), content?.body.case === 'text' ? content.body.value : '');
      answer({ case: 'editMessage', value: { $typeName: 'kith.v1.EditMessageResponse', message } });
    } else if (call.case === 'markRead') {
      const room = this.rooms.get(call.value.roomId)!;
      room.readSeq = call.value.unread ? Number(call.value.seq) : Math.max(room.readSeq, Number(call.value.seq));
      answer({ case: 'markRead', value: { $typeName: 'kith.v1.MarkReadResponse', membership: this.membership(room) } });
    } else if (call.case === 'ping') {
      answer({ case: 'pong', value: call.value });
    }
  }

  /** The answer to a Sync, by the token's place in the log. */
  sync(token: string): SyncResponse {
    const since = token === '' ? 0 : Number(token.slice(1));
    const missed = this.#log.slice(since);
    const rooms = [...this.rooms.values()]
      .filter((room) => token === '' || missed.some((event) => event.roomId === room.id))
      .map((room) => {
        const events = token === '' ? [] : missed.filter((event) => event.roomId === room.id);
        const isTooMuch = events.length > 100;
        return { entry: this.entry(room), reset: isTooMuch, events: isTooMuch ? [] : events };
      });
    return create(SyncResponseSchema, { fresh: token === '', me: { id: me, username: 'me' }, users: [{ id: ada, username: 'ada', displayName: 'Ada' }], rooms, token: this.token });
  }

  entry(room: Room): RoomEntry {
    const last = [...room.events].reverse().find((event) => event.kind.case === 'posted');
    const lastMessage = last && this.message(room.id, Number(last.seq));
    return create(RoomEntrySchema, {
      room: { id: room.id, kind: room.kind, name: `Room ${room.id}`, lastSeq: BigInt(room.events.length), memberCount: 2, directUserIds: room.kind === RoomKind.DIRECT ? [me, ada] : [] },
      membership: this.membership(room),
      ...(lastMessage && { lastMessage }),
    });
  }

  membership(room: Room): Membership {
    let unread = 0;
    let mentions = 0;
    for (const event of room.events) {
      const message = event.kind.case === 'posted' ? this.message(room.id, Number(event.seq)) : undefined;
      if (!message || message.deleted || message.senderId === me || Number(message.seq) <= room.readSeq) continue;
      unread += 1;
      if (room.kind === RoomKind.DIRECT || (message.body.case === 'content' && message.body.value.mentionedUserIds.includes(me))) mentions += 1;
    }
    return create(MembershipSchema, { roomId: room.id, state: MembershipState.IN, role: RoomRole.MEMBER, readSeq: BigInt(room.readSeq), unreadCount: unread, mentionCount: mentions, lastSeq: BigInt(room.events.length) });
  }
}

/** A key-value store in memory. */
export function mapKeys(map: Map<string, string>): KeyValueStore {
  return {
    get: (key) => map.get(key),
    set: (key, value) => void map.set(key, value),
    remove: (key) => void map.delete(key),
    list: (prefix) => [...map.keys()].filter((key) => key.startsWith(prefix)),
  };
}

/** A browser with any number of tabs, for one fake server. */
export class FakeBrowser {
  readonly clock = new ManualClock();
  readonly server: FakeServer;
  /** The sessions of calls entered in this browser. */
  readonly sessions: FakeSession[] = [];
  readonly #keys = new Map<string, string>();
  readonly #channels: { name: string; listener: (message: unknown) => void }[] = [];
  readonly #waiting: (() => void)[] = [];
  #isLocked = false;
  #ids = 0;

  constructor(server: FakeServer) {
    this.server = server;
  }

  /** The environment of a new tab. */
  tab(): Environment {
    const keys = mapKeys(this.#keys);
    const offline = (): Promise<never> => Promise.reject(new KithError({ reason: 'offline', retry: 'later' }));
    const api = {
      messages: { listMessages: (request: { roomId: string; limit?: number }) => (this.server.isReachable ? Promise.resolve(this.server.page(request.roomId, request)) : offline()) },
      users: { getMe: offline, getUser: offline, setSetting: () => Promise.resolve({}) },
      rooms: {
        listMembers: offline,
        getRoom: ({ roomId }: { roomId: string }) => Promise.resolve({ entry: this.server.entry(this.server.rooms.get(roomId)!) }),
      },
    };
    return {
      clock: this.clock,
      random: () => 0,
      api: api as unknown as Api,
      openWebSocket: (events) => this.server.openLink(events),
      openPolling: (events) => this.server.openLink(events),
      openCall: (start) => Promise.resolve(this.openCall(start)),
      keys,
      newId: () => `txn${(this.#ids += 1)}`,
      deviceName: 'Test',
      languages: ['en'],
      openChannel: (name) => this.#openChannel(name),
      holdLock: (_name, signal, work) => this.#holdLock(signal, work),
      isWatched: () => true,
      isVisible: () => true,
      onInput: () => undefined,
      onVisibility: () => undefined,
      onNetwork: () => undefined,
      reload: () => undefined,
    };
  }

  openCall(start: SessionStart): FakeSession {
    const session = new FakeSession(start);
    this.sessions.push(session);
    return session;
  }

  #openChannel(name: string): TabChannel {
    const own: { name: string; listener: (message: unknown) => void } = { name, listener: () => undefined };
    this.#channels.push(own);
    return {
      post: (message) => {
        for (const other of this.#channels) if (other !== own && other.name === name) queueMicrotask(() => other.listener(structuredClone(message)));
      },
      onMessage: (listener) => {
        own.listener = listener;
      },
      close: () => void this.#channels.splice(this.#channels.indexOf(own), 1),
    };
  }

  #holdLock(signal: AbortSignal, work: () => void): void {
    const begin = (): void => {
      this.#isLocked = true;
      signal.addEventListener('abort', () => {
        this.#isLocked = false;
        this.#waiting.shift()?.();
      });
      work();
    };
    if (this.#isLocked) this.#waiting.push(begin);
    else queueMicrotask(begin);
  }
}

// The timeline of one room: a window of messages, loaded from the store or the server, kept true by events, shown as rows.

import { KithError } from '../api/error';
import { batch, derived, sameFields, signal, type Signal, type WritableSignal } from '../base/signal';
import type { StoredEvent } from './database';
import type { Outbox } from './outbox';
import { isCountable, type MessageRecord, type RoomRecord } from './records';
import type { Page, PagePosition, TimelinePages } from './timeline_pages';
import { TimelineRows } from './timeline_rows';
import { TimelineWindow } from './timeline_window';
import type { Call, CallStory, Person, RoomId, TimelineModel, TimelineRow, TimelineView, UserId } from './types';

/** What a timeline needs of the account. */
export interface TimelinePorts {
  readonly pages: TimelinePages;
  readonly room: Signal<RoomRecord | undefined>;
  readonly me: () => UserId;
  /** True once what the store has was brought up to date. */
  readonly caughtUp: Signal<boolean>;
  readonly outbox: Outbox;
  readonly person: (userId: UserId) => Person;
  /** Rises when names change. */
  readonly usersVersion: Signal<number>;
  /** The others' read positions. */
  readonly readPositions: Signal<ReadonlyMap<UserId, number>>;
  readonly mayDeleteOthers: (room: RoomRecord) => boolean;
  /** What a call was for me. */
  readonly storyOf: (call: Call) => CallStory;
  /** True while the user looks at this window. */
  readonly isWatched: () => boolean;
  readonly markRead: (seq: number) => void;
  /** Deletes at the server; rejects with KithError. */
  readonly deleteMessage: (seq: number) => Promise<void>;
}

/** Answered messages outside the window that are kept for their one line; a screen shows a few. */
const maxOriginals = 500;

const noRows: readonly TimelineRow[] = [];

export class Timeline implements TimelineModel {
  readonly roomId: RoomId;
  readonly view: Signal<TimelineView>;
  readonly newCount: Signal<number>;
  readonly firstUnreadSeq: Signal<number | undefined>;
  readonly #ports: TimelinePorts;
  readonly #window = new TimelineWindow();
  readonly #rows = new TimelineRows();
  readonly #view: WritableSignal<TimelineView>;
  readonly #originals = new Map<number, MessageRecord | undefined>();
  #unreadAfter: number | undefined;
  #unreadCount = 0;
  #loading = { end: false, older: false, newer: false };
  #error: KithError | undefined;
  #target: TimelineView['target'];
  #nonce = 0;
  #subscribers = 0;
  #stops: (() => void)[] = [];
  #planned = false;

  constructor(roomId: RoomId, ports: TimelinePorts) {
    this.roomId = roomId;
    this.#ports = ports;
    this.#view = signal(this.#compose());
    this.view = { get: () => this.#view.get(), subscribe: (listener) => this.#subscribe(listener) };
    this.newCount = derived([ports.room], (room) => room?.unread ?? 0);
    this.firstUnreadSeq = derived([ports.room, this.#view], (room) => this.#firstUnread(room)?.seq);
  }

  /** True while a view shows it. */
  get isShown(): boolean {
    return this.#subscribers > 0;
  }

  // ── What the account tells ──

  /** An event of this room. */
  handleEvent(event: StoredEvent, isNew: boolean): void {
    const { change } = event;
    if (isNew && change.kind === 'put' && change.message.seq === event.seq) this.#handleArrival(change.message);
    const atEnd = !this.#hasNewer();
    const touched = change.kind === 'put' ? this.#window.put(event.seq, change.message) : this.#window.delete(event.seq, change.seq);
    const original = change.kind === 'put' ? change.message.seq : change.seq;
    if (this.#originals.has(original)) this.#originals.set(original, this.#window.find(original) ?? (change.kind === 'put' ? change.message : undefined));
    if (atEnd) this.#window.trim('oldest');
    if (touched || isNew) this.#plan();
  }

  /** A message changed by an own edit. */
  handleMessage(message: MessageRecord): void {
    if (this.#window.replace(message)) this.#plan();
  }

  /** What is here may be out of date beyond repair: forget it and load anew. */
  handleReset(): void {
    this.#window.clear();
    this.#originals.clear();
    this.#plan();
    if (this.isShown && this.#ports.caughtUp.get()) void this.#loadEnd();
  }

  /** The room comes to the screen: what is unread now stays marked until it is left. */
  handleOpened(): void {
    const room = this.#ports.room.get();
    this.#markNew(room && room.unread > 0 ? room : undefined);
  }

  /** The room left the screen. */
  handleLeft(): void {
    this.#markNew(undefined);
    this.#target = undefined;
  }

  find(seq: number): MessageRecord | undefined {
    return this.#window.find(seq);
  }

  /** All messages after a seq, if they are here. */
  messagesAfter(seq: number): readonly MessageRecord[] | undefined {
    const room = this.#ports.room.get();
    return room && this.#window.coversAfter(seq, room.lastSeq) ? this.#window.messages.filter((message) => message.seq > seq) : undefined;
  }

  /** The newest message here that was written by me and can be edited. */
  newestOwn(): MessageRecord | undefined {
    return this.#window.messages.findLast((message) => message.senderId === this.#ports.me() && message.body.kind === 'text');
  }

  // ── What the views ask ──

  loadOlder(): void {
    const { range } = this.#window;
    if (!range || !this.#window.hasOlder || this.#loading.older) return;
    void this.#load('older', async () => {
      const position: PagePosition = { at: 'before', seq: range.from };
      const page = (await this.#ports.pages.fromStore(position)) ?? (await this.#ports.pages.fromServer(position));
      if (this.#window.range?.from !== range.from) return;
      this.#window.take(page);
      this.#window.trim('newest');
    });
  }

  loadNewer(): void {
    const { range } = this.#window;
    if (!range || !this.#hasNewer() || this.#loading.newer) return;
    void this.#load('newer', async () => {
      const page = await this.#ports.pages.fromServer({ at: 'after', seq: range.to });
      if (this.#window.range?.to !== range.to) return;
      this.#window.take({ ...page, hasOlder: true });
      this.#window.trim('oldest');
    });
  }

  async jumpTo(seq: number, options: { highlight?: boolean } = {}): Promise<void> {
    if (!this.#window.has(seq)) {
      const page = await this.#ports.pages.fromServer({ at: 'around', seq });
      this.#show(page);
    }
    const message = this.#window.find(seq);
    if (!message) throw new KithError({ reason: 'message-not-found', code: 'not_found' });
    this.#aim(this.#keyOf(message), options.highlight ?? true);
  }

  jumpToEnd(): void {
    if (!this.#hasNewer() && this.#window.range) {
      this.#aimAtEnd();
      return;
    }
    this.#window.clear();
    void this.#loadEnd().then(() => this.#aimAtEnd());
  }

  jumpToUnread(): void {
    const room = this.#ports.room.get();
    const after = this.#unreadAfter ?? room?.readSeq;
    const first = this.#firstAfter(after);
    if (first) {
      this.#aim(this.#unreadAfter === undefined ? this.#keyOf(first) : 'unread', false);
    } else if (room && after !== undefined && after < room.lastSeq) {
      void this.#jumpAround(after);
    } else {
      this.jumpToEnd();
    }
  }

  seen(seq: number): void {
    if (this.#ports.isWatched()) this.#ports.markRead(seq);
  }

  async remove(key: string): Promise<void> {
    const entry = this.#ports.outbox.entries(this.roomId).get().find((candidate) => `t-${candidate.record.tag}` === key);
    if (entry && this.#ports.outbox.drop(entry.record.txnId)) return;
    const message = this.#window.messages.find((candidate) => this.#keyOf(candidate) === key);
    if (!message) return;
    const edit = this.#failedEdit(message.seq);
    if (edit) this.#ports.outbox.drop(edit);
    else await this.#ports.deleteMessage(message.seq);
  }

  retry(key: string): void {
    const entries = this.#ports.outbox.entries(this.roomId).get();
    const echo = entries.find((candidate) => candidate.record.kind === 'send' && `t-${candidate.record.tag}` === key);
    const message = this.#window.messages.find((candidate) => this.#keyOf(candidate) === key);
    const txnId = echo?.record.txnId ?? (message && this.#failedEdit(message.seq));
    if (txnId !== undefined) this.#ports.outbox.retry(txnId);
  }

  // ── Inside ──

  #failedEdit(seq: number): string | undefined {
    const entries = this.#ports.outbox.entries(this.roomId).get();
    return entries.find((entry) => entry.record.editSeq === seq && entry.record.kind === 'edit' && entry.state === 'failed')?.record.txnId;
  }

  async #jumpAround(seq: number): Promise<void> {
    try {
      this.#show(await this.#ports.pages.fromServer({ at: 'around', seq: seq + 1 }));
      const first = this.#firstAfter(seq);
      if (first) this.#aim(this.#unreadAfter === undefined ? this.#keyOf(first) : 'unread', false);
    } catch (thrown) {
      this.#fail(thrown as KithError);
    }
  }

  #show(page: Page): void {
    this.#window.take(page);
    this.#error = undefined;
    this.#plan();
  }

  #subscribe(listener: (view: TimelineView) => void): () => void {
    this.#subscribers += 1;
    if (this.#subscribers === 1) this.#start();
    const stop = this.#view.subscribe(listener);
    return () => {
      stop();
      this.#subscribers -= 1;
      if (this.#subscribers === 0) this.#stop();
    };
  }

  #start(): void {
    const { room, outbox, readPositions, usersVersion, caughtUp } = this.#ports;
    const plan = (): void => this.#plan();
    this.#stops = [
      derived([room], (now) => now && `${now.lastSeq} ${now.role} ${now.membership}`).subscribe(plan),
      outbox.entries(this.roomId).subscribe(() => this.#publish()),
      readPositions.subscribe(plan),
      usersVersion.subscribe(plan),
      caughtUp.subscribe((isCaughtUp) => {
        if (isCaughtUp) this.#bringUpToDate();
      }),
    ];
    if (!this.#window.range) void this.#loadStored();
    this.#publish();
  }

  #stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  async #loadStored(): Promise<void> {
    const page = await this.#ports.pages.fromStore({ at: 'end' }).catch(() => undefined);
    if (page && !this.#window.range) this.#window.take(page);
    this.#plan();
    if (this.#ports.caughtUp.get()) this.#bringUpToDate();
  }

  // After a catch-up: a window at the end that lags behind, or an empty one, needs the newest page.
  #bringUpToDate(): void {
    const { range } = this.#window;
    const scrolledAway = range !== undefined && this.#view.get().rows.length > 0 && this.#view.get().hasNewer;
    if (!range || (this.#hasNewer() && !scrolledAway)) void this.#loadEnd();
  }

  #loadEnd(): Promise<void> {
    return this.#load('end', async () => {
      const page = await this.#ports.pages.fromServer({ at: 'end' });
      this.#window.take(page);
    });
  }

  async #load(what: 'end' | 'older' | 'newer', work: () => Promise<void>): Promise<void> {
    if (this.#loading[what]) return;
    this.#loading[what] = true;
    this.#plan();
    try {
      await work();
      this.#error = undefined;
    } catch (thrown) {
      this.#fail(thrown as KithError);
    } finally {
      this.#loading[what] = false;
      this.#publish();
    }
  }

  #fail(error: KithError): void {
    this.#error = error;
    this.#plan();
  }

  #handleArrival(message: MessageRecord): void {
    if (message.senderId === this.#ports.me() || !this.#isCountable(message) || this.#unreadAfter !== undefined || this.#ports.isWatched()) return;
    const room = this.#ports.room.get();
    if (room && this.isShown) this.#markNew({ ...room, unread: 1, readSeq: message.seq - 1 });
  }

  #markNew(room: RoomRecord | undefined): void {
    this.#unreadAfter = room?.readSeq;
    this.#unreadCount = room?.unread ?? 0;
    this.#plan();
  }

  #hasNewer(): boolean {
    const { range } = this.#window;
    const room = this.#ports.room.get();
    return range !== undefined && room !== undefined && range.to < room.lastSeq;
  }

  #firstAfter(seq: number | undefined): MessageRecord | undefined {
    const { range } = this.#window;
    if (seq === undefined || !range || range.from > seq + 1) return undefined;
    return this.#window.messages.find((message) => message.seq > seq && message.senderId !== this.#ports.me() && this.#isCountable(message));
  }

  #firstUnread(room: RoomRecord | undefined): MessageRecord | undefined {
    return room && room.unread > 0 ? this.#firstAfter(room.readSeq) : undefined;
  }

  #keyOf(message: MessageRecord): string {
    return message.senderId === this.#ports.me() && message.tag !== '' ? `t-${message.tag}` : `s-${message.seq}`;
  }

  #aim(key: string, highlight: boolean): void {
    this.#nonce += 1;
    this.#target = { key, highlight, nonce: this.#nonce };
    this.#publish();
  }

  #aimAtEnd(): void {
    this.#publish();
    const last = this.#view.get().rows.at(-1);
    if (last) this.#aim(last.key, false);
  }

  // Several events of one frame make one change of the view.
  #plan(): void {
    if (this.#planned || !this.isShown) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      this.#publish();
    });
  }

  #publish(): void {
    batch(() => {
      const next = this.#compose();
      if (!sameFields(next, this.#view.get())) this.#view.set(next);
    });
  }

  #compose(): TimelineView {
    const before = this.#view?.get();
    const room = this.#ports.room.get();
    const hasNewer = this.#hasNewer();
    const rows = room ? this.#compileRows(room, hasNewer, before?.rows ?? noRows) : noRows;
    const formerFirst = before?.rows.find((row) => row.kind === 'message' || row.kind === 'system');
    const nowFirst = rows.find((row) => row.kind === 'message' || row.kind === 'system');
    return {
      rows,
      shifted: formerFirst !== undefined && nowFirst !== undefined && formerFirst.key !== nowFirst.key,
      atEnd: this.#window.range !== undefined && !hasNewer,
      hasOlder: this.#window.range !== undefined && this.#window.hasOlder,
      hasNewer,
      loadingOlder: this.#loading.older,
      loadingNewer: this.#loading.newer,
      cold: this.#window.range === undefined && !this.#error,
      error: this.#error,
      target: this.#target,
    };
  }

  #isCountable(message: MessageRecord): boolean {
    const kind = this.#ports.room.get()?.kind;
    return kind !== undefined && isCountable(message, kind);
  }

  #compileRows(room: RoomRecord, hasNewer: boolean, before: readonly TimelineRow[]): readonly TimelineRow[] {
    const { outbox, person, readPositions, me, mayDeleteOthers, storyOf } = this.#ports;
    const positions = readPositions.get();
    const rows = this.#rows.build({
      roomId: this.roomId,
      kind: room.kind,
      me: me(),
      messages: this.#window.messages,
      outbox: outbox.entries(this.roomId).get().filter((entry) => entry.record.kind === 'edit' || !hasNewer),
      atBeginning: this.#window.range !== undefined && !this.#window.hasOlder,
      unreadAfter: this.#unreadAfter,
      unreadCount: this.#unreadCount,
      mayDeleteOthers: mayDeleteOthers(room),
      storyOf,
      person,
      seenBy: (seq) => [...positions].filter(([, position]) => position >= seq).map(([userId]) => userId),
      original: (seq) => this.#original(seq),
    });
    return rows.length === before.length && rows.every((row, index) => row === before[index]) ? before : rows;
  }

  #original(seq: number): MessageRecord | undefined {
    const here = this.#window.find(seq);
    if (here || this.#originals.has(seq)) return here ?? this.#originals.get(seq);
    if (this.#originals.size >= maxOriginals) this.#originals.clear();
    this.#originals.set(seq, undefined);
    void this.#ports.pages.one(seq).then((found) => {
      this.#originals.set(seq, found);
      this.#plan();
    });
    return undefined;
  }

  /** A message an answer refers to, if it is known here. */
  original(seq: number): MessageRecord | undefined {
    return this.#original(seq);
  }
}

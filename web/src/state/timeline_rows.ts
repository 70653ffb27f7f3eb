// From records to the rows of the list: days, the unread line, grouping, and each message as the view shows it. A row whose
// ingredients did not change stays the same object, so that drawing a new message costs one row and not the whole room.

import { KithError } from '../api/error';
import { sameList } from '../base/signal';
import { previewOf } from './preview';
import { isCountable, mentions, type MessageRecord } from './records';
import type { OutboxEntry } from './outbox';
import type { Call, CallStory, MessageView, Person, ReplyView, RoomId, RoomKind, SystemView, TimelineRow, UserId } from './types';

/** After a longer pause the same author's name stands there again. */
const groupMs = 5 * 60_000;

/** What the rows are made of. */
export interface RowSources {
  readonly roomId: RoomId;
  readonly kind: RoomKind;
  readonly me: UserId;
  readonly messages: readonly MessageRecord[];
  /** Shown after the newest message; empty if that is not in the window. */
  readonly outbox: readonly OutboxEntry[];
  /** The room's beginning is above the first message. */
  readonly atBeginning: boolean;
  /** Everything of others after this seq is new; undefined for no line. */
  readonly unreadAfter: number | undefined;
  readonly unreadCount: number;
  readonly mayDeleteOthers: boolean;
  readonly storyOf: (call: Call) => CallStory;
  readonly person: (userId: UserId) => Person;
  /** Who, without me, has read at least to `seq`. */
  readonly seenBy: (seq: number) => readonly UserId[];
  /** The message an answer refers to, if it is here; asks for it if not. */
  readonly original: (seq: number) => MessageRecord | undefined;
}

type Cached<Value> = { readonly ingredients: readonly unknown[]; readonly value: Value };

/** Where one calendar day of the reader begins. `at`: milliseconds UTC. */
export function startOfDay(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

export class TimelineRows {
  #cache = new Map<string, Cached<unknown>>();
  #fresh = new Map<string, Cached<unknown>>();

  /** The rows for these sources. */
  build(sources: RowSources): readonly TimelineRow[] {
    this.#fresh = new Map();
    const rows: TimelineRow[] = [];
    if (sources.atBeginning) rows.push(this.#keep('beginning', [], () => ({ kind: 'beginning', key: 'beginning' })));
    const edits = new Map(sources.outbox.filter((entry) => entry.record.kind === 'edit').map((entry) => [entry.record.editSeq, entry]));
    const place = { day: 0, unreadDrawn: false, last: undefined as { senderId: UserId; at: number } | undefined };

    for (const message of sources.messages) {
      if (message.body.kind === 'gone' && !message.deleted) continue;
      this.#day(rows, place, message.at);
      if (!place.unreadDrawn && sources.unreadAfter !== undefined && message.seq > sources.unreadAfter && message.senderId !== sources.me && isCountable(message, sources.kind)) {
        place.unreadDrawn = true;
        place.last = undefined;
        const count = sources.unreadCount;
        rows.push(this.#keep('unread', [count], () => ({ kind: 'unread', key: 'unread', count })));
      }
      if (message.body.kind === 'member' || message.body.kind === 'room') {
        place.last = undefined;
        rows.push(this.#system(sources, message));
      } else if (message.body.kind === 'call') {
        place.last = undefined;
        rows.push(this.#call(sources, message, message.body.call));
      } else {
        rows.push(this.#message(sources, place, message, edits.get(message.seq)));
      }
    }
    const arrived = sources.outbox.length > 0 ? new Set(sources.messages.map((message) => message.tag)) : undefined;
    for (const entry of sources.outbox) {
      if (entry.record.kind !== 'send' || arrived?.has(entry.record.tag)) continue;
      this.#day(rows, place, entry.record.createdAt);
      rows.push(this.#echo(sources, place, entry));
    }
    this.#cache = this.#fresh;
    return rows;
  }

  #day(rows: TimelineRow[], place: { day: number; last: unknown }, at: number): void {
    const day = startOfDay(at);
    if (day === place.day) return;
    place.day = day;
    place.last = undefined;
    const key = `day-${day}`;
    // The same day may come twice when clocks disagree; a list key may not.
    if (this.#fresh.has(key)) return;
    rows.push(this.#keep(key, [], () => ({ kind: 'day', key, at: day })));
  }

  #continues(place: { last: { senderId: UserId; at: number } | undefined }, senderId: UserId, at: number, isReply: boolean): boolean {
    const { last } = place;
    place.last = { senderId, at };
    return last !== undefined && !isReply && last.senderId === senderId && at - last.at < groupMs;
  }

  #message(sources: RowSources, place: { last: { senderId: UserId; at: number } | undefined }, message: MessageRecord, edit: OutboxEntry | undefined): TimelineRow {
    const isMine = message.senderId === sources.me;
    const key = isMine && message.tag !== '' ? `t-${message.tag}` : `s-${message.seq}`;
    const continued = this.#continues(place, message.senderId, message.at, message.replyTo > 0);
    const sender = this.#named(sources, message.senderId);
    const replyTo = this.#reply(sources, message.replyTo);
    const seenBy = isMine && !message.deleted ? this.#list(`seen-${key}`, sources.seenBy(message.seq)) : nobody;
    const view = this.#keep(`view-${key}`, [message, sender, replyTo, seenBy, edit?.record, edit?.state, sources.mayDeleteOthers], (): MessageView => {
      const { body } = message;
      const state = edit ? (edit.state === 'sent' ? 'sending' : edit.state) : seenBy.length > 0 ? 'read' : 'sent';
      return {
        key,
        roomId: message.roomId,
        seq: message.seq,
        senderId: message.senderId,
        sender,
        isMine,
        at: message.at,
        text: edit ? edit.record.text : body.kind === 'text' ? body.text : '',
        unreadable: body.kind === 'encrypted',
        mentionedUserIds: body.kind === 'text' ? body.mentions : nobody,
        mentionsAll: body.kind === 'text' && body.all,
        mentionsMe: !isMine && mentions(message, sources.me),
        deleted: message.deleted,
        editedAt: message.editedAt || undefined,
        editPending: edit !== undefined,
        replyTo,
        state,
        error: edit?.record.error ? new KithError(edit.record.error) : undefined,
        seenBy,
        canEdit: isMine && body.kind === 'text',
        canDelete: !message.deleted && (isMine || sources.mayDeleteOthers),
      };
    });
    return this.#keep(key, [view, continued], () => ({ kind: 'message', key, message: view, continued }));
  }

  #echo(sources: RowSources, place: { last: { senderId: UserId; at: number } | undefined }, entry: OutboxEntry): TimelineRow {
    const { record, state } = entry;
    const key = `t-${record.tag}`;
    const continued = this.#continues(place, sources.me, record.createdAt, record.replyTo > 0);
    const sender = this.#named(sources, sources.me);
    const replyTo = this.#reply(sources, record.replyTo);
    const view = this.#keep(`view-${key}`, [record, state, sender, replyTo], (): MessageView => ({
      key,
      roomId: record.roomId,
      seq: undefined,
      senderId: sources.me,
      sender,
      isMine: true,
      at: record.createdAt,
      text: record.text,
      unreadable: false,
      mentionedUserIds: nobody,
      mentionsAll: false,
      mentionsMe: false,
      deleted: false,
      editedAt: undefined,
      editPending: false,
      replyTo,
      state,
      error: record.error ? new KithError(record.error) : undefined,
      seenBy: nobody,
      canEdit: false,
      canDelete: state === 'waiting' || state === 'failed',
    }));
    return this.#keep(key, [view, continued], () => ({ kind: 'message', key, message: view, continued }));
  }

  #system(sources: RowSources, message: MessageRecord): TimelineRow {
    const key = `s-${message.seq}`;
    const { body } = message;
    const actor = this.#named(sources, message.senderId);
    const other = body.kind === 'member' ? this.#named(sources, body.userId) : undefined;
    return this.#keep(key, [message, actor, other], () => {
      const what = whatHappened(message, other);
      const system: SystemView = { key, seq: message.seq, at: message.at, actor, what };
      return { kind: 'system', key, system };
    });
  }

  #call(sources: RowSources, message: MessageRecord, call: Call): TimelineRow {
    const key = `s-${message.seq}`;
    const caller = this.#named(sources, call.startedBy || message.senderId);
    return this.#keep(key, [message, caller], () => ({ kind: 'call', key, entry: { seq: message.seq, at: message.at, caller, call, story: sources.storyOf(call) } }));
  }

  #reply(sources: RowSources, seq: number): ReplyView | undefined {
    if (seq === 0) return undefined;
    const original = sources.original(seq);
    const sender = original && this.#named(sources, original.senderId);
    return this.#keep(`reply-${seq}`, [original, sender], () => ({
      seq,
      sender,
      preview: original?.body.kind === 'text' ? previewOf(original.body.text) : '',
      deleted: original?.deleted ?? false,
    }));
  }

  // Presence changes often and no message shows it: a person counts as the same while the names are.
  #named(sources: RowSources, userId: UserId): Person {
    const person = sources.person(userId);
    return this.#keep(`person-${userId}`, [person.displayName, person.username, person.deactivated, person.isMe], () => person);
  }

  #list(key: string, list: readonly UserId[]): readonly UserId[] {
    return this.#keep(key, list, () => list);
  }

  #keep<Value>(key: string, ingredients: readonly unknown[], make: () => Value): Value {
    const done = this.#fresh.get(key) ?? this.#cache.get(key);
    const kept = done && sameList(done.ingredients, ingredients) ? done : { ingredients, value: make() };
    this.#fresh.set(key, kept);
    return kept.value as Value;
  }
}

const nobody: readonly UserId[] = [];

function whatHappened(message: MessageRecord, person: Person | undefined): SystemView['what'] {
  const { body } = message;
  if (body.kind === 'member' && person) {
    if (body.action === 'role') return { kind: 'role', person, role: body.role };
    if (body.action === 'invited' || body.action === 'removed') return { kind: body.action, person };
    return { kind: body.action };
  }
  if (body.kind === 'room') {
    if (body.created) return { kind: 'created' };
    if (body.name !== undefined) return { kind: 'renamed', name: body.name };
    return { kind: 'topic', topic: body.topic ?? '' };
  }
  throw new Error('not a system message');
}

// The part of a room's timeline that is in memory: one run of seqs without holes. Pure data; loading is `timeline.ts`.

import { newerOf, type MessageRecord, type SeqRange } from './records';

/** More rows cost memory and time and are never on the screen together; the far end is dropped and loaded again when wanted. */
export const maxMessages = 600;
/** Changes remembered of messages that are not here; a page is asked for and taken within moments. */
const maxHeard = 64;

/** A page as the store or the server gives it. */
export interface WindowPage {
  readonly messages: readonly MessageRecord[];
  /** The page has everything of the room within it. */
  readonly range: SeqRange;
  readonly hasOlder: boolean;
}

export class TimelineWindow {
  #messages: MessageRecord[] = [];
  #range: SeqRange | undefined;
  #hasOlder = true;
  /** Changes of messages that are not here: a page asked for before such a change and taken after it must not undo it. */
  readonly #heard = new Map<number, MessageRecord | 'deleted'>();

  /** In seq order. */
  get messages(): readonly MessageRecord[] {
    return this.#messages;
  }

  /** What is covered; undefined while nothing is. */
  get range(): SeqRange | undefined {
    return this.#range;
  }

  /** False when the room's beginning, as far as I may read, is in the window. */
  get hasOlder(): boolean {
    return this.#hasOlder;
  }

  /** Whether everything after `seq` up to `lastSeq` is here. */
  coversAfter(seq: number, lastSeq: number): boolean {
    return this.#range !== undefined && this.#range.from <= seq + 1 && this.#range.to >= lastSeq;
  }

  has(seq: number): boolean {
    return this.#range !== undefined && this.#range.from <= seq && seq <= this.#range.to;
  }

  find(seq: number): MessageRecord | undefined {
    const index = this.#indexOf(seq);
    const found = this.#messages[index];
    return found?.seq === seq ? found : undefined;
  }

  clear(): void {
    this.#messages = [];
    this.#range = undefined;
    this.#hasOlder = true;
  }

  /** Takes a page: joined with what is here if they touch, in place of it if not. */
  take(given: WindowPage): void {
    const page = { ...given, messages: given.messages.map((message) => this.#withHeard(message)) };
    const range = this.#range;
    if (!range || page.range.to + 1 < range.from || range.to + 1 < page.range.from) {
      this.#messages = page.messages;
      this.#range = page.range;
      this.#hasOlder = page.hasOlder;
      return;
    }
    const bySeq = new Map(this.#messages.map((message) => [message.seq, message]));
    for (const message of page.messages) bySeq.set(message.seq, newerOf(bySeq.get(message.seq), message));
    this.#messages = [...bySeq.values()].sort((left, right) => left.seq - right.seq);
    if (page.range.from <= range.from) this.#hasOlder = page.hasOlder;
    this.#range = { from: Math.min(range.from, page.range.from), to: Math.max(range.to, page.range.to) };
  }

  /** An event of the room with its message. False if it lies beyond the window. */
  put(eventSeq: number, message: MessageRecord): boolean {
    const extended = this.#extend(eventSeq);
    return this.replace(message) || extended;
  }

  /** A message's new state. False if it is not here. */
  replace(message: MessageRecord): boolean {
    if (!this.has(message.seq)) {
      this.#hear(message.seq, message);
      return false;
    }
    const index = this.#indexOf(message.seq);
    const known = this.#messages[index];
    if (known?.seq === message.seq) this.#messages[index] = newerOf(known, message);
    else this.#messages.splice(index, 0, message);
    return true;
  }

  /** A message was deleted by the event. */
  delete(eventSeq: number, seq: number): boolean {
    const extended = this.#extend(eventSeq);
    const known = this.find(seq);
    if (known) this.#messages[this.#indexOf(seq)] = deleted(known);
    else this.#hear(seq, 'deleted');
    return known !== undefined || extended;
  }

  /** Keeps at most `maxMessages`, dropping at the end the reader is not at. */
  trim(drop: 'oldest' | 'newest'): void {
    const excess = this.#messages.length - maxMessages;
    if (excess <= 0 || !this.#range) return;
    if (drop === 'oldest') {
      this.#messages = this.#messages.slice(excess);
      this.#range = { from: this.#messages[0]!.seq, to: this.#range.to };
      this.#hasOlder = true;
    } else {
      this.#messages = this.#messages.slice(0, maxMessages);
      this.#range = { from: this.#range.from, to: this.#messages.at(-1)!.seq };
    }
  }

  #hear(seq: number, change: MessageRecord | 'deleted'): void {
    const known = this.#heard.get(seq);
    if (known === 'deleted') return;
    this.#heard.delete(seq);
    this.#heard.set(seq, change === 'deleted' ? change : newerOf(known, change));
    if (this.#heard.size > maxHeard) this.#heard.delete(this.#heard.keys().next().value!);
  }

  #withHeard(message: MessageRecord): MessageRecord {
    const heard = this.#heard.get(message.seq);
    if (!heard) return message;
    return heard === 'deleted' ? deleted(message) : newerOf(heard, message);
  }

  #extend(eventSeq: number): boolean {
    if (!this.#range || eventSeq !== this.#range.to + 1) return false;
    this.#range = { from: this.#range.from, to: eventSeq };
    return true;
  }

  #indexOf(seq: number): number {
    let low = 0;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#messages[middle]!.seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function deleted(message: MessageRecord): MessageRecord {
  return { ...message, deleted: true, body: { kind: 'gone' } };
}

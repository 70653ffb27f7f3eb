// Reactions: an emoji over somebody's tile for a few seconds, sent to everybody once and never again.

import type { Clock } from '../base/clock';
import { signal, type Signal } from '../base/signal';
import type { Reaction } from './session';

const topic = 'kith.reaction';
const shownMs = 4_000;
/** A flood is somebody's joke; it must not cost the others their call. */
const mostShown = 24;
/** One emoji with all its joiners. */
const mostCharacters = 24;
const mostBytes = 128;
/** Own reactions come no faster than this. */
const spacingMs = 250;

export class Reactions {
  readonly #clock: Clock;
  readonly #send: (topic: string, bytes: Uint8Array<ArrayBuffer>) => void;
  readonly #list = signal<readonly Reaction[]>([]);
  readonly #cancels = new Set<() => void>();
  #lastId = 0;
  #sentAt = -Infinity;

  constructor(clock: Clock, send: (topic: string, bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  get list(): Signal<readonly Reaction[]> {
    return this.#list;
  }

  send(me: string, emoji: string): void {
    if (this.#clock.now() - this.#sentAt < spacingMs) return;
    this.#sentAt = this.#clock.now();
    this.#send(topic, new TextEncoder().encode(JSON.stringify({ emoji })));
    this.#show(me, emoji);
  }

  /** Takes a packet of somebody; what is no reaction is ignored. */
  handleData(about: string, userId: string, bytes: Uint8Array): void {
    if (about !== topic || userId === '' || bytes.length > mostBytes) return;
    const emoji = emojiOf(bytes);
    if (emoji !== undefined) this.#show(userId, emoji);
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#list.set([]);
  }

  #show(userId: string, emoji: string): void {
    this.#lastId += 1;
    const reaction: Reaction = { id: this.#lastId, userId, emoji };
    this.#list.update((list) => [...list, reaction].slice(-mostShown));
    const cancel = this.#clock.after(shownMs, () => {
      this.#cancels.delete(cancel);
      this.#list.update((list) => list.filter((other) => other !== reaction));
    });
    this.#cancels.add(cancel);
  }
}

function emojiOf(bytes: Uint8Array): string | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value !== 'object' || value === null || !('emoji' in value)) return undefined;
    const { emoji } = value;
    // Emoji are symbols with modifiers and joiners: no letters, no digits but those of keycaps.
    return typeof emoji === 'string' && emoji.length <= mostCharacters && /^\p{Extended_Pictographic}[\p{Extended_Pictographic}\p{Emoji_Component}\u200d\ufe0f]*$/u.test(emoji) ? emoji : undefined;
  } catch {
    return undefined;
  }
}

// The composer of one room: a draft, an answer, or an edit.

import { batch, derived, signal, type Signal } from '../base/signal';
import type { Drafts } from './drafts';
import type { Outbox } from './outbox';
import type { MessageRecord } from './records';
import type { ComposerMode, ComposerModel, ReplyView, RoomId } from './types';
import type { TypingMine } from './typing';

/** What a composer needs of the account. */
export interface ComposerPorts {
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  readonly typing: TypingMine;
  readonly messageBytes: Signal<number>;
  readonly find: (seq: number) => MessageRecord | undefined;
  readonly newestOwn: () => MessageRecord | undefined;
  readonly replyView: (seq: number) => ReplyView;
  /** The outbox is full. */
  readonly handleFull: () => void;
}

const encoder = new TextEncoder();

export class Composer implements ComposerModel {
  readonly roomId: RoomId;
  readonly bytesLeft: Signal<number>;
  readonly canSend: Signal<boolean>;
  readonly #ports: ComposerPorts;
  readonly #text = signal('');
  readonly #mode = signal<ComposerMode>({ kind: 'new' });

  constructor(roomId: RoomId, ports: ComposerPorts) {
    this.roomId = roomId;
    this.#ports = ports;
    this.bytesLeft = derived([this.#text, ports.messageBytes], (text, most) => most - encoder.encode(text.trim()).length);
    this.canSend = derived([this.#text, this.bytesLeft], (text, left) => text.trim() !== '' && left >= 0);
    this.#takeDraft();
    ports.drafts.onChange(roomId, () => {
      if (this.#mode.get().kind !== 'edit') this.#takeDraft();
    });
  }

  get text(): Signal<string> {
    return this.#text;
  }

  get mode(): Signal<ComposerMode> {
    return this.#mode;
  }

  setText(text: string): void {
    if (text === this.#text.get()) return;
    this.#text.set(text);
    if (text.trim() === '') this.#ports.typing.stop();
    else this.#ports.typing.handleInput();
    this.#keepDraft();
  }

  send(): void {
    if (!this.canSend.get()) return;
    const mode = this.#mode.get();
    const text = this.#text.get().trim();
    if (mode.kind === 'edit') {
      const before = this.#ports.find(mode.seq);
      const isChanged = before?.body.kind !== 'text' || before.body.text !== text;
      if (isChanged && !this.#ports.outbox.add({ roomId: this.roomId, kind: 'edit', text, replyTo: 0, editSeq: mode.seq })) this.#ports.handleFull();
      else this.cancel();
      return;
    }
    const replyTo = mode.kind === 'reply' ? mode.to.seq : 0;
    batch(() => {
      if (!this.#ports.outbox.add({ roomId: this.roomId, kind: 'send', text, replyTo, editSeq: 0 })) {
        this.#ports.handleFull();
        return;
      }
      this.#ports.typing.stop(true);
      this.#text.set('');
      this.#mode.set({ kind: 'new' });
      this.#keepDraft();
    });
  }

  sendPrepared(text: string): void {
    if (!this.#ports.outbox.add({ roomId: this.roomId, kind: 'send', text, replyTo: 0, editSeq: 0 })) this.#ports.handleFull();
  }

  replyTo(seq: number): void {
    if (this.#mode.get().kind === 'edit') this.cancel();
    this.#mode.set({ kind: 'reply', to: this.#ports.replyView(seq) });
    this.#keepDraft();
  }

  edit(seq: number): void {
    const message = this.#ports.find(seq);
    if (message?.body.kind !== 'text') return;
    const { text } = message.body;
    batch(() => {
      this.#mode.set({ kind: 'edit', seq });
      this.#text.set(text);
    });
  }

  editLast(): boolean {
    const message = this.#ports.newestOwn();
    if (!message) return false;
    this.edit(message.seq);
    return true;
  }

  cancel(): void {
    const mode = this.#mode.get();
    this.#ports.typing.stop();
    if (mode.kind === 'edit') {
      this.#takeDraft();
    } else {
      this.#mode.set({ kind: 'new' });
      this.#keepDraft();
    }
  }

  /** The room left the screen. */
  handleLeft(): void {
    this.#ports.typing.stop();
  }

  #takeDraft(): void {
    const draft = this.#ports.drafts.get(this.roomId);
    const mode = this.#mode.get();
    batch(() => {
      this.#text.set(draft.text);
      if (draft.replyTo === 0) this.#mode.set({ kind: 'new' });
      else if (mode.kind !== 'reply' || mode.to.seq !== draft.replyTo) this.#mode.set({ kind: 'reply', to: this.#ports.replyView(draft.replyTo) });
    });
  }

  #keepDraft(): void {
    const mode = this.#mode.get();
    if (mode.kind === 'edit') return;
    this.#ports.drafts.set(this.roomId, { text: this.#text.get(), replyTo: mode.kind === 'reply' ? mode.to.seq : 0 });
  }
}

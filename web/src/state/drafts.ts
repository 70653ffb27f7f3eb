// What was typed and not sent, by room: a setting `draft:<room>`, so that it is on all devices.

import type { Signal } from '../base/signal';
import type { OwnSettings } from './own_settings';
import type { RoomId } from './types';

/** An unsent text and what it answers (0: nothing). */
export interface Draft {
  readonly text: string;
  readonly replyTo: number;
}

const prefix = 'draft:';
const noDraft: Draft = { text: '', replyTo: 0 };

export class Drafts {
  readonly #settings: OwnSettings;

  constructor(settings: OwnSettings) {
    this.#settings = settings;
  }

  get(roomId: RoomId): Draft {
    return parseDraft(this.#settings.get(prefix + roomId));
  }

  has(roomId: RoomId): boolean {
    return this.#settings.get(prefix + roomId) !== '';
  }

  set(roomId: RoomId, draft: Draft): void {
    const isEmpty = draft.text.trim() === '';
    this.#settings.set(prefix + roomId, isEmpty ? '' : JSON.stringify({ text: draft.text, ...(draft.replyTo > 0 && { replyTo: draft.replyTo }) }));
  }

  /** Calls `listener` when the room's draft changes, here or elsewhere. */
  onChange(roomId: RoomId, listener: () => void): () => void {
    const row: Signal<unknown> = this.#settings.at(prefix + roomId);
    let first = true;
    return row.subscribe(() => {
      if (!first) listener();
      first = false;
    });
  }
}

function parseDraft(value: string): Draft {
  if (value === '') return noDraft;
  try {
    const parsed = JSON.parse(value) as Partial<Draft>;
    return { text: typeof parsed.text === 'string' ? parsed.text : '', replyTo: Number.isSafeInteger(parsed.replyTo) ? parsed.replyTo! : 0 };
  } catch {
    // Another client may have written plain text.
    return { text: value, replyTo: 0 };
  }
}

// Read marks: at most one per room and second leaves, the newest one, until the server has it – also after a reconnect.

import type { KithError } from '../api/error';
import type { Clock } from '../base/clock';
import type { RoomId } from './types';

/** Read marks are the server's most frequent write; a second is not noticed by anybody. */
const spacingMs = 1_000;

/** A wish to be told to the server. `back`: move the position back ("mark as unread"). */
export interface ReadMark {
  readonly roomId: RoomId;
  readonly seq: number;
  readonly back: boolean;
}

export interface ReadMarkPorts {
  readonly clock: Clock;
  readonly isOnline: () => boolean;
  /** Asks the server; resolves when it has the mark. */
  readonly send: (mark: ReadMark) => Promise<void>;
  readonly handleTrouble: (error: KithError) => void;
}

type Pending = { mark: ReadMark; sending: boolean };

export class ReadMarks {
  readonly #ports: ReadMarkPorts;
  readonly #pending = new Map<RoomId, Pending>();
  readonly #sentAt = new Map<RoomId, number>();
  readonly #timers = new Map<RoomId, () => void>();

  constructor(ports: ReadMarkPorts) {
    this.#ports = ports;
  }

  /** How far I have read by marks the server has not acknowledged; 0 if none. */
  pendingRead(roomId: RoomId): number {
    const pending = this.#pending.get(roomId);
    return pending && !pending.mark.back ? pending.mark.seq : 0;
  }

  /** Wishes a mark. A smaller one than what is pending is ignored unless it moves back. */
  mark(mark: ReadMark): void {
    const pending = this.#pending.get(mark.roomId);
    if (pending && !mark.back && !pending.mark.back && mark.seq <= pending.mark.seq) return;
    this.#pending.set(mark.roomId, { mark, sending: false });
    this.#plan(mark.roomId);
  }

  /** The connection is back: what was not acknowledged is said again. */
  handleOnline(): void {
    for (const roomId of this.#pending.keys()) this.#plan(roomId);
  }

  #plan(roomId: RoomId): void {
    if (this.#timers.has(roomId) || !this.#ports.isOnline()) return;
    const wait = (this.#sentAt.get(roomId) ?? -Infinity) + spacingMs - this.#ports.clock.now();
    if (wait <= 0) {
      void this.#send(roomId);
      return;
    }
    const cancel = this.#ports.clock.after(wait, () => {
      this.#timers.delete(roomId);
      void this.#send(roomId);
    });
    this.#timers.set(roomId, cancel);
  }

  async #send(roomId: RoomId): Promise<void> {
    const pending = this.#pending.get(roomId);
    if (!pending || pending.sending || !this.#ports.isOnline()) return;
    pending.sending = true;
    this.#sentAt.set(roomId, this.#ports.clock.now());
    try {
      await this.#ports.send(pending.mark);
      if (this.#pending.get(roomId) === pending) this.#pending.delete(roomId);
    } catch (thrown) {
      pending.sending = false;
      const error = thrown as KithError;
      if (error.retry === 'never') {
        if (this.#pending.get(roomId) === pending) this.#pending.delete(roomId);
        this.#ports.handleTrouble(error);
      } else if (error.reason !== 'offline') {
        this.#plan(roomId);
      }
    }
  }
}

// How far the other members of a room have read, in rooms small enough for it to mean something.

import { signal, type Signal, type WritableSignal } from '../base/signal';
import type { RoomId, UserId } from './types';

/** Beyond this the server tells no positions. */
export const maxMembers = 50;

type Positions = ReadonlyMap<UserId, number>;

export class ReadPositions {
  readonly #rooms = new Map<RoomId, WritableSignal<Positions>>();

  /** The positions known of a room, without mine. */
  of(roomId: RoomId): Signal<Positions> {
    return this.#room(roomId);
  }

  /** Somebody has read to `seq`; writing is reading too. */
  handleRead(roomId: RoomId, userId: UserId, seq: number): void {
    const room = this.#room(roomId);
    if ((room.get().get(userId) ?? 0) >= seq) return;
    room.set(new Map(room.get()).set(userId, seq));
  }

  /** The members as the server lists them: whoever left is gone. */
  replace(roomId: RoomId, positions: Positions): void {
    const known = this.#room(roomId).get();
    this.#room(roomId).set(new Map([...positions].map(([userId, seq]) => [userId, Math.max(seq, known.get(userId) ?? 0)])));
  }

  #room(roomId: RoomId): WritableSignal<Positions> {
    let room = this.#rooms.get(roomId);
    if (!room) {
      room = signal<Positions>(new Map());
      this.#rooms.set(roomId, room);
    }
    return room;
  }
}

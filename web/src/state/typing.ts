// Who is writing: others, as heard (it fades), and me, as told (it is repeated).

import type { Clock } from '../base/clock';
import { batch, signal, type Signal, type WritableSignal } from '../base/signal';
import type { RoomId, UserId } from './types';

const repeatMs = 4_000;
const fadeMs = 6_000;
/** Nobody wrote a letter for so long: the field has text, but nobody is writing. */
const idleMs = 5_000;
/** More names are never shown; a room full of writers must not fill memory. */
const maxWriters = 20;

const nobody: readonly UserId[] = [];

/** The others who are writing, by room. */
export class TypingOthers {
  readonly #clock: Clock;
  readonly #rooms = new Map<RoomId, WritableSignal<readonly UserId[]>>();
  readonly #timers = new Map<string, () => void>();
  readonly #version = signal(0);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rises with every change in any room. */
  get version(): Signal<number> {
    return this.#version;
  }

  /** Who is writing in a room, first come first. */
  writers(roomId: RoomId): Signal<readonly UserId[]> {
    return this.#room(roomId);
  }

  handleTyping(roomId: RoomId, userId: UserId, typing: boolean): void {
    const key = `${roomId} ${userId}`;
    this.#timers.get(key)?.();
    this.#timers.delete(key);
    const room = this.#room(roomId);
    const others = room.get().filter((other) => other !== userId);
    if (!typing) {
      if (others.length < room.get().length) this.#set(room, others.length === 0 ? nobody : others);
      return;
    }
    if (others.length >= maxWriters) return;
    if (others.length === room.get().length) this.#set(room, [...others, userId]);
    this.#timers.set(key, this.#clock.after(fadeMs, () => this.handleTyping(roomId, userId, false)));
  }

  #set(room: WritableSignal<readonly UserId[]>, writers: readonly UserId[]): void {
    batch(() => {
      room.set(writers);
      this.#version.update((version) => version + 1);
    });
  }

  #room(roomId: RoomId): WritableSignal<readonly UserId[]> {
    let room = this.#rooms.get(roomId);
    if (!room) {
      room = signal(nobody);
      this.#rooms.set(roomId, room);
    }
    return room;
  }
}

/** Tells one room that I am writing. */
export class TypingMine {
  readonly #clock: Clock;
  readonly #tell: (typing: boolean) => void;
  #toldAt = -Infinity;
  #cancelIdle: (() => void) | undefined;

  /** `tell`: says it to the server; failing is of no interest. */
  constructor(clock: Clock, tell: (typing: boolean) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** A letter was typed, and the field is not empty. */
  handleInput(): void {
    this.#cancelIdle?.();
    this.#cancelIdle = this.#clock.after(idleMs, () => this.stop());
    if (this.#clock.now() - this.#toldAt < repeatMs) return;
    this.#toldAt = this.#clock.now();
    this.#tell(true);
  }

  /** The field is empty, the room was left, or nothing was typed for a while. `sent`: a message went out, which says it itself. */
  stop(sent = false): void {
    this.#cancelIdle?.();
    this.#cancelIdle = undefined;
    if (this.#toldAt === -Infinity) return;
    this.#toldAt = -Infinity;
    if (!sent) this.#tell(false);
  }
}

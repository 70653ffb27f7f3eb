// What happens and is worth telling: messages that arrive, and intents that could not be carried out.

import { isWritten, mentions, type MessageRecord, type RoomRecord } from './records';
import { previewOf } from './preview';
import type { Notice, NoticesModel, Person, RoomView, Trouble, UserId } from './types';

export class Notices implements NoticesModel {
  readonly #onMessage = new Set<(notice: Notice) => void>();
  readonly #onTrouble = new Set<(trouble: Trouble) => void>();

  onMessage(listener: (notice: Notice) => void): () => void {
    this.#onMessage.add(listener);
    return () => this.#onMessage.delete(listener);
  }

  onTrouble(listener: (trouble: Trouble) => void): () => void {
    this.#onTrouble.add(listener);
    return () => this.#onTrouble.delete(listener);
  }

  /** A message came over the wire, not from a catch-up. */
  handleMessage(message: MessageRecord, record: RoomRecord, room: RoomView, me: UserId, person: (userId: UserId) => Person): void {
    if (message.senderId === me || !isWritten(message)) return;
    const mentionsMe = mentions(message, me);
    const notice: Notice = {
      roomId: room.id,
      seq: message.seq,
      roomName: room.name,
      sender: person(message.senderId),
      preview: message.body.kind === 'text' ? previewOf(message.body.text) : '',
      mentionsMe,
      notify: deservesNotice(record, mentionsMe),
    };
    for (const listener of this.#onMessage) listener(notice);
  }

  handleTrouble(trouble: Trouble): void {
    for (const listener of this.#onTrouble) listener(trouble);
  }
}

/** Whether a message of another deserves a sound or notification by the room's level. */
export function deservesNotice(room: RoomRecord, mentionsMe: boolean): boolean {
  switch (room.level) {
    case 'none':
      return false;
    case 'all':
      return true;
    case 'mentions':
      return mentionsMe;
    case 'default':
      return mentionsMe || room.kind === 'direct';
  }
}

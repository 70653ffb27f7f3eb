// The one rule of unread counts: countable messages of others after my read position. The server counts at each Sync; between
// two of them every event moves the numbers here by this rule, so that badge, list and title agree on all devices. Pure.

import { isCountable, mentions, type MessageRecord, type RoomRecord } from './records';
import type { UserId } from './types';

/** The room after a new entry of its timeline. `message.seq` is right after `room.lastSeq`. */
export function afterPosted(room: RoomRecord, message: MessageRecord, me: UserId): RoomRecord {
  const next = { ...room, lastSeq: message.seq };
  if (!isCountable(message, room.kind)) return next;
  next.lastMessage = message;
  if (message.senderId === me) {
    // Sending reads: whoever answers has seen what came before.
    return { ...next, readSeq: message.seq, unread: 0, mentions: 0 };
  }
  if (message.seq <= Math.max(room.readSeq, room.countedTo)) return next;
  next.unread = room.unread + 1;
  if (room.kind === 'direct' || mentions(message, me)) next.mentions = room.mentions + 1;
  return next;
}

/** The room after an edit. `before`: the message as known here, if it is. An edit may add a mention, not an unread message. */
export function afterEdited(room: RoomRecord, seq: number, before: MessageRecord | undefined, message: MessageRecord, me: UserId): RoomRecord {
  const next = { ...room, lastSeq: seq };
  if (room.lastMessage?.seq === message.seq) next.lastMessage = message;
  const counts = seq > room.countedTo && message.seq > room.readSeq && message.senderId !== me && room.kind !== 'direct';
  if (counts && before && before.revision < message.revision && !before.deleted) {
    next.mentions = Math.max(0, room.mentions + Number(mentions(message, me)) - Number(mentions(before, me)));
  }
  return next;
}

/**
 * The room after a deletion. `wasMention`: whether the deleted message mentioned me; undefined if that is not known here, then
 * the mention count stays within the unread count and the caller asks the server.
 */
export function afterDeleted(
  room: RoomRecord,
  seq: number,
  deleted: { readonly seq: number; readonly countable: boolean; readonly wasMine: boolean; readonly wasMention: boolean | undefined },
): RoomRecord {
  const next = { ...room, lastSeq: seq };
  if (room.lastMessage?.seq === deleted.seq) next.lastMessage = { ...room.lastMessage, deleted: true, body: { kind: 'gone' } };
  if (!deleted.countable || deleted.wasMine || deleted.seq <= room.readSeq || seq <= room.countedTo) return next;
  next.unread = Math.max(0, room.unread - 1);
  if (room.kind === 'direct' || deleted.wasMention) next.mentions = Math.max(0, room.mentions - 1);
  next.mentions = Math.min(next.mentions, next.unread);
  return next;
}

/** How many of `messages` count as unread after `readSeq`; `messages` must have everything after it. */
export function countAfter(messages: readonly MessageRecord[], readSeq: number, room: RoomRecord, me: UserId): { unread: number; mentions: number } {
  let unread = 0;
  let mentioned = 0;
  for (const message of messages) {
    if (message.seq <= readSeq || message.senderId === me || !isCountable(message, room.kind)) continue;
    unread += 1;
    if (room.kind === 'direct' || mentions(message, me)) mentioned += 1;
  }
  return { unread, mentions: mentioned };
}

/** A place in a room as the server tells it, beside the room as known here. */
export interface ToldPlace {
  /** The room as known before. */
  readonly known: RoomRecord;
  /** The room with the server's word; its counts go up to `countedTo`. */
  readonly told: RoomRecord;
  /** Every message known here after a seq, if none is missing. */
  readonly messagesAfter: (seq: number) => readonly MessageRecord[] | undefined;
}

/**
 * The room with counts that fit both its `readSeq` and the events heard here, however the server's word and the events
 * overtook each other. `certain` is false if messages are missing for that: then the caller asks for the room once more.
 */
export function afterTold({ known, told, messagesAfter }: ToldPlace, me: UserId): { room: RoomRecord; certain: boolean } {
  if (told.readSeq >= told.lastSeq && told.countedTo <= told.lastSeq) return { room: { ...told, unread: 0, mentions: 0 }, certain: true };
  // Ahead of the events heard here, or right with them: events up to `countedTo` are in the counts already.
  if (told.countedTo >= told.lastSeq) return { room: told, certain: true };
  if (told.readSeq === known.readSeq && known.membership === 'in') {
    return { room: { ...told, unread: known.unread, mentions: known.mentions, countedTo: known.countedTo }, certain: true };
  }
  const all = messagesAfter(told.readSeq);
  if (all) return { room: { ...told, ...countAfter(all, told.readSeq, told, me), countedTo: told.lastSeq }, certain: true };
  const from = Math.max(told.readSeq, told.countedTo);
  const later = messagesAfter(from);
  if (!later) return { room: told, certain: false };
  const more = countAfter(later, from, told, me);
  return { room: { ...told, unread: told.unread + more.unread, mentions: told.mentions + more.mentions, countedTo: told.lastSeq }, certain: true };
}

/** What a room shows: muted rooms count nowhere. */
export function shownCounts(room: RoomRecord): { unread: number; mentions: number } {
  if (room.membership !== 'in' || room.level === 'none') return { unread: 0, mentions: 0 };
  return { unread: room.unread, mentions: room.mentions };
}

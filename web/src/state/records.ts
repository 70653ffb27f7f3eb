// The client's own values: what the wire says as plain data that IndexedDB can store. Seqs are numbers, times milliseconds.

import type { ErrorData } from '../api/error';
import type { Call } from './call_types';
import type { NotificationLevel, PresenceState, RoomId, RoomKind, RoomRole, UserId } from './types';

/** A user as stored. Presence is of this moment and is not stored with the rest. */
export interface UserRecord {
  readonly id: UserId;
  readonly username: string;
  readonly displayName: string;
  readonly bio: string;
  readonly role: 'owner' | 'admin' | 'user';
  readonly deactivated: boolean;
}

/** A user's presence as last heard. */
export interface PresenceRecord {
  readonly state: PresenceState;
  readonly lastSeenAt: number | undefined;
}

export type MessageBody =
  | { readonly kind: 'text'; readonly text: string; readonly mentions: readonly UserId[]; readonly all: boolean }
  | { readonly kind: 'encrypted' }
  | { readonly kind: 'member'; readonly action: 'joined' | 'left' | 'invited' | 'removed' | 'role'; readonly userId: UserId; readonly role: RoomRole }
  | { readonly kind: 'room'; readonly created: boolean; readonly name: string | undefined; readonly topic: string | undefined }
  /** A call as it was when the entry was written: at its start, then at its end. */
  | { readonly kind: 'call'; readonly call: Call }
  /** Deleted, or of a kind this client does not know. */
  | { readonly kind: 'gone' };

/** One entry of a timeline. */
export interface MessageRecord {
  readonly roomId: RoomId;
  readonly seq: number;
  readonly senderId: UserId;
  readonly at: number;
  readonly body: MessageBody;
  /** 0 if it answers nothing. */
  readonly replyTo: number;
  readonly revision: number;
  /** 0 if never edited. */
  readonly editedAt: number;
  readonly deleted: boolean;
  /** FNV-1a 64 of the sender's txn_id as 16 hex digits; empty if not known. */
  readonly tag: string;
}

/** A room with the own place in it. */
export interface RoomRecord {
  readonly id: RoomId;
  readonly kind: RoomKind;
  readonly name: string;
  readonly topic: string;
  readonly memberCount: number;
  readonly directUserIds: readonly UserId[];
  readonly createdAt: number;
  /** The newest event known here. */
  readonly lastSeq: number;
  readonly lastMessage: MessageRecord | undefined;
  readonly membership: 'in' | 'invited' | 'left';
  readonly invitedBy: UserId;
  readonly role: RoomRole;
  readonly level: NotificationLevel;
  readonly favourite: boolean;
  readonly readSeq: number;
  /** The newest event that `unread` and `mentions` take into account; a server's word may be ahead of the events heard here. */
  readonly countedTo: number;
  /** Countable messages of others after `readSeq` up to `countedTo` or `lastSeq`, whichever is newer. */
  readonly unread: number;
  /** Those that mention me; in direct rooms all. */
  readonly mentions: number;
}

/** A run of seqs of which everything is stored. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/** The stored ranges of one room, ascending, not touching. `beginning`: the first seq I may read, if it was reached. */
export interface RangesRecord {
  readonly roomId: RoomId;
  readonly ranges: readonly SeqRange[];
  readonly beginning: number | undefined;
}

/** A message or edit on its way. Stored until the server has it or the user drops it. */
export interface OutboxRecord {
  /** Position in the queue of this device; ascending. */
  readonly order: number;
  readonly txnId: string;
  readonly tag: string;
  readonly roomId: RoomId;
  readonly kind: 'send' | 'edit';
  readonly text: string;
  readonly replyTo: number;
  /** The message an edit changes; 0 for sends. */
  readonly editSeq: number;
  readonly createdAt: number;
  /** Set when the server refused it for good. */
  readonly error: ErrorData | undefined;
}

/** One of the own settings. `pending`: the server has not acknowledged this value yet. */
export interface SettingRecord {
  readonly key: string;
  readonly value: string;
  readonly pending: boolean;
}

/** A message people wrote (and did not delete). */
export function isWritten(message: MessageRecord): boolean {
  return message.body.kind === 'text' || message.body.kind === 'encrypted';
}

/** What unread counts count: what people wrote, and between two people also calls. */
export function isCountable(message: MessageRecord, room: RoomKind): boolean {
  return isWritten(message) || (room === 'direct' && message.body.kind === 'call');
}

/** Whether a message concerns a user by name or by `@all`. */
export function mentions(message: MessageRecord, userId: UserId): boolean {
  return message.body.kind === 'text' && (message.body.all || message.body.mentions.includes(userId));
}

/** The newer of two states of one message: a page loaded late must not undo an edit heard meanwhile. */
export function newerOf(known: MessageRecord | undefined, other: MessageRecord): MessageRecord {
  if (!known) return other;
  if (known.deleted) return known;
  if (!other.deleted && other.revision < known.revision) return known;
  return other.tag === '' && known.tag !== '' ? { ...other, tag: known.tag } : other;
}

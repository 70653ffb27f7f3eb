// The calls that go over the realtime connection, in the account's own values.

import { create } from '@bufbuild/protobuf';
import { KithError } from '../api/error';
import {
  DeleteMessageRequestSchema,
  EditMessageRequestSchema,
  MarkReadRequestSchema,
  SendMessageRequestSchema,
  SetTypingRequestSchema,
} from '../api/gen/kith/v1/message_pb';
import { PresenceState, type Membership, type Message } from '../api/gen/kith/v1/types_pb';
import { SetPresenceRequestSchema } from '../api/gen/kith/v1/user_pb';
import type { RealtimeConnection } from '../connection/realtime_connection';
import { messageOf } from './from_wire';
import type { ReadMark } from './read_marks';
import type { MessageRecord, OutboxRecord } from './records';
import type { RoomId } from './types';

/** Sends an outbox entry. */
export async function sendEntry(connection: RealtimeConnection, record: OutboxRecord): Promise<MessageRecord> {
  const { roomId, txnId } = record;
  const content = { body: { case: 'text' as const, value: record.text } };
  if (record.kind === 'edit') {
    const value = create(EditMessageRequestSchema, { roomId, txnId, content, seq: BigInt(record.editSeq) });
    return complete((await connection.call({ case: 'editMessage', value })).message);
  }
  const value = create(SendMessageRequestSchema, { roomId, txnId, content, replyToSeq: BigInt(record.replyTo) });
  return complete((await connection.call({ case: 'sendMessage', value })).message);
}

/** Moves the read position. */
export async function sendReadMark(connection: RealtimeConnection, mark: ReadMark): Promise<Membership | undefined> {
  const value = create(MarkReadRequestSchema, { roomId: mark.roomId, seq: BigInt(mark.seq), unread: mark.back });
  return (await connection.call({ case: 'markRead', value })).membership;
}

export async function deleteMessage(connection: RealtimeConnection, roomId: RoomId, seq: number): Promise<void> {
  await connection.call({ case: 'deleteMessage', value: create(DeleteMessageRequestSchema, { roomId, seq: BigInt(seq) }) });
}

/** Says that I am writing; nobody misses it if it fails. */
export function tellTyping(connection: RealtimeConnection, roomId: RoomId, typing: boolean): void {
  connection.call({ case: 'setTyping', value: create(SetTypingRequestSchema, { roomId, typing }) }).catch(() => undefined);
}

/** Says whether this device is in use; said again after each connect. */
export function tellPresence(connection: RealtimeConnection, state: 'online' | 'away'): void {
  const value = create(SetPresenceRequestSchema, { state: state === 'online' ? PresenceState.ONLINE : PresenceState.AWAY });
  connection.call({ case: 'setPresence', value }).catch(() => undefined);
}

function complete(message: Message | undefined): MessageRecord {
  if (!message) throw new KithError({ reason: 'unknown', message: 'the answer has no message' });
  return messageOf(message);
}

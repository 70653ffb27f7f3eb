// The wire's values as records.

import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { RegistrationPolicy, type GetServerResponse } from '../api/gen/kith/v1/auth_pb';
import { CallOutcome as WireOutcome, CallState as WireCallState, type Call as WireCall } from '../api/gen/kith/v1/call_pb';
import {
  MemberChange_Action,
  MembershipState,
  NotificationLevel as WireLevel,
  PresenceState as WirePresence,
  RoomKind as WireKind,
  RoomRole as WireRole,
  ServerRole,
  type Membership,
  type Message,
  type Presence,
  type Room,
  type RoomEntry,
  type User,
} from '../api/gen/kith/v1/types_pb';
import type { Call, CallOutcome } from './call_types';
import type { MessageBody, MessageRecord, PresenceRecord, RoomRecord, UserRecord } from './records';
import type { NotificationLevel, PresenceState, RoomKind, RoomRole, ServerInfo } from './types';

/** Milliseconds UTC; 0 if unset. */
export function timeOf(timestamp: Timestamp | undefined): number {
  return timestamp ? Number(timestamp.seconds) * 1000 + Math.floor(timestamp.nanos / 1_000_000) : 0;
}

/** A wire timestamp. `at`: milliseconds UTC. */
export function timestampOf(at: number): { seconds: bigint; nanos: number } {
  const seconds = Math.floor(at / 1000);
  return { seconds: BigInt(seconds), nanos: (at - seconds * 1000) * 1_000_000 };
}

// A txn_tag as hex; empty for 0.
function tagOf(tag: bigint): string {
  return tag === 0n ? '' : tag.toString(16).padStart(16, '0');
}

const roles: Readonly<Record<WireRole, RoomRole>> = {
  [WireRole.UNSPECIFIED]: 'guest',
  [WireRole.OWNER]: 'owner',
  [WireRole.ADMIN]: 'admin',
  [WireRole.MEMBER]: 'member',
  [WireRole.GUEST]: 'guest',
};
const kinds: Readonly<Record<WireKind, RoomKind>> = {
  [WireKind.UNSPECIFIED]: 'private',
  [WireKind.DIRECT]: 'direct',
  [WireKind.PRIVATE]: 'private',
  [WireKind.PUBLIC]: 'public',
};
const levels: Readonly<Record<WireLevel, NotificationLevel>> = {
  [WireLevel.UNSPECIFIED]: 'default',
  [WireLevel.ALL]: 'all',
  [WireLevel.MENTIONS]: 'mentions',
  [WireLevel.NONE]: 'none',
};
const presences: Readonly<Record<WirePresence, PresenceState>> = {
  [WirePresence.UNSPECIFIED]: 'unknown',
  [WirePresence.ONLINE]: 'online',
  [WirePresence.AWAY]: 'away',
  [WirePresence.OFFLINE]: 'offline',
};
const memberActions: Readonly<Partial<Record<MemberChange_Action, 'joined' | 'left' | 'invited' | 'removed' | 'role'>>> = {
  [MemberChange_Action.JOINED]: 'joined',
  [MemberChange_Action.LEFT]: 'left',
  [MemberChange_Action.INVITED]: 'invited',
  [MemberChange_Action.REMOVED]: 'removed',
  [MemberChange_Action.ROLE_CHANGED]: 'role',
};

export function roleOf(role: WireRole): RoomRole {
  return roles[role] ?? 'guest';
}

/** A role for the wire. */
export function wireRole(role: RoomRole): WireRole {
  return { owner: WireRole.OWNER, admin: WireRole.ADMIN, member: WireRole.MEMBER, guest: WireRole.GUEST }[role];
}

/** A notification level for the wire. */
export function wireLevel(level: NotificationLevel): WireLevel {
  return { default: WireLevel.UNSPECIFIED, all: WireLevel.ALL, mentions: WireLevel.MENTIONS, none: WireLevel.NONE }[level];
}

export function presenceOf(presence: Presence): PresenceRecord {
  const lastSeenAt = presence.lastSeenAt ? timeOf(presence.lastSeenAt) : undefined;
  return { state: presences[presence.state] ?? 'unknown', lastSeenAt };
}

export function userOf(user: User): UserRecord {
  return {
    id: user.id,
    username: user.username,
    displayName: user.displayName || user.username,
    bio: user.bio,
    role: user.role === ServerRole.OWNER ? 'owner' : user.role === ServerRole.ADMIN ? 'admin' : 'user',
    deactivated: user.deactivated,
  };
}

const outcomes: Readonly<Record<WireOutcome, CallOutcome>> = {
  [WireOutcome.UNSPECIFIED]: 'none',
  [WireOutcome.COMPLETED]: 'completed',
  [WireOutcome.MISSED]: 'missed',
  [WireOutcome.DECLINED]: 'declined',
  [WireOutcome.CANCELLED]: 'cancelled',
  [WireOutcome.INTERRUPTED]: 'interrupted',
};

export function callOf(call: WireCall): Call {
  const { state } = call;
  return {
    id: call.id,
    roomId: call.roomId,
    startedBy: call.startedBy,
    state: state === WireCallState.RINGING ? 'ringing' : state === WireCallState.ENDED ? 'ended' : 'active',
    outcome: outcomes[call.outcome] ?? 'none',
    video: call.video,
    startedAt: timeOf(call.startedAt),
    answeredAt: timeOf(call.answeredAt) || undefined,
    endedAt: timeOf(call.endedAt) || undefined,
    participants: call.participants.map((part) => ({ userId: part.userId, joinedAt: timeOf(part.joinedAt), leftAt: timeOf(part.leftAt) || undefined, screenShared: part.screenShared })),
    participantCount: call.participantCount,
    ringingUserIds: call.ringingUserIds,
    screenShared: call.screenShared,
    seq: Number(call.seq),
  };
}

function bodyOf(message: Message): MessageBody {
  const { body } = message;
  if (message.deleted) return { kind: 'gone' };
  switch (body.case) {
    case 'content': {
      const { body: content, mentionedUserIds, mentionsAll } = body.value;
      if (content.case === 'text') return { kind: 'text', text: content.value, mentions: mentionedUserIds, all: mentionsAll };
      return content.case === 'encrypted' ? { kind: 'encrypted' } : { kind: 'gone' };
    }
    case 'memberChange': {
      const action = memberActions[body.value.action];
      return action ? { kind: 'member', action, userId: body.value.userId, role: roleOf(body.value.role) } : { kind: 'gone' };
    }
    case 'roomChange':
      return { kind: 'room', created: body.value.created, name: body.value.name, topic: body.value.topic };
    case 'call':
      return body.value.call ? { kind: 'call', call: callOf(body.value.call) } : { kind: 'gone' };
    case undefined:
      return { kind: 'gone' };
  }
}

export function messageOf(message: Message): MessageRecord {
  return {
    roomId: message.roomId,
    seq: Number(message.seq),
    senderId: message.senderId,
    at: timeOf(message.createdAt),
    body: bodyOf(message),
    replyTo: Number(message.replyToSeq),
    revision: message.revision,
    editedAt: timeOf(message.editedAt),
    deleted: message.deleted,
    tag: tagOf(message.txnTag),
  };
}

type RoomPart = Pick<RoomRecord, 'id' | 'kind' | 'name' | 'topic' | 'memberCount' | 'directUserIds' | 'createdAt' | 'lastSeq'>;
type MembershipPart = Omit<RoomRecord, keyof RoomPart | 'lastMessage'>;

function roomPartOf(room: Room): RoomPart {
  return {
    id: room.id,
    kind: kinds[room.kind] ?? 'private',
    name: room.name,
    topic: room.topic,
    memberCount: room.memberCount,
    directUserIds: room.directUserIds,
    createdAt: timeOf(room.createdAt),
    lastSeq: Number(room.lastSeq),
  };
}

export function membershipPartOf(membership: Membership): MembershipPart {
  const { state } = membership;
  return {
    membership: state === MembershipState.IN ? 'in' : state === MembershipState.INVITED ? 'invited' : 'left',
    invitedBy: membership.invitedBy,
    role: roleOf(membership.role),
    level: levels[membership.level] ?? 'default',
    favourite: membership.favourite,
    readSeq: Number(membership.readSeq),
    unread: membership.unreadCount,
    mentions: membership.mentionCount,
    countedTo: Number(membership.lastSeq),
  };
}

/** A room's row; undefined if the entry is incomplete. */
export function roomOf(entry: RoomEntry): RoomRecord | undefined {
  const { room, membership, lastMessage } = entry;
  if (!room || !membership) return undefined;
  return { ...roomPartOf(room), ...membershipPartOf(membership), lastMessage: lastMessage ? messageOf(lastMessage) : undefined };
}

export function serverOf(server: GetServerResponse): ServerInfo {
  const { limits } = server;
  const { registration } = server;
  return {
    name: server.name,
    version: server.version,
    registration: registration === RegistrationPolicy.OPEN ? 'open' : registration === RegistrationPolicy.INVITATION ? 'invitation' : 'closed',
    limits: {
      messageBytes: limits?.messageBytes || defaultServer.limits.messageBytes,
      nameCharacters: limits?.nameCharacters || defaultServer.limits.nameCharacters,
      topicCharacters: limits?.topicCharacters || defaultServer.limits.topicCharacters,
      pageSize: limits?.pageSize || defaultServer.limits.pageSize,
      sendsInFlight: limits?.sendsInFlight || defaultServer.limits.sendsInFlight,
      passwordCharactersMin: limits?.passwordCharactersMin || defaultServer.limits.passwordCharactersMin,
    },
  };
}

/** What is assumed until the server was asked once: cautious limits. */
export const defaultServer: ServerInfo = {
  name: '',
  version: '',
  registration: 'closed',
  limits: { messageBytes: 4096, nameCharacters: 64, topicCharacters: 256, pageSize: 50, sendsInFlight: 8, passwordCharactersMin: 8 },
};

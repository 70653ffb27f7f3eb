// Rooms as the list and the bar show them. A view stays the same object until one of its ingredients changes.

import { sameList } from '../base/signal';
import { storyOf } from './call_story';
import { previewOf } from './preview';
import type { RoomRecord } from './records';
import type { LastMessage, Person, RoomId, RoomView, UserId } from './types';
import { shownCounts } from './unread';

/** What a view is made of besides the room's row. */
export interface RoomViewSources {
  readonly me: () => UserId;
  readonly person: (userId: UserId) => Person;
  readonly writers: (roomId: RoomId) => readonly UserId[];
  readonly hasDraft: (roomId: RoomId) => boolean;
  readonly failedRooms: () => ReadonlySet<RoomId>;
}

type Cached = { readonly ingredients: readonly unknown[]; readonly view: RoomView };

export class RoomViews {
  readonly #sources: RoomViewSources;
  readonly #cache = new Map<RoomId, Cached>();

  constructor(sources: RoomViewSources) {
    this.#sources = sources;
  }

  /** The view of a room's row. */
  of(room: RoomRecord): RoomView {
    const { me, person, writers, hasDraft, failedRooms } = this.#sources;
    const directUserId = room.kind === 'direct' ? (room.directUserIds.find((userId) => userId !== me()) ?? me()) : undefined;
    const other = directUserId === undefined ? undefined : person(directUserId);
    const sender = room.lastMessage && person(room.lastMessage.senderId);
    const typing = writers(room.id);
    const draft = hasDraft(room.id);
    const failed = failedRooms().has(room.id);
    const ingredients = [room, other?.displayName, other?.presence, sender?.displayName, typing, draft, failed];
    const cached = this.#cache.get(room.id);
    if (cached && sameList(cached.ingredients, ingredients)) return cached.view;

    const muted = room.level === 'none';
    const view: RoomView = {
      id: room.id,
      kind: room.kind,
      name: other ? other.displayName : room.name,
      topic: room.topic,
      memberCount: room.memberCount,
      directUserId,
      presence: other?.presence ?? 'unknown',
      membership: room.membership,
      invitedBy: room.invitedBy || undefined,
      role: room.role,
      level: room.level,
      muted,
      favourite: room.favourite,
      ...shownCounts(room),
      hasQuietNews: muted && room.membership === 'in' && room.unread > 0,
      lastMessage: room.lastMessage && lastMessageOf(room, sender, me()),
      lastActivityAt: room.lastMessage?.at ?? room.createdAt,
      typing,
      hasDraft: draft,
      hasFailedSends: failed,
      createdAt: room.createdAt,
    };
    this.#cache.set(room.id, { ingredients, view });
    return view;
  }
}

function lastMessageOf(room: RoomRecord, sender: Person | undefined, me: UserId): LastMessage | undefined {
  const message = room.lastMessage;
  if (!message) return undefined;
  return {
    senderId: message.senderId,
    senderName: sender?.displayName ?? '',
    isMine: message.senderId === me,
    preview: message.body.kind === 'text' ? previewOf(message.body.text) : '',
    call: message.body.kind === 'call' ? { story: storyOf(message.body.call, me, room.kind === 'direct'), video: message.body.call.video } : undefined,
    deleted: message.deleted,
    at: message.at,
  };
}

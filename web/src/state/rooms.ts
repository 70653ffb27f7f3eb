// The rooms: list, open room, and everything one does with a room.

import type { Api } from '../api/client';
import { HistoryVisibility, RoomKind as WireKind, type Membership } from '../api/gen/kith/v1/types_pb';
import { derived, sameFields, signal, type Signal, type WritableSignal } from '../base/signal';
import { wireLevel, wireRole } from './from_wire';
import type { ReadMarks } from './read_marks';
import type { RoomRecord } from './records';
import type { Replica } from './replica';
import { sectionsOf, totalsOf } from './room_sections';
import type { RoomViews } from './room_views';
import type { NotificationLevel, RoomId, RoomRole, RoomsModel, RoomSection, RoomView, SectionKey, SettingsModel, Totals, UserId } from './types';

/** What the rooms need of the account. */
export interface RoomsPorts {
  readonly api: Api;
  readonly replica: Replica;
  readonly views: RoomViews;
  /** Whatever the views are made of besides the rooms' rows. */
  readonly ingredients: readonly Signal<unknown>[];
  readonly settings: SettingsModel;
  readonly readMarks: ReadMarks;
  readonly lastRoomId: WritableSignal<RoomId | undefined>;
  readonly newTxnId: () => string;
  readonly handleOpened: (roomId: RoomId | undefined, before: RoomId | undefined) => void;
}

export class Rooms implements RoomsModel {
  readonly sections: Signal<readonly RoomSection[]>;
  readonly totals: Signal<Totals>;
  readonly #ports: RoomsPorts;
  readonly #all: Signal<readonly RoomView[]>;
  readonly #open = signal<RoomId | undefined>(undefined);
  readonly #held = signal<RoomId | undefined>(undefined);
  readonly #signals = new Map<RoomId, Signal<RoomView | undefined>>();

  constructor(ports: RoomsPorts) {
    this.#ports = ports;
    const { rooms } = ports.replica;
    this.#all = derived([rooms.version, ...ports.ingredients], () => [...rooms.values()].map((room) => ports.views.of(room)));
    this.sections = derived([this.#all, ports.settings.value('collapsedSections'), this.#held], sectionsOf);
    this.totals = derived([this.#all], totalsOf, sameFields);
  }

  /** All rooms known, also left ones. */
  get all(): Signal<readonly RoomView[]> {
    return this.#all;
  }

  get openRoomId(): Signal<RoomId | undefined> {
    return this.#open;
  }

  get lastRoomId(): Signal<RoomId | undefined> {
    return this.#ports.lastRoomId;
  }

  room(roomId: RoomId): Signal<RoomView | undefined> {
    let found = this.#signals.get(roomId);
    if (!found) {
      const row = this.#ports.replica.rooms.at(roomId);
      found = derived([row, ...this.#ports.ingredients], () => {
        const room = this.#ports.replica.rooms.get(roomId);
        return room && this.#ports.views.of(room);
      });
      this.#signals.set(roomId, found);
    }
    return found;
  }

  setOpenRoom(roomId: RoomId | undefined): void {
    const before = this.#open.get();
    if (before === roomId) return;
    const room = roomId === undefined ? undefined : this.#ports.replica.rooms.get(roomId);
    this.#held.set(room && room.unread > 0 && room.level !== 'none' ? roomId : undefined);
    this.#open.set(roomId);
    if (roomId !== undefined) this.#ports.lastRoomId.set(roomId);
    this.#ports.handleOpened(roomId, before);
  }

  setCollapsed(section: SectionKey, collapsed: boolean): void {
    const { settings } = this.#ports;
    const others = settings.value('collapsedSections').get().filter((key) => key !== section);
    settings.set('collapsedSections', collapsed ? [...others, section] : others);
  }

  async load(roomId: RoomId): Promise<void> {
    const { entry } = await this.#ports.api.rooms.getRoom({ roomId });
    if (entry) this.#ports.replica.putEntry(entry);
  }

  async create(input: { name: string; kind: 'private' | 'public'; topic?: string; historySinceJoin?: boolean; inviteUserIds?: readonly UserId[] }): Promise<{ roomId: RoomId }> {
    const { room, membership } = await this.#ports.api.rooms.createRoom({
      name: input.name,
      kind: input.kind === 'public' ? WireKind.PUBLIC : WireKind.PRIVATE,
      topic: input.topic ?? '',
      history: input.historySinceJoin ? HistoryVisibility.SINCE_JOIN : HistoryVisibility.ALL,
      inviteUserIds: [...(input.inviteUserIds ?? [])],
      txnId: this.#ports.newTxnId(),
    });
    const roomId = room?.id ?? '';
    // The answer has the room without its newest message: all of a new room but that.
    if (room && membership) this.#ports.replica.putEntry({ $typeName: 'kith.v1.RoomEntry', room, membership });
    return { roomId };
  }

  async openDirect(userId: UserId): Promise<{ roomId: RoomId }> {
    const { entry } = await this.#ports.api.rooms.openDirectRoom({ userId });
    if (entry) this.#ports.replica.putEntry(entry);
    return { roomId: entry?.room?.id ?? '' };
  }

  async join(roomId: RoomId): Promise<void> {
    const { entry } = await this.#ports.api.rooms.joinRoom({ roomId });
    if (entry) this.#ports.replica.putEntry(entry);
  }

  async leave(roomId: RoomId): Promise<void> {
    await this.#ports.api.rooms.leaveRoom({ roomId });
    this.#ports.replica.changeRoom(roomId, (room) => ({ ...room, membership: 'left' }));
  }

  async update(roomId: RoomId, change: { name?: string; topic?: string }): Promise<void> {
    await this.#ports.api.rooms.updateRoom({ roomId, ...change });
    this.#ports.replica.changeRoom(roomId, (room) => ({ ...room, ...change }));
  }

  async invite(roomId: RoomId, userId: UserId): Promise<void> {
    await this.#ports.api.rooms.inviteMember({ roomId, userId });
  }

  async remove(roomId: RoomId, userId: UserId): Promise<void> {
    await this.#ports.api.rooms.removeMember({ roomId, userId });
  }

  async setRole(roomId: RoomId, userId: UserId, role: RoomRole): Promise<void> {
    await this.#ports.api.rooms.setRole({ roomId, userId, role: wireRole(role) });
  }

  setLevel(roomId: RoomId, level: NotificationLevel): Promise<void> {
    return this.#prefer(roomId, { level }, () => this.#ports.api.rooms.setRoomPreferences({ roomId, level: wireLevel(level) }));
  }

  setFavourite(roomId: RoomId, favourite: boolean): Promise<void> {
    return this.#prefer(roomId, { favourite }, () => this.#ports.api.rooms.setRoomPreferences({ roomId, favourite }));
  }

  markAllRead(roomId: RoomId): void {
    const room = this.#ports.replica.rooms.get(roomId);
    if (room) this.markRead(roomId, room.lastSeq);
  }

  /** Everything up to `seq` is read. */
  markRead(roomId: RoomId, seq: number): void {
    const { replica, readMarks } = this.#ports;
    const room = replica.rooms.get(roomId);
    if (!room || room.membership !== 'in' || seq <= room.readSeq) return;
    const readSeq = Math.min(seq, room.lastSeq);
    readMarks.mark({ roomId, seq: readSeq, back: false });
    replica.changeRoom(roomId, (before) => replica.recounted({ ...before, readSeq }));
  }

  markUnreadFrom(roomId: RoomId, seq: number): void {
    const { replica, readMarks } = this.#ports;
    readMarks.mark({ roomId, seq: seq - 1, back: true });
    replica.changeRoom(roomId, (before) => replica.recounted({ ...before, readSeq: seq - 1 }));
  }

  // Shown at once; taken back if the server refuses.
  async #prefer(roomId: RoomId, change: Partial<RoomRecord>, ask: () => Promise<{ membership?: Membership | undefined }>): Promise<void> {
    const { replica } = this.#ports;
    const before = replica.rooms.get(roomId);
    replica.changeRoom(roomId, (room) => ({ ...room, ...change }));
    try {
      const { membership } = await ask();
      if (membership) replica.putMembership(membership);
    } catch (thrown) {
      if (before) replica.changeRoom(roomId, (room) => ({ ...room, level: before.level, favourite: before.favourite }));
      throw thrown;
    }
  }
}

// The members of one room, page by page.

import type { Api } from '../api/client';
import type { KithError } from '../api/error';
import { MembershipState } from '../api/gen/kith/v1/types_pb';
import { fold } from '../base/fold';
import { batch, derived, signal, type Signal } from '../base/signal';
import { roleOf } from './from_wire';
import { permissionsOf } from './permissions';
import { maxMembers, type ReadPositions } from './read_positions';
import type { RoomRecord } from './records';
import type { Replica } from './replica';
import type { LoadStatus, MembersModel, MemberView, Person, PresenceState, RoomId, RoomPermissions, RoomRole, UserId } from './types';

const maxCandidates = 8;

/** What a member list needs of the account. */
export interface MembersPorts {
  readonly api: Api;
  readonly replica: Replica;
  readonly room: Signal<RoomRecord | undefined>;
  readonly readPositions: ReadPositions;
  readonly person: (userId: UserId) => Person;
  readonly pageSize: () => number;
}

type Row = { readonly userId: UserId; readonly role: RoomRole; readonly invited: boolean };

const presenceOrder: Readonly<Record<PresenceState, number>> = { online: 0, away: 1, offline: 2, unknown: 2 };

export class Members implements MembersModel {
  readonly list: Signal<readonly MemberView[]>;
  readonly permissions: Signal<RoomPermissions>;
  readonly hasMore: Signal<boolean>;
  readonly #roomId: RoomId;
  readonly #ports: MembersPorts;
  readonly #rows = signal<readonly Row[]>([]);
  readonly #status = signal<LoadStatus>({ kind: 'idle' });
  readonly #cursor = signal('');
  #loaded = false;

  constructor(roomId: RoomId, ports: MembersPorts) {
    this.#roomId = roomId;
    this.#ports = ports;
    const { users, presences } = ports.replica;
    this.list = derived([this.#rows, users.version, presences.version], (rows) => this.#sorted(rows));
    this.permissions = derived([ports.room], (room) => permissionsOf(room?.kind ?? 'private', room?.role ?? 'guest', room?.membership ?? 'left'));
    this.hasMore = derived([this.#cursor], (cursor) => cursor !== '');
  }

  get status(): Signal<LoadStatus> {
    return this.#status;
  }

  load(): void {
    void this.#load('');
  }

  loadMore(): void {
    const cursor = this.#cursor.get();
    if (cursor !== '') void this.#load(cursor);
  }

  /** Somebody came, went or has another role: a list that was loaded is loaded again. */
  handleMemberChange(): void {
    if (this.#loaded) this.load();
  }

  /** The room is on the screen: in a small room the others' read positions are wanted. */
  handleShown(): void {
    const room = this.#ports.room.get();
    if (!this.#loaded && room?.membership === 'in' && room.memberCount <= maxMembers) this.load();
  }

  mentionCandidates(prefix: string): readonly Person[] {
    const room = this.#ports.room.get();
    if (!this.#loaded && room) this.load();
    const ids = new Set([...this.#rows.get().filter((row) => !row.invited).map((row) => row.userId), ...(room?.directUserIds ?? []), ...this.#ports.readPositions.of(this.#roomId).get().keys()]);
    const wanted = fold(prefix);
    return [...ids]
      .map((userId) => this.#ports.person(userId))
      .filter((person) => !person.isMe && person.username !== '')
      .map((person) => ({ person, rank: rankOf(person, wanted) }))
      .filter(({ rank }) => rank >= 0)
      .sort((left, right) => left.rank - right.rank || (left.person.username < right.person.username ? -1 : 1))
      .slice(0, maxCandidates)
      .map(({ person }) => person);
  }

  async #load(cursor: string): Promise<void> {
    if (this.#status.get().kind === 'loading') return;
    this.#status.set({ kind: 'loading' });
    this.#loaded = true;
    try {
      const { members, nextCursor } = await this.#ports.api.rooms.listMembers({ roomId: this.#roomId, cursor, limit: this.#ports.pageSize() });
      batch(() => {
        this.#ports.replica.putUsers(members.flatMap((member) => member.user ?? []));
        const rows = members.map((member) => ({ userId: member.user?.id ?? '', role: roleOf(member.role), invited: member.state === MembershipState.INVITED }));
        this.#rows.set(cursor === '' ? rows : [...this.#rows.get(), ...rows]);
        this.#cursor.set(nextCursor);
        this.#status.set({ kind: 'idle' });
        const me = this.#ports.replica.meId.get();
        const positions = members.filter((member) => member.user && member.user.id !== me && member.readSeq > 0n);
        if (cursor === '' && nextCursor === '') this.#ports.readPositions.replace(this.#roomId, new Map(positions.map((member) => [member.user!.id, Number(member.readSeq)])));
      });
    } catch (thrown) {
      this.#loaded = false;
      this.#status.set({ kind: 'failed', error: thrown as KithError });
    }
  }

  #sorted(rows: readonly Row[]): readonly MemberView[] {
    return rows
      .map((row) => ({ person: this.#ports.person(row.userId), role: row.role, invited: row.invited }))
      .sort((left, right) => presenceOrder[left.person.presence] - presenceOrder[right.person.presence] || left.person.displayName.localeCompare(right.person.displayName));
  }
}

// The user name first, then words of the display name; −1 for no match.
function rankOf(person: Person, wanted: string): number {
  if (person.username.startsWith(wanted)) return 0;
  const name = fold(person.displayName);
  if (name.startsWith(wanted)) return 1;
  return name.split(/\s+/).some((word) => word.startsWith(wanted)) ? 2 : -1;
}

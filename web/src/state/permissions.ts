// What a role allows, as the server's one permission table says it; here only to show or hide actions.

import type { RoomKind, RoomPermissions, RoomRole } from './types';

const rank: Readonly<Record<RoomRole, number>> = { owner: 1, admin: 2, member: 3, guest: 4 };

/** The actions open to a role in a kind of room. */
export function permissionsOf(kind: RoomKind, role: RoomRole, membership: 'in' | 'invited' | 'left'): RoomPermissions {
  const isIn = membership === 'in';
  // In a direct room both are equal: nobody moderates the other.
  const moderates = isIn && kind !== 'direct' && rank[role] <= rank.admin;
  return {
    write: isIn,
    invite: isIn && kind !== 'direct' && rank[role] <= rank.member,
    remove: moderates,
    update: moderates,
    setRoles: moderates,
    deleteOthersMessages: moderates,
  };
}

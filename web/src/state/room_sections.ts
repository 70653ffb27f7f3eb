// The order of the sidebar. Pure.

import type { RoomId, RoomSection, RoomView, SectionKey, Totals } from './types';

const order: readonly SectionKey[] = ['invitations', 'unread', 'favourites', 'direct', 'rooms'];

/**
 * The sections that have rooms, newest activity first in each.
 * `heldRoomId`: a room that was unread when it was opened stays where the reader found it until another is opened.
 */
export function sectionsOf(rooms: readonly RoomView[], collapsed: readonly SectionKey[], heldRoomId: RoomId | undefined): readonly RoomSection[] {
  const bySection = new Map<SectionKey, RoomView[]>(order.map((key) => [key, []]));
  for (const room of rooms) {
    if (room.membership !== 'left') bySection.get(sectionOf(room, heldRoomId))!.push(room);
  }
  return order.flatMap((key) => {
    const found = bySection.get(key)!;
    if (found.length === 0) return [];
    found.sort((left, right) => right.lastActivityAt - left.lastActivityAt || (left.name < right.name ? -1 : 1));
    const unread = found.reduce((sum, room) => sum + room.unread, 0);
    return [{ key, rooms: found, collapsed: collapsed.includes(key), unread }];
  });
}

function sectionOf(room: RoomView, heldRoomId: RoomId | undefined): SectionKey {
  if (room.membership === 'invited') return 'invitations';
  if (room.unread > 0 || room.id === heldRoomId) return 'unread';
  if (room.favourite) return 'favourites';
  return room.kind === 'direct' ? 'direct' : 'rooms';
}

/** The sums that badge, title and tab bar show: the same numbers as in the list. */
export function totalsOf(rooms: readonly RoomView[]): Totals {
  let unread = 0;
  let mentions = 0;
  let unreadRooms = 0;
  for (const room of rooms) {
    unread += room.unread;
    mentions += room.mentions;
    if (room.unread > 0) unreadRooms += 1;
  }
  return { unread, mentions, unreadRooms };
}

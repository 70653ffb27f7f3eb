import { expect, it } from 'vitest';
import { sectionsOf, totalsOf } from './room_sections';
import type { RoomView } from './types';

function room(id: string, fields: Partial<RoomView> = {}): RoomView {
  return {
    id, kind: 'public', name: id, topic: '', memberCount: 1, directUserId: undefined, presence: 'unknown', membership: 'in', invitedBy: undefined, role: 'member',
    level: 'default', muted: false, favourite: false, unread: 0, mentions: 0, hasQuietNews: false, lastMessage: undefined, lastActivityAt: 0, typing: [],
    hasDraft: false, hasFailedSends: false, createdAt: 0, ...fields,
  };
}

const rooms = [
  room('plain'),
  room('busy', { unread: 2, lastActivityAt: 5 }),
  room('busier', { unread: 1, lastActivityAt: 9, favourite: true }),
  room('favourite', { favourite: true }),
  room('ada', { kind: 'direct' }),
  room('left', { membership: 'left' }),
  room('new', { membership: 'invited' }),
];

it('puts each room into one section, newest activity first', () => {
  const sections = sectionsOf(rooms, ['rooms'], undefined);
  expect(sections.map((section) => [section.key, section.rooms.map((view) => view.id)])).toEqual([
    ['invitations', ['new']],
    ['unread', ['busier', 'busy']],
    ['favourites', ['favourite']],
    ['direct', ['ada']],
    ['rooms', ['plain']],
  ]);
  expect(sections.map((section) => section.collapsed)).toEqual([false, false, false, false, true]);
});

it('keeps the room being read where it was found', () => {
  expect(sectionsOf([room('r')], [], 'r')[0]!.key).toBe('unread');
});

it('sums what the list shows', () => {
  expect(totalsOf(rooms)).toEqual({ unread: 3, mentions: 0, unreadRooms: 2 });
});

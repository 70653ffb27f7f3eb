import { expect, it } from 'vitest';
import { Switcher } from './switcher';
import type { Person, RoomView } from './types';

function room(id: string, name: string, fields: Partial<RoomView> = {}): RoomView {
  return { id, name, membership: 'in', unread: 0, lastActivityAt: 0, directUserId: undefined, ...fields } as RoomView;
}

function person(id: string, displayName: string): Person {
  return { id, displayName, username: id, deactivated: false, isMe: false } as Person;
}

const rooms = [room('r1', 'Design', { lastActivityAt: 3 }), room('r2', 'Development', { unread: 2 }), room('r3', 'Left room', { membership: 'left' }), room('d1', 'Ada Deck', { directUserId: 'ada' })];
const switcher = new Switcher({ rooms: () => rooms, people: () => [person('ada', 'Ada Deck'), person('devi', 'Devi')] });
switcher.setCommands([{ id: 'settings', title: 'Open settings', words: ['preferences'] }]);

const titles = (query: string): string[] => switcher.find(query).map((result) => `${result.target.kind} ${result.title}`);

it('offers recent rooms before anything is typed, unread ones first', () => {
  expect(titles('')).toEqual(['room Development', 'room Design', 'room Ada Deck']);
});

it('finds rooms and people by a few letters, and always offers to search messages', () => {
  expect(titles('dev')).toEqual(['room Development', 'person Devi', 'search dev']);
});

it('finds whoever has a direct room as that room', () => {
  expect(titles('ada')).toEqual(['room Ada Deck', 'search ada']);
});

it('looks only where a sign says', () => {
  expect(titles('#de')).not.toContain('person Devi');
  expect(titles('@de')).toEqual(['person Devi']);
  expect(titles('>prefer')).toEqual(['command Open settings']);
});

it('never offers rooms that were left', () => {
  expect(titles('left')).toEqual(['search left']);
});

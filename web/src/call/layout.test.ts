import { describe, expect, it } from 'vitest';
import { focusOf, gridShape, handsUp, pageSize, phoneShape, tileOrder } from './layout';
import type { CallPerson } from './session';
import { fakeVideo } from './testing';

function person(userId: string, change: Partial<CallPerson> = {}): CallPerson {
  return { userId, isMe: false, joinedAt: 0, isMuted: false, isSpeaking: false, spokeAt: 0, quality: 'good', handAt: undefined, camera: undefined, screen: undefined, ...change };
}
const me = person('me', { isMe: true });

describe('the grid', () => {
  it('has the columns in which pictures are largest', () => {
    expect(gridShape(1, 1400, 780)).toEqual({ columns: 1, rows: 1 });
    expect(gridShape(2, 1400, 780)).toEqual({ columns: 2, rows: 1 });
    expect(gridShape(3, 1400, 780)).toEqual({ columns: 2, rows: 2 });
    expect(gridShape(4, 1400, 780)).toEqual({ columns: 2, rows: 2 });
    expect(gridShape(9, 1400, 780)).toEqual({ columns: 3, rows: 3 });
    expect(gridShape(49, 1400, 780)).toEqual({ columns: 7, rows: 7 });
  });

  it('stands upright on a phone', () => {
    expect(phoneShape(1)).toEqual({ columns: 1, rows: 1 });
    expect(phoneShape(2)).toEqual({ columns: 1, rows: 2 });
    expect(phoneShape(5)).toEqual({ columns: 2, rows: 3 });
    expect(gridShape(4, 366, 640)).toEqual({ columns: 2, rows: 2 });
  });

  it('never has more than forty-nine tiles, nor tiles too small for a face', () => {
    expect(pageSize(3000, 2000, 160)).toBe(49);
    expect(pageSize(366, 640, 160)).toBe(10);
    expect(pageSize(10, 10, 160)).toBe(1);
  });

  it('has a shape before its size is known', () => {
    expect(gridShape(5, 0, 0)).toEqual({ columns: 3, rows: 2 });
  });
});

describe('the order of tiles', () => {
  const people = ['a', 'b', 'c', 'd', 'e'].map((userId) => person(userId));

  it('keeps everybody in place when somebody comes or goes', () => {
    const before = tileOrder([...people, me], [], 49);
    expect(before).toEqual(['a', 'b', 'c', 'd', 'e', 'me']);
    expect(tileOrder([person('f'), ...people.slice(1), me], before, 49)).toEqual(['b', 'c', 'd', 'e', 'f', 'me']);
  });

  it('brings who speaks on a later page to the first, in the place of the one silent longest', () => {
    const talking = [person('a', { spokeAt: 9 }), person('b', { spokeAt: 2 }), person('c'), person('d', { isSpeaking: true }), person('e'), me];
    expect(tileOrder(talking, ['a', 'b', 'c', 'd', 'e'], 3)).toEqual(['a', 'd', 'me', 'c', 'b', 'e']);
  });

  it('has me on the first page', () => {
    expect(tileOrder([...people, me], [], 4).slice(0, 4)).toEqual(['a', 'b', 'c', 'me']);
  });
});

describe('what is large', () => {
  const screen = fakeVideo('s');

  it('is a shared screen, unless something is pinned', () => {
    const people = [person('a'), person('b', { screen }), me];
    expect(focusOf(people, undefined, 'grid', undefined)).toEqual({ userId: 'b', kind: 'screen' });
    expect(focusOf(people, { userId: 'a', kind: 'camera' }, 'grid', undefined)).toEqual({ userId: 'a', kind: 'camera' });
  });

  it('is a screen of somebody else before my own', () => {
    const people = [person('a', { screen }), person('me', { isMe: true, screen })];
    expect(focusOf(people, undefined, 'grid', undefined)).toEqual({ userId: 'a', kind: 'screen' });
  });

  it('is nothing in the grid and the speaker in the speaker view', () => {
    const people = [person('a'), person('b'), me];
    expect(focusOf(people, undefined, 'grid', 'b')).toBeUndefined();
    expect(focusOf(people, undefined, 'speaker', 'b')).toEqual({ userId: 'b', kind: 'camera' });
    expect(focusOf(people, undefined, 'speaker', 'gone')).toEqual({ userId: 'a', kind: 'camera' });
    expect(focusOf([me], undefined, 'speaker', undefined)).toEqual({ userId: 'me', kind: 'camera' });
  });
});

it('hands are listed in the order they went up', () => {
  expect(handsUp([person('a', { handAt: 5 }), person('b'), person('c', { handAt: 3 })]).map((one) => one.userId)).toEqual(['c', 'a']);
});

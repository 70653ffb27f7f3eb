import { describe, expect, it } from 'vitest';
import { en } from '../../i18n/en';
import { translator } from '../../i18n/translate';
import type { Person } from '../../state/types';
import { listNames, shortNames, storyIcon, storyWords } from './words';

const t = translator('en', en);

function person(id: string, displayName: string): Person {
  return { id, username: id, displayName, bio: '', role: 'user', deactivated: false, presence: 'unknown', lastSeenAt: undefined, isMe: false };
}

describe('people of a call in words', () => {
  it('are called by first names unless two have the same', () => {
    const names = shortNames(t, [person('1', 'Ada Fenwick'), person('2', 'Ada Lund'), person('3', 'Tomás Arrieta'), person('4', '')]);
    expect([...names.values()]).toEqual(['Ada Fenwick', 'Ada Lund', 'Tomás', 'Somebody']);
  });

  it('are all named when they are few, and counted when they are many', () => {
    expect(listNames(t, ['Idris', 'Ada', 'Tomás'], 3, 'en')).toBe('Idris, Ada, and Tomás');
    expect(listNames(t, ['Idris', 'Marta', 'Noor', 'Ada', 'Lena'], 6, 'en')).toBe('Idris, Marta, Noor and 3 others');
    expect(listNames(t, [], 2, 'en')).toBe('2 people');
  });
});

describe('a call in words', () => {
  it('says missed, and whether it was a video call', () => {
    expect(storyWords(t, 'missed', true)).toBe('Missed video call');
    expect(storyWords(t, 'missed', false)).toBe('Missed call');
    expect(storyWords(t, 'no-answer', true)).toBe('You called, no answer');
  });

  it('has a picture that tells its direction', () => {
    expect([storyIcon('missed', true), storyIcon('called-you', true), storyIcon('they-declined', false), storyIcon('group', true), storyIcon('ongoing', false)]).toEqual(['phone-missed', 'phone-in', 'phone-out', 'video', 'phone']);
  });
});

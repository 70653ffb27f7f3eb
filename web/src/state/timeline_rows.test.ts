import { describe, expect, it } from 'vitest';
import type { MessageRecord } from './records';
import { startOfDay, TimelineRows, type RowSources } from './timeline_rows';
import type { Person, TimelineRow } from './types';

const noon = startOfDay(Date.UTC(2026, 10, 20, 12)) + 12 * 3_600_000;
const minute = 60_000;

function message(seq: number, senderId: string, at: number, fields: Partial<MessageRecord> = {}): MessageRecord {
  return { roomId: 'r', seq, senderId, at, body: { kind: 'text', text: `m${seq}`, mentions: [], all: false }, replyTo: 0, revision: 0, editedAt: 0, deleted: false, tag: '', ...fields };
}

function sources(messages: MessageRecord[], fields: Partial<RowSources> = {}): RowSources {
  return {
    roomId: 'r', kind: 'private', me: 'me', messages, outbox: [], atBeginning: false, unreadAfter: undefined, unreadCount: 0, mayDeleteOthers: false, storyOf: () => 'ongoing',
    person: (id) => ({ id, displayName: id, username: id, presence: 'online' }) as Person, seenBy: () => [], original: () => undefined, ...fields,
  };
}

function shape(rows: readonly TimelineRow[]): string[] {
  return rows.map((row) => (row.kind === 'message' ? `${row.message.text}${row.continued ? ' continued' : ''}` : row.kind));
}

describe('timeline rows', () => {
  it('group what one person wrote within five minutes, and nothing else', () => {
    const messages = [
      message(1, 'ada', noon),
      message(2, 'ada', noon + 4 * minute),
      message(3, 'ada', noon + 10 * minute),
      message(4, 'bob', noon + 10 * minute),
      message(5, 'bob', noon + 11 * minute, { replyTo: 1 }),
      message(6, 'bob', noon + 12 * minute, { body: { kind: 'member', action: 'joined', userId: 'bob', role: 'member' } }),
      message(7, 'bob', noon + 12 * minute),
    ];
    expect(shape(new TimelineRows().build(sources(messages)))).toEqual(['day', 'm1', 'm2 continued', 'm3', 'm4', 'm5', 'system', 'm7']);
  });

  it('begin a day where one begins', () => {
    const messages = [message(1, 'ada', noon), message(2, 'ada', noon + 24 * 60 * minute)];
    expect(shape(new TimelineRows().build(sources(messages)))).toEqual(['day', 'm1', 'day', 'm2']);
  });

  it('draw the line before the first new message of another', () => {
    const messages = [message(1, 'ada', noon), message(2, 'me', noon), message(3, 'ada', noon)];
    expect(shape(new TimelineRows().build(sources(messages, { unreadAfter: 1, unreadCount: 1 })))).toEqual(['day', 'm1', 'm2', 'unread', 'm3']);
  });

  it('say who has seen what I wrote, and who wrote an answered message', () => {
    const rows = new TimelineRows().build(
      sources([message(1, 'ada', noon), message(2, 'me', noon, { replyTo: 1 })], { seenBy: (seq) => (seq <= 2 ? ['ada'] : []), original: (seq) => message(seq, 'ada', noon) }),
    );
    const last = rows.at(-1)!;
    expect(last.kind === 'message' && last.message).toMatchObject({ state: 'read', seenBy: ['ada'], replyTo: { seq: 1, preview: 'm1', sender: { id: 'ada' } } });
  });

  it('stay the same objects when only a presence changed', () => {
    const rows = new TimelineRows();
    const messages = [message(1, 'ada', noon), message(2, 'me', noon)];
    const before = rows.build(sources(messages));
    const after = rows.build(sources([...messages, message(3, 'ada', noon)], { person: (id) => ({ id, displayName: id, username: id, presence: 'away' }) as Person }));
    expect(before.every((row, index) => row === after[index])).toBe(true);
  });

  it('never repeat a key, whatever the clocks say', () => {
    const messages = [message(1, 'ada', noon), message(2, 'ada', noon + 24 * 60 * minute), message(3, 'ada', noon)];
    const keys = new TimelineRows().build(sources(messages)).map((row) => row.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

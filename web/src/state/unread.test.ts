import { describe, expect, it } from 'vitest';
import type { MessageRecord, RoomRecord } from './records';
import { afterDeleted, afterEdited, afterPosted, afterTold, shownCounts } from './unread';

const room: RoomRecord = {
  id: 'r', kind: 'public', name: 'r', topic: '', memberCount: 2, directUserIds: [], createdAt: 0, lastSeq: 4, lastMessage: undefined,
  membership: 'in', invitedBy: '', role: 'member', level: 'default', favourite: false, readSeq: 4, unread: 0, mentions: 0, countedTo: 0,
};

function message(seq: number, senderId: string, mentions: string[] = [], revision = 0): MessageRecord {
  return { roomId: 'r', seq, senderId, at: 0, body: { kind: 'text', text: '', mentions, all: false }, replyTo: 0, revision, editedAt: 0, deleted: false, tag: '' };
}

describe('unread counts', () => {
  it('rise with what others write, and mentions with my name', () => {
    const once = afterPosted(room, message(5, 'ada'), 'me');
    expect(once).toMatchObject({ lastSeq: 5, unread: 1, mentions: 0 });
    expect(afterPosted(once, message(6, 'ada', ['me']), 'me')).toMatchObject({ unread: 2, mentions: 1 });
    expect(afterPosted({ ...room, kind: 'direct' }, message(5, 'ada'), 'me')).toMatchObject({ unread: 1, mentions: 1 });
  });

  it('fall to zero when I write, here or on another device', () => {
    expect(afterPosted({ ...room, unread: 7, mentions: 2 }, message(5, 'me'), 'me')).toMatchObject({ readSeq: 5, unread: 0, mentions: 0 });
  });

  it('do not count who came and went', () => {
    const joined: MessageRecord = { ...message(5, 'ada'), body: { kind: 'member', action: 'joined', userId: 'ada', role: 'member' } };
    expect(afterPosted(room, joined, 'me')).toMatchObject({ lastSeq: 5, unread: 0 });
  });

  it('gain a mention by an edit, and no unread message', () => {
    const unread = { ...room, lastSeq: 5, unread: 1 };
    expect(afterEdited(unread, 6, message(5, 'ada'), message(5, 'ada', ['me'], 1), 'me')).toMatchObject({ unread: 1, mentions: 1 });
  });

  it('fall with a deleted message that was not read', () => {
    const unread = { ...room, lastSeq: 6, unread: 2, mentions: 1 };
    expect(afterDeleted(unread, 7, { seq: 5, countable: true, wasMine: false, wasMention: true })).toMatchObject({ unread: 1, mentions: 0 });
    expect(afterDeleted(unread, 7, { seq: 3, countable: true, wasMine: false, wasMention: true })).toMatchObject({ unread: 2, mentions: 1 });
  });

  it('show nothing in a muted room', () => {
    expect(shownCounts({ ...room, unread: 3, mentions: 1, level: 'none' })).toEqual({ unread: 0, mentions: 0 });
  });

  it('keep what is heard already when the server counted before it', () => {
    const known = { ...room, lastSeq: 8, readSeq: 4, unread: 4 };
    const told = { ...known, readSeq: 5, unread: 1, mentions: 0, countedTo: 6 };
    const later = [message(7, 'ada'), message(8, 'ada', ['me'])];
    const place = { known, told, messagesAfter: (seq: number) => (seq >= 6 ? later : undefined) };
    expect(afterTold(place, 'me')).toMatchObject({ room: { readSeq: 5, unread: 3, mentions: 1 }, certain: true });
    expect(afterTold({ ...place, told: { ...told, readSeq: 4 } }, 'me')).toMatchObject({ room: { unread: 4 }, certain: true });
    expect(afterTold({ ...place, messagesAfter: () => undefined }, 'me')).toMatchObject({ room: { unread: 1 }, certain: false });
  });

  it('do not count twice what the server counted before it was heard', () => {
    const known = { ...room, lastSeq: 5, readSeq: 4, unread: 1 };
    const told = { ...known, unread: 2, countedTo: 6 };
    const placed = afterTold({ known, told, messagesAfter: () => [message(5, 'ada')] }, 'me').room;
    expect(placed).toMatchObject({ lastSeq: 5, unread: 2 });
    const heard = afterPosted(placed, message(6, 'ada'), 'me');
    expect(heard).toMatchObject({ lastSeq: 6, unread: 2 });
    expect(afterPosted(heard, message(7, 'ada'), 'me')).toMatchObject({ unread: 3 });
    expect(afterDeleted(placed, 6, { seq: 5, countable: true, wasMine: false, wasMention: false })).toMatchObject({ unread: 2 });
  });
});

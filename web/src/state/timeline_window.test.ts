import { describe, expect, it } from 'vitest';
import type { MessageRecord } from './records';
import { TimelineWindow } from './timeline_window';

function message(seq: number, text: string, revision = 0): MessageRecord {
  return { roomId: 'r', seq, senderId: 'ada', at: seq, body: { kind: 'text', text, mentions: [], all: false }, replyTo: 0, revision, editedAt: 0, deleted: false, tag: '' };
}

function texts(window: TimelineWindow): string[] {
  return window.messages.map(({ body }) => (body.kind === 'text' ? body.text : body.kind));
}

const page = { messages: [message(1, 'one'), message(2, 'two')], range: { from: 1, to: 2 }, hasOlder: false };

describe('a page that was asked for before a change and comes after it', () => {
  it('does not undo an edit', () => {
    const window = new TimelineWindow();
    window.put(3, message(2, 'two, better', 1));
    window.take(page);
    expect(texts(window)).toEqual(['one', 'two, better']);
  });

  it('does not bring back what was deleted', () => {
    const window = new TimelineWindow();
    window.delete(3, 2);
    window.put(4, message(2, 'two, late', 1));
    window.take(page);
    expect(texts(window)).toEqual(['one', 'gone']);
  });

  it('is itself newer than an older change', () => {
    const window = new TimelineWindow();
    window.put(3, message(2, 'two, better', 1));
    window.take({ ...page, messages: [message(2, 'two, best', 2)] });
    expect(texts(window)).toEqual(['two, best']);
  });
});

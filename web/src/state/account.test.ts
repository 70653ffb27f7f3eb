import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { KithError } from '../api/error';
import { RoomKind } from '../api/gen/kith/v1/types_pb';
import { settle } from '../base/manual_clock';
import { signal } from '../base/signal';
import { Account } from './account';
import { AccountDatabase } from './database';
import { defaultServer } from './from_wire';
import { Notices } from './notices';
import { Settings } from './settings';
import { ada, FakeBrowser, FakeServer, me } from './testing';
import type { TimelineView } from './types';

let server: FakeServer;
let browser: FakeBrowser;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  server = new FakeServer();
  browser = new FakeBrowser(server);
  server.addRoom('r');
});

async function openTab(connects = true): Promise<Account> {
  const environment = browser.tab();
  const database = new AccountDatabase(me);
  const ports = { environment, server: signal(defaultServer), settings: new Settings(environment.keys), notices: new Notices(), handleSignedOut: () => undefined };
  const account = new Account(ports, me, database, await database.load());
  if (connects) await browser.clock.advance(200);
  return account;
}

function texts(account: Account, roomId = 'r'): string[] {
  return account.timeline(roomId).view.get().rows.flatMap((row) => (row.kind === 'message' ? [row.message.deleted ? '(deleted)' : row.message.text] : []));
}

function states(account: Account): string[] {
  return account.timeline('r').view.get().rows.flatMap((row) => (row.kind === 'message' ? [`${row.message.text}:${row.message.state}`] : []));
}

/** Shows a room, as a view does. */
async function show(account: Account, roomId = 'r'): Promise<TimelineView[]> {
  const views: TimelineView[] = [];
  account.rooms.setOpenRoom(roomId);
  account.timeline(roomId).view.subscribe((view) => views.push(view));
  await settle();
  return views;
}

function write(account: Account, text: string): void {
  const composer = account.composer('r');
  composer.setText(text);
  composer.send();
}

describe('opening', () => {
  it('draws the last state from the local store before the network answers', async () => {
    server.post('r', ada, 'hello');
    const first = await openTab();
    await show(first);
    first.stop();
    await settle();

    server.isReachable = false;
    const second = await openTab(false);
    await show(second);
    expect(second.rooms.sections.get()[0]!.rooms[0]!.name).toBe('Room r');
    expect(texts(second)).toEqual(['hello']);
    expect(second.connection.status.get().kind).not.toBe('online');
  });

  it('stores the token with the events it covers, so that a later start misses nothing', async () => {
    server.post('r', ada, 'one');
    const first = await openTab();
    await show(first);
    server.post('r', ada, 'two');
    await settle();
    first.stop();
    await settle();
    const stored = await new AccountDatabase(me).load();
    expect(stored.token).toBe(server.token);
    server.post('r', ada, 'three');

    const second = await openTab();
    await show(second);
    expect(texts(second)).toEqual(['one', 'two', 'three']);
  });

  it('drops a room that missed too much and loads its newest page', async () => {
    server.post('r', ada, 'old');
    const first = await openTab();
    await show(first);
    first.stop();
    await settle();
    for (let index = 0; index < 150; index += 1) server.post('r', ada, `m${index}`);

    const second = await openTab();
    await show(second);
    expect(texts(second)).toHaveLength(50);
    expect(texts(second).at(-1)).toBe('m149');
    expect(second.timeline('r').view.get().hasOlder).toBe(true);
  });

  it('keeps a draft through a fresh start', async () => {
    const first = await openTab();
    await show(first);
    first.composer('r').setText('half a sentence');
    await settle();
    first.stop();
    const second = await openTab();
    expect(second.composer('r').text.get()).toBe('half a sentence');
  });
});

describe('leaving the page', () => {
  it('a moment after typing keeps the draft, though the database took nothing', async () => {
    const first = await openTab();
    await show(first);
    vi.spyOn(AccountDatabase.prototype, 'putSetting').mockReturnValue(new Promise(() => undefined));
    first.composer('r').setText('half a thought');
    first.stop();
    vi.restoreAllMocks();
    const second = await openTab();
    expect(second.composer('r').text.get()).toBe('half a thought');
    await settle();
    expect((await new AccountDatabase(me).load()).settings).toContainEqual(expect.objectContaining({ key: 'draft:r', value: expect.stringContaining('half a thought') }));
    expect(browser.tab().keys.list('kith.held.')).toEqual([]);
  });

  it('by signing out leaves nothing of the draft', async () => {
    const account = await openTab();
    await show(account);
    vi.spyOn(AccountDatabase.prototype, 'putSetting').mockReturnValue(new Promise(() => undefined));
    account.composer('r').setText('half a thought');
    vi.restoreAllMocks();
    expect(browser.tab().keys.list('kith.held.')).toHaveLength(1);
    await account.erase();
    expect(browser.tab().keys.list('kith.held.')).toEqual([]);
  });
});

describe('the timeline', () => {
  it('fills a hole with a Sync and never shows one', async () => {
    server.post('r', ada, 'one');
    const account = await openTab();
    const views = await show(account);
    server.post('r', ada, 'two', { silent: true });
    server.post('r', ada, 'three');
    await settle();
    expect(texts(account)).toEqual(['one', 'two', 'three']);
    expect(views.some((view) => JSON.stringify(view.rows).includes('three') && !JSON.stringify(view.rows).includes('two'))).toBe(false);
  });

  it('loads older pages above and tells the list to keep its place', async () => {
    for (let index = 1; index <= 120; index += 1) server.post('r', ada, `m${index}`);
    const account = await openTab();
    const views = await show(account);
    account.timeline('r').loadOlder();
    await settle();
    expect(texts(account)).toHaveLength(100);
    expect(views.some((view) => view.shifted)).toBe(true);
    account.timeline('r').loadOlder();
    await settle();
    expect(texts(account)[0]).toBe('m1');
    expect(account.timeline('r').view.get().rows[0]!.kind).toBe('beginning');
  });

  it('jumps to any message and back to the end', async () => {
    for (let index = 1; index <= 300; index += 1) server.post('r', ada, `m${index}`);
    const account = await openTab();
    await show(account);
    await account.timeline('r').jumpTo(100);
    const view = account.timeline('r').view.get();
    expect(texts(account)).toContain('m100');
    expect(view.target?.key).toBe('s-100');
    expect(view.atEnd).toBe(false);
    server.post('r', ada, 'new');
    await settle();
    expect(texts(account)).not.toContain('new');
    account.timeline('r').jumpToEnd();
    await settle();
    expect(texts(account).at(-1)).toBe('new');
  });

  it('applies edits and deletions to what is shown and to what is stored', async () => {
    server.post('r', ada, 'one');
    server.post('r', ada, 'two');
    const account = await openTab();
    await show(account);
    server.edit('r', 1, 'changed');
    server.remove('r', 2);
    await settle();
    expect(texts(account)).toEqual(['changed', '(deleted)']);
    const database = new AccountDatabase(me);
    expect((await database.message('r', 1))?.body).toMatchObject({ text: 'changed' });
    expect((await database.message('r', 2))?.body).toEqual({ kind: 'gone' });
  });

  it('keeps the objects of rows that did not change', async () => {
    server.post('r', ada, 'one');
    const account = await openTab();
    await show(account);
    const before = account.timeline('r').view.get().rows;
    server.post('r', ada, 'two');
    await settle();
    const after = account.timeline('r').view.get().rows;
    expect(after.slice(0, before.length)).toEqual(before);
    expect(before.every((row, index) => row === after[index] || row.kind === 'unread')).toBe(true);
  });
});

describe('sending', () => {
  it('shows the message in the same turn and clears the field', async () => {
    const account = await openTab();
    await show(account);
    write(account, 'hello');
    expect(states(account)).toEqual(['hello:sending']);
    expect(account.composer('r').text.get()).toBe('');
    const { key } = account.timeline('r').view.get().rows.find((row) => row.kind === 'message')!;
    await settle();
    expect(states(account)).toEqual(['hello:sent']);
    expect(account.timeline('r').view.get().rows.at(-1)!.key).toBe(key);
  });

  it('never shows a message twice, whichever of answer and event comes first', async () => {
    const account = await openTab();
    const views = await show(account);
    for (const text of ['a', 'b', 'c']) write(account, text);
    await settle();
    expect(texts(account)).toEqual(['a', 'b', 'c']);
    for (const view of views) {
      const shown = view.rows.flatMap((row) => (row.kind === 'message' ? [row.message.text] : []));
      expect(new Set(shown).size).toBe(shown.length);
    }
  });

  it('keeps messages written offline through a reload and sends them in order, once', async () => {
    const first = await openTab();
    await show(first);
    server.isReachable = false;
    server.dropLinks();
    for (const text of ['a', 'b', 'c']) write(first, text);
    expect(states(first)).toEqual(['a:waiting', 'b:waiting', 'c:waiting']);
    expect(first.outbox.waiting.get()).toBe(3);
    await settle();
    first.stop();

    server.isReachable = true;
    const second = await openTab();
    await show(second);
    await browser.clock.advance(5_000);
    expect(texts(second)).toEqual(['a', 'b', 'c']);
    expect(server.rooms.get('r')!.events).toHaveLength(3);
    expect(second.outbox.waiting.get()).toBe(0);
    expect((await new AccountDatabase(me).load()).outbox).toEqual([]);
  });

  it('recognises its own message after a lost answer and does not send it again', async () => {
    const account = await openTab();
    await show(account);
    server.losesAnswers = true;
    write(account, 'hello');
    await settle();
    server.losesAnswers = false;
    server.dropLinks();
    await browser.clock.advance(5_000);
    expect(states(account)).toEqual(['hello:sent']);
    expect(server.calls.filter((frame) => frame.call.case === 'sendMessage')).toHaveLength(1);
  });

  it('shows a refusal, keeps what was written, and sends it again when asked', async () => {
    const account = await openTab();
    await show(account);
    server.refusal = new KithError({ reason: 'not-allowed', code: 'permission_denied' });
    write(account, 'hello');
    await settle();
    expect(states(account)).toEqual(['hello:failed']);
    expect(account.rooms.room('r').get()?.hasFailedSends).toBe(true);
    server.refusal = undefined;
    account.timeline('r').retry(account.timeline('r').view.get().rows.at(-1)!.key);
    await settle();
    expect(states(account)).toEqual(['hello:sent']);
  });

  it('waits as long as the server asks and keeps the order', async () => {
    const account = await openTab();
    await show(account);
    server.refusal = new KithError({ reason: 'rate-limited', code: 'resource_exhausted', retry: 'later', retryAfterMs: 4_000 });
    write(account, 'a');
    write(account, 'b');
    await settle();
    server.refusal = undefined;
    await browser.clock.advance(3_999);
    expect(server.rooms.get('r')!.events).toHaveLength(0);
    await browser.clock.advance(1);
    expect(texts(account)).toEqual(['a', 'b']);
    expect(states(account)).toEqual(['a:sent', 'b:sent']);
  });

  it('shows an edit at once and when it is done', async () => {
    const account = await openTab();
    await show(account);
    write(account, 'helo');
    await settle();
    expect(account.composer('r').editLast()).toBe(true);
    write(account, 'hello');
    expect(texts(account)).toEqual(['hello']);
    await settle();
    expect(texts(account)).toEqual(['hello']);
    expect(account.composer('r').mode.get()).toEqual({ kind: 'new' });
    expect(server.rooms.get('r')!.events).toHaveLength(2);
  });

  it('gives the draft back after an edit', async () => {
    const account = await openTab();
    await show(account);
    write(account, 'helo');
    await settle();
    const composer = account.composer('r');
    composer.setText('a draft');
    composer.edit(1);
    expect(composer.text.get()).toBe('helo');
    composer.cancel();
    expect(composer.text.get()).toBe('a draft');
  });
});

describe('two tabs', () => {
  it('show the same and send what either wrote exactly once', async () => {
    const first = await openTab();
    await show(first);
    const second = await openTab();
    await show(second);
    write(second, 'from the second');
    write(first, 'from the first');
    await browser.clock.advance(6_000);
    expect(new Set(texts(first))).toEqual(new Set(['from the second', 'from the first']));
    expect(texts(second)).toEqual(texts(first));
    expect(server.rooms.get('r')!.events).toHaveLength(2);
    expect(second.outbox.waiting.get()).toBe(0);
  });

  it('hand the work over when the sending one is closed', async () => {
    const first = await openTab();
    const second = await openTab();
    await show(second);
    server.post('r', ada, 'while both were open');
    await settle();
    first.stop();
    await settle();
    write(second, 'hello');
    await browser.clock.advance(1_000);
    server.post('r', ada, 'after');
    await settle();
    second.stop();
    await settle();
    expect((await new AccountDatabase(me).load()).token).toBe(server.token);
    expect(server.rooms.get('r')!.events).toHaveLength(3);
  });
});

describe('unread counts', () => {
  it('agree with the server in list, section and total after any order of events', async () => {
    server.addRoom('d', RoomKind.DIRECT);
    server.post('r', ada, 'one');
    const account = await openTab();
    server.post('r', ada, 'two @me', { mentions: [me] });
    server.post('d', ada, 'hi');
    server.post('d', ada, 'there');
    server.remove('d', 1);
    await browser.clock.advance(1_000);
    for (const id of ['r', 'd']) {
      const { unreadCount, mentionCount } = server.membership(server.rooms.get(id)!);
      expect(account.rooms.room(id).get()).toMatchObject({ unread: unreadCount, mentions: mentionCount });
    }
    expect(account.rooms.totals.get()).toEqual({ unread: 3, mentions: 2, unreadRooms: 2 });
    expect(account.rooms.sections.get().map((section) => [section.key, section.unread])).toEqual([['unread', 3]]);
  });

  it('fall to zero by reading, at once, with one mark per second', async () => {
    for (let index = 0; index < 5; index += 1) server.post('r', ada, `m${index}`);
    const account = await openTab();
    await show(account);
    for (let seq = 1; seq <= 5; seq += 1) account.timeline('r').seen(seq);
    expect(account.rooms.totals.get().unread).toBe(0);
    const marks = (): number => server.calls.filter((frame) => frame.call.case === 'markRead').length;
    await settle();
    expect(marks()).toBe(1);
    await browser.clock.advance(1_000);
    expect(marks()).toBe(2);
    expect(server.rooms.get('r')!.readSeq).toBe(5);
    expect(account.rooms.totals.get().unread).toBe(0);
  });

  it('keep the unread line where it was until the room is left', async () => {
    server.post('r', ada, 'one');
    server.post('r', ada, 'two');
    const account = await openTab();
    await show(account);
    account.timeline('r').seen(2);
    await settle();
    const kinds = account.timeline('r').view.get().rows.map((row) => row.kind);
    expect(kinds).toEqual(['beginning', 'day', 'unread', 'message', 'message']);
  });

  it('are resent when the mark did not arrive before the connection broke', async () => {
    server.post('r', ada, 'one');
    const account = await openTab();
    await show(account);
    server.isReachable = false;
    server.dropLinks();
    account.timeline('r').seen(1);
    server.isReachable = true;
    await browser.clock.advance(10_000);
    expect(server.rooms.get('r')!.readSeq).toBe(1);
    expect(account.rooms.totals.get().unread).toBe(0);
  });

  it('stay right when the server\'s word and the events overtake each other', async () => {
    for (let index = 0; index < 3; index += 1) server.post('r', ada, `m${index}`);
    const account = await openTab();
    const room = server.rooms.get('r')!;
    // Another device reads two; the word of it leaves before the fourth message and arrives after it.
    room.readSeq = 2;
    const late = server.membership(room);
    server.post('r', ada, 'm3');
    server.tell({ kind: { case: 'ownState', value: { kind: { case: 'membership', value: late } } } });
    await browser.clock.advance(600);
    expect(account.rooms.totals.get().unread).toBe(2);
    // The word of the fifth message's count arrives before the message.
    const fifth = server.post('r', ada, 'm4', { silent: true });
    server.tell({ kind: { case: 'ownState', value: { kind: { case: 'membership', value: server.membership(room) } } } });
    expect(account.rooms.totals.get().unread).toBe(3);
    server.tell({ kind: { case: 'event', value: { roomId: 'r', seq: fifth.seq, kind: { case: 'posted', value: fifth } } } });
    expect(account.rooms.totals.get().unread).toBe(3);
  });

  it('stand again from a message that was marked unread', async () => {
    for (let index = 0; index < 3; index += 1) server.post('r', ada, `m${index}`);
    const account = await openTab();
    await show(account);
    account.rooms.markAllRead('r');
    await browser.clock.advance(1_000);
    account.rooms.markUnreadFrom('r', 2);
    expect(account.rooms.totals.get().unread).toBe(2);
    await browser.clock.advance(1_000);
    expect(account.rooms.totals.get().unread).toBe(2);
    expect(server.rooms.get('r')!.readSeq).toBe(1);
  });
});

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { Reason, Retry } from '../api/gen/kith/v1/errors_pb';
import { ServerItemSchema, SyncRequestSchema, type ClientFrame, type ServerItem, type SyncResponse } from '../api/gen/kith/v1/sync_pb';
import { ManualClock } from '../base/manual_clock';
import type { Link, LinkEvents } from './link';
import { RealtimeConnection } from './realtime_connection';

class FakeLink implements Link {
  readonly sent: ClientFrame[] = [];
  closed = false;
  readonly transport: string;
  readonly events: LinkEvents;

  constructor(transport: string, events: LinkEvents) {
    this.transport = transport;
    this.events = events;
  }

  send(frame: ClientFrame): void {
    this.sent.push(frame);
  }

  close(): void {
    this.closed = true;
  }

  say(...items: MessageInitShape<typeof ServerItemSchema>[]): void {
    this.events.items(items.map((item) => create(ServerItemSchema, item)));
  }

  answerSync(token = 'T1'): void {
    const sync = this.sent.findLast((frame) => frame.call.case === 'sync')!;
    this.say({ kind: { case: 'answer', value: { id: sync.id, result: { case: 'sync', value: { token } } } } });
  }

  failSync(reason: Reason, retry: Retry): void {
    const sync = this.sent.findLast((frame) => frame.call.case === 'sync')!;
    const value = { code: 'invalid_argument', message: '', detail: { reason, retry } };
    this.say({ kind: { case: 'answer', value: { id: sync.id, result: { case: 'error', value } } } });
  }
}

function setUp(options: { random?: number; probe?: 'reachable' | 'signed-out' | 'unreachable' } = {}) {
  const clock = new ManualClock();
  const links: FakeLink[] = [];
  const syncs: SyncResponse[] = [];
  const items: ServerItem[] = [];
  const world = { token: 'T0', badTokens: 0, probe: options.probe ?? ('unreachable' as const) };
  const open = (transport: string) => (events: LinkEvents) => {
    const link = new FakeLink(transport, events);
    links.push(link);
    return link;
  };
  const connection = new RealtimeConnection(
    {
      clock,
      random: () => options.random ?? 0.5,
      openWebSocket: open('websocket'),
      openPolling: open('polling'),
      probe: () => Promise.resolve(world.probe),
    },
    {
      syncRequest: () => create(SyncRequestSchema, { token: world.token }),
      handleSync: (response) => syncs.push(response),
      handleItems: (more) => items.push(...more),
      handleBadToken: () => {
        world.badTokens += 1;
        world.token = '';
      },
    },
  );
  const newest = (): FakeLink => links.at(-1)!;
  const connect = (): FakeLink => {
    connection.start();
    newest().events.opened();
    newest().answerSync();
    return newest();
  };
  return { clock, links, syncs, items, world, connection, newest, connect };
}

describe('the realtime connection', () => {
  it('resumes with the stored token and is online when the catch-up is answered', () => {
    const { connection, newest, syncs } = setUp();
    connection.start();
    expect(connection.status.get()).toEqual({ kind: 'connecting' });
    newest().events.opened();
    expect(newest().sent[0]!.call).toMatchObject({ case: 'sync', value: { token: 'T0' } });
    newest().answerSync('T1');
    expect(syncs.map((sync) => sync.token)).toEqual(['T1']);
    expect(connection.status.get()).toEqual({ kind: 'online', transport: 'websocket' });
  });

  it('gives events and answers in the order of the wire', () => {
    const { connection, newest, syncs, items } = setUp();
    connection.start();
    const link = newest();
    link.events.opened();
    const { id } = link.sent[0]!;
    link.say(
      { kind: { case: 'token', value: 'before' } },
      { kind: { case: 'answer', value: { id, result: { case: 'sync', value: { token: 'T1' } } } } },
      { kind: { case: 'token', value: 'after' } },
    );
    expect(syncs).toHaveLength(1);
    expect(items.map((item) => item.kind.value)).toEqual(['before', 'after']);
  });

  it('comes back within five seconds after a restart of the server, spread by chance', async () => {
    const { clock, connection, links, connect } = setUp({ random: 0.5 });
    const link = connect();
    link.events.closed(undefined);
    expect(connection.status.get()).toEqual({ kind: 'offline', since: clock.now(), retryAt: clock.now() + 2_500 });
    await clock.advance(2_499);
    expect(links).toHaveLength(1);
    await clock.advance(1);
    expect(links).toHaveLength(2);
  });

  it('connects at once when the network or the window comes back', () => {
    const { connection, links, connect } = setUp();
    connect().events.closed(undefined);
    connection.handleWake();
    expect(links).toHaveLength(2);
  });

  it('waits longer after each failure, at most thirty seconds, and remembers since when it is offline', async () => {
    const { clock, connection, newest, connect } = setUp({ random: 1 });
    connect().events.closed(undefined);
    const since = clock.now();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const status = connection.status.get();
      if (status.kind !== 'offline') throw new Error('not offline');
      expect(status.since).toBe(since);
      waits.push(status.retryAt - clock.now());
      await clock.advance(status.retryAt - clock.now());
      newest().events.closed(undefined);
    }
    expect(waits).toEqual([5_000, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('rejects calls with offline when the link breaks before the answer', async () => {
    const { connection, connect } = setUp();
    const link = connect();
    const answer = connection.call({ case: 'ping', value: create(ServerItemSchema, {}) as never });
    link.events.closed(undefined);
    await expect(answer).rejects.toMatchObject({ reason: 'offline', retry: 'later' });
    await expect(connection.call({ case: 'ping', value: {} as never })).rejects.toMatchObject({ reason: 'offline' });
  });

  it('gives up a link that answers no ping', async () => {
    const { clock, connection, links, connect } = setUp();
    const link = connect();
    await clock.advance(25_000);
    expect(link.sent.at(-1)!.call.case).toBe('ping');
    await clock.advance(10_000);
    expect(link.closed).toBe(true);
    expect(connection.status.get().kind).toBe('offline');
    expect(links).toHaveLength(1);
  });

  it('falls back to polling when WebSockets fail while HTTP works, and goes back when they work', async () => {
    const { clock, connection, links, newest } = setUp({ probe: 'reachable' });
    connection.start();
    newest().events.closed(undefined);
    await clock.advance(1_000);
    newest().events.closed(undefined);
    await clock.advance(2_000);
    expect(links.map((link) => link.transport)).toEqual(['websocket', 'websocket', 'polling']);
    newest().events.opened();
    newest().answerSync();
    expect(connection.status.get()).toEqual({ kind: 'online', transport: 'polling' });
    await clock.advance(30_000);
    expect(newest().transport).toBe('websocket');
    newest().events.opened();
    expect(links[2]!.closed).toBe(true);
    newest().events.opened();
    newest().answerSync();
    expect(connection.status.get()).toEqual({ kind: 'online', transport: 'websocket' });
  });

  it('is signed out when the server says that the session is gone', async () => {
    const { clock, connection, newest, links } = setUp({ probe: 'signed-out' });
    connection.start();
    newest().events.closed(undefined);
    await clock.advance(60_000);
    expect(connection.status.get()).toEqual({ kind: 'signed-out' });
    expect(links).toHaveLength(1);
  });

  it('is signed out by a goodbye that asks for a new login', () => {
    const { connection, connect } = setUp();
    const detail = { reason: Reason.SESSION_REVOKED, retry: Retry.AFTER_LOGIN };
    connect().say({ kind: { case: 'goodbye', value: { error: { code: 'unauthenticated', message: '', detail } } } });
    expect(connection.status.get()).toEqual({ kind: 'signed-out' });
  });

  it('waits as long as a goodbye asks before it comes back', () => {
    const { clock, connection, connect } = setUp({ random: 0 });
    const detail = { reason: Reason.SLOW_CONSUMER, retry: Retry.LATER, retryAfterMs: 7_000 };
    connect().say({ kind: { case: 'goodbye', value: { error: { code: 'resource_exhausted', message: '', detail } } } });
    expect(connection.status.get()).toMatchObject({ retryAt: clock.now() + 7_000 });
  });

  it('starts afresh when the server does not know the token', async () => {
    const { clock, connection, newest, world } = setUp();
    connection.start();
    const link = newest();
    link.events.opened();
    link.failSync(Reason.BAD_CURSOR, Retry.NEVER);
    await clock.advance(0);
    expect(world.badTokens).toBe(1);
    expect(link.sent.at(-1)!.call).toMatchObject({ case: 'sync', value: { token: '' } });
  });

  it('catches up once more when a hole is seen during a catch-up, not twice at once', () => {
    const { connection, connect } = setUp();
    const link = connect();
    connection.resync();
    connection.resync();
    expect(link.sent.filter((frame) => frame.call.case === 'sync')).toHaveLength(2);
    link.answerSync();
    expect(link.sent.filter((frame) => frame.call.case === 'sync')).toHaveLength(3);
  });
});

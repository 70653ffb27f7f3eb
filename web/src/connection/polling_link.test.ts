import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { offlineError, type KithError } from '../api/error';
import { ClientFrameSchema, PollResponseSchema, type PollRequest, type PollResponse, type ServerItem } from '../api/gen/kith/v1/sync_pb';
import { settle } from '../base/manual_clock';
import { openPollingLink } from './polling_link';

type Round = { request: PollRequest; answer: (response: MessageInitShape<typeof PollResponseSchema>) => void; fail: (error: KithError) => void };

function setUp() {
  const rounds: Round[] = [];
  const heard: string[] = [];
  const link = openPollingLink(
    (request) =>
      new Promise<PollResponse>((resolve, reject) => {
        rounds.push({ request, answer: (response) => resolve(create(PollResponseSchema, response)), fail: reject });
      }),
    {
      opened: () => heard.push('opened'),
      items: (items: readonly ServerItem[]) => heard.push(...items.map((item) => String(item.kind.value))),
      closed: (error) => heard.push(`closed: ${error?.reason}`),
    },
  );
  return { rounds, heard, link };
}

function frameOf(...tokens: string[]): MessageInitShape<typeof PollResponseSchema> {
  return { connectionId: 'c1', frame: { items: tokens.map((value) => ({ kind: { case: 'token', value } })) } };
}

describe('long polling', () => {
  it('opens a connection with the first call and then waits on it', async () => {
    const { rounds, heard, link } = setUp();
    await settle();
    link.send(create(ClientFrameSchema, { id: 1 }));
    expect(rounds[0]!.request).toMatchObject({ connectionId: '', waitMs: 0, calls: [{ id: 1 }] });
    rounds[0]!.answer(frameOf('a'));
    await settle();
    expect(heard).toEqual(['opened', 'a']);
    expect(rounds[1]!.request).toMatchObject({ connectionId: 'c1', waitMs: 25_000, calls: [] });
  });

  it('sends a call while the long request waits', async () => {
    const { rounds, link } = setUp();
    link.send(create(ClientFrameSchema, { id: 1 }));
    rounds[0]!.answer(frameOf());
    await settle();
    link.send(create(ClientFrameSchema, { id: 2 }));
    expect(rounds[2]!.request).toMatchObject({ connectionId: 'c1', waitMs: 0, calls: [{ id: 2 }] });
  });

  it('tells items in the order of the requests, even if an answer overtakes another', async () => {
    const { rounds, heard, link } = setUp();
    link.send(create(ClientFrameSchema, { id: 1 }));
    rounds[0]!.answer(frameOf());
    await settle();
    link.send(create(ClientFrameSchema, { id: 2 }));
    rounds[2]!.answer(frameOf('second'));
    await settle();
    rounds[1]!.answer(frameOf('first'));
    await settle();
    expect(heard).toEqual(['opened', 'first', 'second']);
  });

  it('is closed by the first failure, once, and silent after close()', async () => {
    const { rounds, heard, link } = setUp();
    link.send(create(ClientFrameSchema, { id: 1 }));
    rounds[0]!.fail(offlineError());
    await settle();
    expect(heard).toEqual(['opened', 'closed: offline']);

    const other = setUp();
    other.link.send(create(ClientFrameSchema, { id: 1 }));
    other.link.close();
    other.rounds[0]!.answer(frameOf('late'));
    await settle();
    expect(other.heard).toEqual([]);
  });
});

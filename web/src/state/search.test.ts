import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { Api } from '../api/client';
import { SearchMessagesResponseSchema, type SearchMessagesRequest } from '../api/gen/kith/v1/search_pb';
import { ManualClock, settle } from '../base/manual_clock';
import { signal } from '../base/signal';
import { Search } from './search';
import type { Person } from './types';

type Response = MessageInitShape<typeof SearchMessagesResponseSchema>;

function setUp() {
  const clock = new ManualClock();
  const asked: { request: Partial<SearchMessagesRequest>; answer: (response: Response) => void }[] = [];
  const searchMessages = (request: Partial<SearchMessagesRequest>) =>
    new Promise((resolve) => asked.push({ request, answer: (response) => resolve(create(SearchMessagesResponseSchema, response)) }));
  const search = new Search({
    api: { search: { searchMessages } } as unknown as Api,
    clock,
    person: (id) => ({ id }) as Person,
    roomName: (id) => `Room ${id}`,
    recent: signal<readonly string[]>([]),
  });
  return { clock, asked, search };
}

function page(nextCursor: string, ...seqs: number[]): Response {
  const results = seqs.map((seq) => ({ message: { roomId: 'r', seq: BigInt(seq), body: { case: 'content' as const, value: { body: { case: 'text' as const, value: `m${seq}` } } } }, hits: [{ start: 0, end: 1 }] }));
  return { results, nextCursor };
}

describe('search', () => {
  it('asks once when typing pauses, with words and chips', async () => {
    const { clock, asked, search } = setUp();
    search.setQuery('he');
    search.setQuery('hello ');
    await clock.advance(200);
    expect(asked.map(({ request }) => request.query)).toEqual(['hello']);
    search.setFilters({ roomIds: ['r'], after: 1_795_000_000_500, hasLink: true });
    await clock.advance(0);
    expect(asked[1]!.request).toMatchObject({ roomIds: ['r'], hasLink: true, after: { seconds: 1_795_000_000n, nanos: 500_000_000 } });
  });

  it('never shows the answer to older words', async () => {
    const { clock, asked, search } = setUp();
    search.setQuery('one');
    await clock.advance(200);
    search.setQuery('two');
    await clock.advance(200);
    asked[1]!.answer(page('', 2));
    await settle();
    asked[0]!.answer(page('', 1));
    await settle();
    expect(search.hits.get().map((hit) => hit.text)).toEqual(['m2']);
  });

  it('goes on over empty pages and appends the next ones', async () => {
    const { clock, asked, search } = setUp();
    search.setQuery('word');
    await clock.advance(200);
    asked[0]!.answer(page('c1'));
    await settle();
    asked[1]!.answer(page('c2', 9, 8));
    await settle();
    expect(asked[1]!.request.cursor).toBe('c1');
    expect(search.hasMore.get()).toBe(true);
    search.loadMore();
    asked[2]!.answer(page('', 7));
    await settle();
    expect(search.hits.get().map((hit) => hit.key)).toEqual(['r/9', 'r/8', 'r/7']);
    expect(search.hasMore.get()).toBe(false);
  });

  it('remembers the last ten searches, each once', () => {
    const { search } = setUp();
    for (let index = 0; index < 12; index += 1) {
      search.setQuery(`q${index}`);
      search.remember();
    }
    search.setQuery('q5');
    search.remember();
    expect(search.recent.get()).toHaveLength(10);
    expect(search.recent.get().slice(0, 2)).toEqual(['q5', 'q11']);
  });
});

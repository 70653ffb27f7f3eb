import { describe, expect, it } from 'vitest';
import { addressOf, emptySearch, parseAddress, type Route } from './routes';

const routes: Route[] = [
  { page: 'home' },
  { page: 'room', roomId: 'r1' },
  { page: 'room', roomId: 'r1', seq: 42 },
  { page: 'room', roomId: 'a/b ü', seq: 1, panel: 'members' },
  { page: 'call', roomId: 'a/b ü', video: true },
  { page: 'call', roomId: 'r1', video: false },
  { page: 'calls', missed: false },
  { page: 'calls', missed: true },
  { page: 'rooms' },
  { page: 'people' },
  { page: 'search', ...emptySearch },
  { page: 'search', query: 'string lights', fromUserId: 'u1', roomId: 'r1', after: '2025-11-01', before: '2026-01-01', hasLink: true },
  { page: 'settings' },
  { page: 'settings', section: 'appearance' },
  { page: 'login' },
  { page: 'register' },
  { page: 'invite', token: 'abc-123' },
];

describe('routes', () => {
  it.each(routes)('an address leads back to its route: $page', (route) => {
    expect(parseAddress(addressOf(route))).toEqual(route);
  });

  it.each(['/nowhere', '/room', '/room/r1/0', '/room/r1/-1', '/room/r1/abc', '/room/r1/1/2', '/settings/unknown', '/invite', '/call', '/call/r1/2', '/people/1', '/%E0%A4%A'])('%s is no page', (address) => {
    expect(parseAddress(address)).toEqual({ page: 'missing' });
  });

  it('ignores dates that are none and panels that are none', () => {
    expect(parseAddress('/search?q=a&after=yesterday')).toMatchObject({ after: '' });
    expect(parseAddress('/room/r1?panel=other')).toEqual({ page: 'room', roomId: 'r1' });
  });
});

// Every address of the client, parsed and written in one place.

export type SettingsSection = 'profile' | 'appearance' | 'audio-video' | 'devices' | 'password' | 'server' | 'calls' | 'shortcuts';
export type Panel = 'members' | 'info';

/** The filters of a search, as the address carries them. Dates are `YYYY-MM-DD`, empty if not set. */
export interface SearchAddress {
  query: string;
  fromUserId: string;
  roomId: string;
  after: string;
  before: string;
  hasLink: boolean;
}

export type Route =
  | { page: 'home' }
  | { page: 'room'; roomId: string; seq?: number; panel?: Panel }
  /** The call of a room; `video`: as a video call, if it is to be started. */
  | { page: 'call'; roomId: string; video: boolean }
  | { page: 'calls'; missed: boolean }
  | { page: 'rooms' }
  | { page: 'people' }
  | ({ page: 'search' } & SearchAddress)
  | { page: 'settings'; section?: SettingsSection }
  | { page: 'login' }
  | { page: 'register' }
  | { page: 'invite'; token: string }
  | { page: 'missing' };

const sections: readonly SettingsSection[] = ['profile', 'appearance', 'audio-video', 'devices', 'password', 'server', 'calls', 'shortcuts'];
const panels: readonly Panel[] = ['members', 'info'];

export const emptySearch: SearchAddress = { query: '', fromUserId: '', roomId: '', after: '', before: '', hasLink: false };

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function date(value: string | null): string {
  return value !== null && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : '';
}

function parseRoom(parts: readonly string[], query: URLSearchParams): Route {
  const [, roomId, seqText] = parts;
  if (!roomId || parts.length > 3) return { page: 'missing' };
  const route: Route = { page: 'room', roomId };
  if (seqText !== undefined) {
    if (!/^[1-9]\d{0,15}$/.test(seqText)) return { page: 'missing' };
    route.seq = Number(seqText);
  }
  const panel = panels.find((one) => one === query.get('panel'));
  if (panel) route.panel = panel;
  return route;
}

/** The route an address stands for; `missing` if there is none. `address`: path and query, e.g. `/room/r1/42`. */
export function parseAddress(address: string): Route {
  const url = new URL(address, 'http://kith.invalid');
  const parts: string[] = [];
  for (const raw of url.pathname.split('/').filter(Boolean)) {
    const part = decode(raw);
    if (part === undefined) return { page: 'missing' };
    parts.push(part);
  }
  const [first, second] = parts;
  const query = url.searchParams;
  if (first === undefined) return { page: 'home' };
  if (first === 'room') return parseRoom(parts, query);
  if (first === 'call') return second && parts.length === 2 ? { page: 'call', roomId: second, video: query.has('video') } : { page: 'missing' };
  if (first === 'invite') return second && parts.length === 2 ? { page: 'invite', token: second } : { page: 'missing' };
  if (first === 'settings') {
    if (second === undefined) return { page: 'settings' };
    const section = sections.find((one) => one === second);
    return section && parts.length === 2 ? { page: 'settings', section } : { page: 'missing' };
  }
  if (parts.length > 1) return { page: 'missing' };
  switch (first) {
    case 'rooms':
    case 'people':
    case 'login':
    case 'register':
      return { page: first };
    case 'calls':
      return { page: 'calls', missed: query.has('missed') };
    case 'search':
      return { page: 'search', query: query.get('q') ?? '', fromUserId: query.get('from') ?? '', roomId: query.get('in') ?? '', after: date(query.get('after')), before: date(query.get('before')), hasLink: query.get('has') === 'link' };
    default:
      return { page: 'missing' };
  }
}

function searchQuery(search: SearchAddress): string {
  const query = new URLSearchParams();
  if (search.query) query.set('q', search.query);
  if (search.fromUserId) query.set('from', search.fromUserId);
  if (search.roomId) query.set('in', search.roomId);
  if (search.after) query.set('after', search.after);
  if (search.before) query.set('before', search.before);
  if (search.hasLink) query.set('has', 'link');
  const text = query.toString();
  return text ? `?${text}` : '';
}

/** The address of a route: path and query. */
export function addressOf(route: Route): string {
  switch (route.page) {
    case 'home':
      return '/';
    case 'room':
      return `/room/${encodeURIComponent(route.roomId)}${route.seq === undefined ? '' : `/${route.seq}`}${route.panel ? `?panel=${route.panel}` : ''}`;
    case 'call':
      return `/call/${encodeURIComponent(route.roomId)}${route.video ? '?video' : ''}`;
    case 'calls':
      return route.missed ? '/calls?missed' : '/calls';
    case 'search':
      return `/search${searchQuery(route)}`;
    case 'settings':
      return route.section ? `/settings/${route.section}` : '/settings';
    case 'invite':
      return `/invite/${encodeURIComponent(route.token)}`;
    case 'missing':
      return '/missing';
    default:
      return `/${route.page}`;
  }
}

// Where the user is. The address bar is the truth; views read `route` and ask to `go`.
import { addressOf, parseAddress, type Route } from './routes';

interface EntryState {
  /** How many entries of this app lie before this one: tells whether "back" stays in the app. */
  depth: number;
}

function currentAddress(): string {
  return location.pathname + location.search;
}

function entryState(): EntryState {
  const state = history.state as Partial<EntryState> | null;
  return { depth: typeof state?.depth === 'number' ? state.depth : 0 };
}

class Router {
  route = $state.raw<Route>(parseAddress(currentAddress()));
  /** Counts arrivals: going to the same message twice is two arrivals. */
  arrival = $state(0);

  constructor() {
    addEventListener('popstate', () => this.#read());
    document.addEventListener('click', (event) => this.#onClick(event));
  }

  go(route: Route): void {
    if (addressOf(route) !== currentAddress()) history.pushState({ depth: entryState().depth + 1 } satisfies EntryState, '', addressOf(route));
    this.#read();
  }

  /** Takes the place of the current entry: for redirects and for filters that should not fill the history. */
  replace(route: Route): void {
    history.replaceState(entryState(), '', addressOf(route));
    this.#read();
  }

  /** The browser's back if that stays in the app, else the given parent. */
  back(parent: Route): void {
    if (entryState().depth > 0) history.back();
    else this.replace(parent);
  }

  #read(): void {
    this.route = parseAddress(currentAddress());
    this.arrival++;
  }

  /** Plain clicks on our own links navigate without loading; all others are the browser's. */
  #onClick(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    const route = parseAddress(link.pathname + link.search);
    if (route.page === 'missing') return;
    event.preventDefault();
    this.go(route);
  }
}

export const router = new Router();

// The one connection to the server: opens links, catches up, keeps alive, comes back. No socket and no clock of its own.
//
//   1. start → open a WebSocket link          2. opened → call Sync with the stored token
//   3. its answer → online, events flow       4. link lost → wait (back_off) → 1
//   5. a WebSocket that never opens, while plain HTTP works → long polling, and now and then a try to get back
//   6. the server says that the session is gone → signed out, until started again

import { create } from '@bufbuild/protobuf';
import { offlineError, type KithError } from '../api/error';
import { fromWireError } from '../api/error_from_wire';
import { PingSchema, type ServerItem, type SyncRequest, type SyncResponse } from '../api/gen/kith/v1/sync_pb';
import type { Clock } from '../base/clock';
import { signal, type Signal } from '../base/signal';
import type { ConnectionStatus } from '../state/types';
import { reconnectDelay } from './back_off';
import { Calls, type AnswerTo, type Call, type CallCase } from './calls';
import type { Link, OpenLink } from './link';

/** A call without an answer for so long has failed; it may have been carried out. */
const callTimeoutMs = 15_000;
/** A link that is not open by then never will be. */
const openTimeoutMs = 10_000;
/** Silence after which a ping asks whether the other side is there: below the usual 60 s of proxies. */
const pingAfterMs = 25_000;
const pongWithinMs = 10_000;
/** After sleep or a change of network people wait in front of the screen: ask sooner. */
const quickPongWithinMs = 3_000;
/** WebSocket failures, while HTTP works, after which polling takes over. */
const failuresBeforePolling = 2;
const firstUpgradeAfterMs = 30_000;
const lastUpgradeAfterMs = 600_000;

/** What the connection needs of the world. */
export interface ConnectionPorts {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly openWebSocket: OpenLink;
  readonly openPolling: OpenLink;
  /** Asks over plain HTTP why a link did not open. */
  readonly probe: () => Promise<'reachable' | 'signed-out' | 'unreachable'>;
}

/** Whom the connection tells. Called in the order of the wire. */
export interface ConnectionHandlers {
  /** Where to resume. */
  syncRequest(): SyncRequest;
  handleSync(response: SyncResponse): void;
  /** Events, ephemeral events and tokens of one frame. */
  handleItems(items: readonly ServerItem[]): void;
  /** The server does not know the token: forget it, so that the next Sync starts afresh. */
  handleBadToken(): void;
}

export class RealtimeConnection {
  readonly #ports: ConnectionPorts;
  readonly #handlers: ConnectionHandlers;
  readonly #calls: Calls;
  readonly #status = signal<ConnectionStatus>({ kind: 'signed-out' });
  #link: Link | undefined;
  #candidate: Link | undefined;
  #transport: 'websocket' | 'polling' = 'websocket';
  #failures = 0;
  #socketFailures = 0;
  #offlineSince: number | undefined;
  #upgradeAfterMs = firstUpgradeAfterMs;
  #nonce = 0n;
  #started = false;
  #isOpen = false;
  #syncing = false;
  #syncAgain = false;
  // Each timer has one purpose; setting it again replaces it.
  readonly #timers = new Map<'retry' | 'open' | 'ping' | 'pong' | 'upgrade', () => void>();

  constructor(ports: ConnectionPorts, handlers: ConnectionHandlers) {
    this.#ports = ports;
    this.#handlers = handlers;
    this.#calls = new Calls(ports.clock, callTimeoutMs);
  }

  get status(): Signal<ConnectionStatus> {
    return this.#status;
  }

  /** Begins to connect; does nothing if it has. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#failures = 0;
    this.#socketFailures = 0;
    this.#offlineSince = undefined;
    this.#open();
  }

  /** Ends the connection and does not come back. */
  stop(): void {
    this.#started = false;
    this.#dropLinks();
    this.#clearTimers();
    this.#status.set({ kind: 'signed-out' });
  }

  /** Makes a call; rejects with `offline` at once if there is no connection. */
  call<Case extends CallCase>(call: Extract<Call, { case: Case }>): Promise<AnswerTo<Case>> {
    const link = this.#link;
    if (!link || this.#status.get().kind !== 'online') return Promise.reject(offlineError());
    return this.#calls.begin(call, (frame) => link.send(frame));
  }

  /** Catches up again on the open connection: a hole was seen, or another tab's token is the one that counts now. */
  resync(): void {
    if (this.#status.get().kind !== 'online') return;
    if (this.#syncing) this.#syncAgain = true;
    else this.#sync();
  }

  /** The network is back, the window came to the front, or the user said "try again": no waiting now. */
  handleWake(): void {
    if (!this.#started) return;
    if (this.#timers.has('retry')) this.#open();
    else if (this.#status.get().kind === 'online') this.#ping(quickPongWithinMs);
  }

  /** The browser says that the network is gone: find out quickly instead of waiting for a timeout. */
  handleNetworkLost(): void {
    if (this.#status.get().kind === 'online') this.#ping(quickPongWithinMs);
  }

  #open(): void {
    this.#clearTimers();
    // Once offline, the status stays so until the catch-up is done: a banner that flickers with each attempt says nothing.
    if (this.#offlineSince === undefined) this.#status.set({ kind: 'connecting' });
    else this.#status.set({ kind: 'offline', since: this.#offlineSince, retryAt: this.#ports.clock.now() });
    this.#isOpen = false;
    this.#transport = this.#socketFailures >= failuresBeforePolling ? 'polling' : 'websocket';
    const openLink = this.#transport === 'polling' ? this.#ports.openPolling : this.#ports.openWebSocket;
    this.#setTimer('open', openTimeoutMs, () => this.#handleClosed(link, undefined));
    const link: Link = openLink({
      opened: () => {
        if (this.#link === link) this.#handleOpened();
      },
      items: (items) => {
        if (this.#link === link) this.#handleItems(items);
      },
      closed: (error) => this.#handleClosed(link, error),
    });
    this.#link = link;
  }

  #handleOpened(): void {
    this.#isOpen = true;
    this.#cancelTimer('open');
    if (this.#transport === 'websocket') this.#socketFailures = 0;
    this.#setTimer('ping', pingAfterMs, () => this.#ping(pongWithinMs));
    this.#sync();
  }

  #sync(): void {
    const link = this.#link;
    if (!link) return;
    this.#syncing = true;
    this.#syncAgain = false;
    const call = { case: 'sync' as const, value: this.#handlers.syncRequest() };
    // The answer is applied in #handleItems, in its place between the events; here are its failures.
    this.#calls.begin(call, (frame) => link.send(frame)).catch((error: KithError) => {
      this.#syncing = false;
      if (this.#link !== link) return;
      if (error.reason === 'bad-cursor') {
        this.#handlers.handleBadToken();
        this.#sync();
      } else {
        this.#handleClosed(link, error);
      }
    });
  }

  #handleItems(items: readonly ServerItem[]): void {
    this.#setTimer('ping', pingAfterMs, () => this.#ping(pongWithinMs));
    this.#cancelTimer('pong');
    let run: ServerItem[] = [];
    const deliver = (): void => {
      if (run.length > 0) this.#handlers.handleItems(run);
      run = [];
    };
    for (const item of items) {
      if (item.kind.case === 'answer') {
        deliver();
        if (item.kind.value.result.case === 'sync') this.#handleSync(item.kind.value.result.value);
        this.#calls.handleAnswer(item.kind.value);
      } else if (item.kind.case === 'goodbye') {
        deliver();
        const { error } = item.kind.value;
        if (this.#link) this.#handleClosed(this.#link, error ? fromWireError(error) : undefined);
        return;
      } else {
        run.push(item);
      }
    }
    deliver();
  }

  #handleSync(response: SyncResponse): void {
    this.#syncing = false;
    this.#handlers.handleSync(response);
    this.#failures = 0;
    this.#offlineSince = undefined;
    if (this.#status.get().kind !== 'online') {
      this.#status.set({ kind: 'online', transport: this.#transport });
      if (this.#transport === 'polling') this.#planUpgrade();
    }
    if (this.#syncAgain) this.#sync();
  }

  #handleClosed(link: Link, error: KithError | undefined): void {
    if (this.#link !== link || !this.#started) return;
    const wasOpen = this.#status.get().kind === 'online';
    const neverOpened = !this.#isOpen;
    this.#dropLinks();
    this.#clearTimers();
    if (error?.retry === 'after-login') {
      this.stop();
      return;
    }
    this.#offlineSince ??= this.#ports.clock.now();
    if (!wasOpen) this.#failures += 1;
    this.#waitAndRetry(error?.retryAfterMs ?? 0);
    if (neverOpened && this.#transport === 'websocket') void this.#askWhy();
    if (this.#transport === 'polling') this.#socketFailures = 0;
  }

  // A browser does not tell why a WebSocket did not open; plain HTTP does.
  async #askWhy(): Promise<void> {
    const answer = await this.#ports.probe();
    if (!this.#started || this.#link) return;
    if (answer === 'signed-out') this.stop();
    else if (answer === 'reachable') this.#socketFailures += 1;
    else this.#socketFailures = 0;
  }

  #waitAndRetry(atLeastMs: number): void {
    const { clock, random } = this.#ports;
    const delay = reconnectDelay(this.#failures, random(), atLeastMs);
    const since = this.#offlineSince ?? clock.now();
    this.#status.set({ kind: 'offline', since, retryAt: clock.now() + delay });
    this.#setTimer('retry', delay, () => this.#open());
  }

  #ping(withinMs: number): void {
    const link = this.#link;
    if (!link || this.#timers.has('pong')) return;
    this.#nonce += 1n;
    const value = create(PingSchema, { nonce: this.#nonce });
    this.#calls.begin({ case: 'ping', value }, (frame) => link.send(frame)).catch(() => undefined);
    this.#setTimer('pong', withinMs, () => this.#handleClosed(link, undefined));
  }

  // While polling works, a WebSocket is tried beside it; only when it is open does it take over.
  #planUpgrade(): void {
    this.#setTimer('upgrade', this.#upgradeAfterMs, () => {
      this.#upgradeAfterMs = Math.min(lastUpgradeAfterMs, this.#upgradeAfterMs * 2);
      const candidate: Link = this.#ports.openWebSocket({
        opened: () => {
          if (this.#candidate !== candidate) return;
          this.#candidate = undefined;
          this.#upgradeAfterMs = firstUpgradeAfterMs;
          this.#socketFailures = 0;
          candidate.close();
          this.#dropLinks();
          this.#open();
        },
        items: () => undefined,
        closed: () => {
          if (this.#candidate !== candidate) return;
          this.#candidate = undefined;
          this.#planUpgrade();
        },
      });
      this.#candidate = candidate;
    });
  }

  #dropLinks(): void {
    this.#link?.close();
    this.#candidate?.close();
    this.#link = undefined;
    this.#candidate = undefined;
    this.#syncing = false;
    this.#calls.failAll();
  }

  #setTimer(name: 'retry' | 'open' | 'ping' | 'pong' | 'upgrade', delayMs: number, work: () => void): void {
    this.#cancelTimer(name);
    const cancel = this.#ports.clock.after(delayMs, () => {
      this.#timers.delete(name);
      work();
    });
    this.#timers.set(name, cancel);
  }

  #cancelTimer(name: 'retry' | 'open' | 'ping' | 'pong' | 'upgrade'): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  #clearTimers(): void {
    for (const name of [...this.#timers.keys()]) this.#cancelTimer(name);
  }
}

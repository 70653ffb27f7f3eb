// What the client needs of the browser, in one place, so that tests can give something else.

import type { Api } from '../api/client';
import type { Clock } from '../base/clock';
import type { CallSession, SessionStart } from '../call/session';
import type { OpenLink } from '../connection/link';

/** A few small texts that are there before the first frame; everything else is in the account's database. */
export interface KeyValueStore {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  remove(key: string): void;
  /** The keys that begin with `prefix`. */
  list(prefix: string): readonly string[];
}

/** Messages between the tabs of this browser. */
export interface TabChannel {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  close(): void;
}

export interface Environment {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly api: Api;
  readonly openWebSocket: OpenLink;
  readonly openPolling: OpenLink;
  /** Begins to connect to a call's media. */
  readonly openCall: (start: SessionStart) => Promise<CallSession>;
  readonly keys: KeyValueStore;
  /** 128 random bits as text. */
  readonly newId: () => string;
  /** What this client calls itself in the list of sessions, e.g. "Firefox on Linux". */
  readonly deviceName: string;
  readonly languages: readonly string[];
  openChannel(name: string): TabChannel;
  /** Calls `work` when this tab has the lock; it keeps it until `signal` aborts or the page is gone. */
  holdLock(name: string, signal: AbortSignal, work: () => void): void;
  /** True while the page is visible and has the focus. */
  isWatched(): boolean;
  isVisible(): boolean;
  /** A key or pointer was used; told at most once a second. */
  onInput(listener: () => void): void;
  onVisibility(listener: (isVisible: boolean) => void): void;
  onNetwork(listener: (isOnline: boolean) => void): void;
  /** Starts the client anew; for logout and change of account. */
  reload(): void;
}

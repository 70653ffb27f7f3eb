// The environment of a real browser.

import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { createApi, postProto } from '../api/client';
import { PollRequestSchema, PollResponseSchema } from '../api/gen/kith/v1/sync_pb';
import { systemClock } from '../base/clock';
import { openPollingLink, type PollRound } from '../connection/polling_link';
import { openWebSocketLink } from '../connection/web_socket_link';
import { deviceName } from './device_name';
import type { Environment, KeyValueStore, TabChannel } from './environment';

const inputSpacingMs = 1_000;

/** The browser this page runs in. */
export function browserEnvironment(): Environment {
  const socketUrl = `${location.origin.replace(/^http/, 'ws')}/api/realtime`;
  return {
    clock: systemClock,
    random: () => Math.random(),
    api: createApi(location.origin),
    openWebSocket: (events) => openWebSocketLink(socketUrl, events),
    openPolling: (events) => openPollingLink(poll, events),
    // What a call needs is larger than the rest of the client: it is loaded with the first one.
    openCall: async (start) => (await import('../call/open_call')).openCall(start),
    keys: localKeys(),
    newId,
    deviceName: deviceName(navigator.userAgent),
    languages: navigator.languages,
    openChannel,
    holdLock,
    isWatched: () => document.visibilityState === 'visible' && document.hasFocus(),
    isVisible: () => document.visibilityState === 'visible',
    onInput,
    onVisibility(listener) {
      document.addEventListener('visibilitychange', () => listener(document.visibilityState === 'visible'));
    },
    onNetwork(listener) {
      window.addEventListener('online', () => listener(true));
      window.addEventListener('offline', () => listener(false));
    },
    reload: () => location.reload(),
  };
}

const poll: PollRound = async (request, signal) => {
  const body = toBinary(PollRequestSchema, request) as Uint8Array<ArrayBuffer>;
  return fromBinary(PollResponseSchema, await postProto((url, init) => fetch(url, init), '/api/poll', body, signal));
};

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// Storage may be forbidden: then nothing is remembered, and everything else works.
function localKeys(): KeyValueStore {
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch {
      return undefined;
    }
  };
  return {
    get: (key) => attempt(() => localStorage.getItem(key)) ?? undefined,
    set: (key, value) => attempt(() => localStorage.setItem(key, value)),
    remove: (key) => attempt(() => localStorage.removeItem(key)),
    list: (prefix) => attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix))) ?? [],
  };
}

function openChannel(name: string): TabChannel {
  const channel = new BroadcastChannel(name);
  return {
    post: (message) => channel.postMessage(message),
    onMessage(listener) {
      channel.onmessage = (event: MessageEvent<unknown>) => listener(event.data);
    },
    close: () => channel.close(),
  };
}

function holdLock(name: string, signal: AbortSignal, work: () => void): void {
  // Browsers give locks only to secure pages. Over plain HTTP each tab sends its own; the server's txn_id keeps that to once.
  if (!('locks' in navigator)) {
    queueMicrotask(work);
    return;
  }
  const untilAborted = (): Promise<void> =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve());
      work();
    });
  navigator.locks.request(name, { signal }, untilAborted).catch(() => undefined);
}

function onInput(listener: () => void): void {
  let toldAt = -Infinity;
  const tell = (event: Event): void => {
    if (event.timeStamp - toldAt < inputSpacingMs) return;
    toldAt = event.timeStamp;
    listener();
  };
  for (const type of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']) window.addEventListener(type, tell, { passive: true, capture: true });
}

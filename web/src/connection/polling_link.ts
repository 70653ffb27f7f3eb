// Long polling `/api/poll` as a link, for networks that break WebSockets. One request waits for news; calls go out in a
// second one beside it at once, so that sending never waits for the long one.

import { create } from '@bufbuild/protobuf';
import type { KithError } from '../api/error';
import { PollRequestSchema, type ClientFrame, type PollRequest, type PollResponse } from '../api/gen/kith/v1/sync_pb';
import type { Link, LinkEvents } from './link';

/** As long as the wire allows. */
const waitMs = 25_000;

/** Carries out one round; rejects with a KithError. `signal` gives it up. */
export type PollRound = (request: PollRequest, signal: AbortSignal) => Promise<PollResponse>;

/** Opens a polling connection. It counts as open when the first call is made: there is nothing to wait for before. */
export function openPollingLink(poll: PollRound, events: LinkEvents): Link {
  const stop = new AbortController();
  let connectionId = '';
  let outgoing: ClientFrame[] = [];
  let sending = false;
  let listening = false;

  const end = (thrown: unknown): void => {
    if (stop.signal.aborted) return;
    stop.abort();
    events.closed(thrown as KithError);
  };

  // The server answers rounds in the order asked, but two answers may overtake each other on the way: each waits for those before it.
  let before: Promise<void> = Promise.resolve();

  const round = async (calls: ClientFrame[], wait: number): Promise<void> => {
    const turn = before;
    let done = (): void => undefined;
    before = new Promise((resolve) => {
      done = resolve;
    });
    try {
      const response = await poll(create(PollRequestSchema, { connectionId, calls, waitMs: wait }), stop.signal);
      await turn;
      if (stop.signal.aborted) return;
      connectionId = response.connectionId;
      if (response.frame) events.items(response.frame.items);
    } finally {
      done();
    }
  };

  const listen = async (): Promise<void> => {
    listening = true;
    try {
      while (!stop.signal.aborted) await round([], waitMs);
    } catch (thrown) {
      end(thrown);
    }
  };

  const flush = async (): Promise<void> => {
    if (sending) return;
    sending = true;
    try {
      while (outgoing.length > 0 && !stop.signal.aborted) {
        const calls = outgoing;
        outgoing = [];
        await round(calls, 0);
        // The first answer names the connection that the long request then waits on.
        if (!listening) void listen();
      }
    } catch (thrown) {
      end(thrown);
    } finally {
      sending = false;
    }
  };

  queueMicrotask(() => {
    if (!stop.signal.aborted) events.opened();
  });

  return {
    send(frame) {
      outgoing.push(frame);
      void flush();
    },
    close() {
      stop.abort();
    },
  };
}

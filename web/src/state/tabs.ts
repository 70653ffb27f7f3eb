// Several tabs of one account: each has its own connection and shows everything; one of them – whoever holds the lock – sends the
// outbox and writes what the server says to the store. They tell each other of changed outbox entries and of a logout.

import type { Environment, TabChannel } from './environment';
import type { OutboxChange } from './outbox';
import type { UserId } from './types';

/** What tabs say to each other. */
export type TabMessage = { readonly kind: 'outbox'; readonly change: OutboxChange } | { readonly kind: 'signed-out' };

export class Tabs {
  readonly #channel: TabChannel;
  readonly #stop = new AbortController();
  #isLeader = false;

  /** `handleLeader`: this tab has become the one that sends and writes. */
  constructor(environment: Environment, userId: UserId, handleLeader: () => void, handleMessage: (message: TabMessage) => void) {
    this.#channel = environment.openChannel(`kith-${userId}`);
    this.#channel.onMessage((message) => {
      if (isTabMessage(message)) handleMessage(message);
    });
    environment.holdLock(`kith-${userId}`, this.#stop.signal, () => {
      this.#isLeader = true;
      handleLeader();
    });
  }

  /** Whether this tab sends and writes. */
  get isLeader(): boolean {
    return this.#isLeader;
  }

  post(message: TabMessage): void {
    this.#channel.post(message);
  }

  close(): void {
    this.#isLeader = false;
    this.#stop.abort();
    this.#channel.close();
  }
}

function isTabMessage(message: unknown): message is TabMessage {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  return message.kind === 'signed-out' || (message.kind === 'outbox' && 'change' in message);
}

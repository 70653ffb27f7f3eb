// One attempt to talk with the server, by whatever transport. The connection opens links, one after the other.

import type { KithError } from '../api/error';
import type { ClientFrame, ServerItem } from '../api/gen/kith/v1/sync_pb';

/** A way to the server that is open or opening. After `close()` it stays silent. */
export interface Link {
  send(frame: ClientFrame): void;
  close(): void;
}

/** What a link tells. `closed` comes once, last; with an error if the server said why. */
export interface LinkEvents {
  opened(): void;
  items(items: readonly ServerItem[]): void;
  closed(error: KithError | undefined): void;
}

export type OpenLink = (events: LinkEvents) => Link;

// Where a timeline's pages come from: the local store first, then the server, whose pages are kept.

import type { Api } from '../api/client';
import { messageOf } from './from_wire';
import type { AccountDatabase } from './database';
import type { MessageRecord } from './records';
import type { RoomId } from './types';
import type { WindowPage } from './timeline_window';

/** Several screens: scrolling at a normal pace never reaches the end of a page before the next is there. */
export const pageMessages = 50;

/** A page with what lies after it. */
export interface Page extends WindowPage {
  readonly hasNewer: boolean;
}

/** Where in the room. */
export type PagePosition = { readonly at: 'end' } | { readonly at: 'before' | 'after' | 'around'; readonly seq: number };

/** Pages of one room. Methods of the server reject with KithError; those of the store answer undefined for what is not there. */
export interface TimelinePages {
  fromStore(position: PagePosition): Promise<WindowPage | undefined>;
  fromServer(position: PagePosition): Promise<Page>;
  /** One message, from wherever it is. Undefined if it cannot be had. */
  one(seq: number): Promise<MessageRecord | undefined>;
}

/** Pages of a room, kept in the store while `mayStore` says so. */
export function timelinePages(roomId: RoomId, api: Api, database: AccountDatabase, mayStore: () => boolean): TimelinePages {
  const fromServer = async (position: PagePosition, limit = pageMessages): Promise<Page> => {
    const seq = position.at === 'end' ? 0n : BigInt(position.seq);
    const where = position.at === 'before' ? { beforeSeq: seq } : position.at === 'after' ? { afterSeq: seq } : position.at === 'around' ? { aroundSeq: seq } : {};
    const answer = await api.messages.listMessages({ roomId, limit, ...where });
    const messages = answer.messages.map(messageOf);
    const range = { from: Number(answer.fromSeq), to: Number(answer.toSeq) };
    // Keeping it is for the next start; showing it does not wait, and a full disk only costs that.
    if (mayStore() && range.to >= range.from) void database.storePage(roomId, messages, range, !answer.hasOlder).catch(() => undefined);
    return { messages, range, hasOlder: answer.hasOlder, hasNewer: answer.hasNewer };
  };
  return {
    async fromStore(position) {
      if (position.at === 'end') return database.newestPage(roomId, pageMessages);
      if (position.at === 'before') return database.pageBefore(roomId, position.seq, pageMessages);
      return undefined;
    },
    fromServer: (position) => fromServer(position),
    async one(seq) {
      const stored = await database.message(roomId, seq);
      if (stored) return stored;
      const page = await fromServer({ at: 'around', seq }, 1).catch(() => undefined);
      return page?.messages.find((message) => message.seq === seq);
    },
  };
}

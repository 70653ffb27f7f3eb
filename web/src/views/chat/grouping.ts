// Which messages stand together, and where a day begins. Asked for one row at a time, so a long room costs nothing.

/** What grouping needs to know of a message. */
export interface Groupable {
  senderId: string;
  /** Milliseconds since 1970. */
  createdAt_ms: number;
  /** True for what people wrote, false for joined, renamed and the like. */
  isText: boolean;
  isReply: boolean;
}

const together_ms = 5 * 60_000;

/** The calendar day in the reader's time zone, as one number that differs between days. */
export function dayOf(at_ms: number): number {
  const date = new Date(at_ms);
  return date.getFullYear() * 10_000 + date.getMonth() * 100 + date.getDate();
}

/** True if a day begins with this message. */
export function startsDay(before: Groupable | undefined, message: Groupable): boolean {
  return before === undefined || dayOf(before.createdAt_ms) !== dayOf(message.createdAt_ms);
}

/** True if the message goes on where the same author stopped less than five minutes ago: no avatar, no name. */
export function continues(before: Groupable | undefined, message: Groupable): boolean {
  return (
    before !== undefined &&
    before.isText &&
    message.isText &&
    !message.isReply &&
    before.senderId === message.senderId &&
    message.createdAt_ms - before.createdAt_ms < together_ms &&
    !startsDay(before, message)
  );
}

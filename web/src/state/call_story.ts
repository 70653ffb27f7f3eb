// What a call was for one of its people.

import type { Call, CallStory } from './call_types';
import type { UserId } from './types';

/** What the call was for `me`. `isDirect`: the room has two people. */
export function storyOf(call: Call, me: UserId, isDirect: boolean): CallStory {
  if (call.state !== 'ended') return 'ongoing';
  if (!isDirect) return 'group';
  const isMine = call.startedBy === me;
  switch (call.outcome) {
    case 'missed':
      return isMine ? 'no-answer' : 'missed';
    case 'cancelled':
      return isMine ? 'you-cancelled' : 'missed';
    case 'declined':
      return isMine ? 'they-declined' : 'you-declined';
    case 'completed':
    case 'interrupted':
    case 'none':
      if (call.answeredAt !== undefined) return isMine ? 'you-called' : 'called-you';
      return isMine ? 'no-answer' : 'missed';
  }
}

/** How long people talked in a call that ended, in milliseconds; undefined if nobody answered. */
export function talkTime(call: Call): number | undefined {
  if (call.answeredAt === undefined || call.endedAt === undefined) return undefined;
  return Math.max(0, call.endedAt - call.answeredAt);
}

/** Whether a user is in the call now. */
export function isIn(call: Call, userId: UserId): boolean {
  return call.participants.some((part) => part.userId === userId && part.leftAt === undefined);
}

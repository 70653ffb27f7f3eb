// What the views see of calls: those going on, those there were, and the one this device is in.

import type { CallSession } from '../call/session';
import type { KithError } from '../api/error';
import type { Signal } from '../base/signal';
import type { LoadStatus, RoomId, UserId } from './types';

/** One person's part in a call. */
export interface CallPart {
  readonly userId: UserId;
  readonly joinedAt: number;
  /** Undefined while in it. */
  readonly leftAt: number | undefined;
  readonly screenShared: boolean;
}

/** How a call ended; `none` while it goes on. */
export type CallOutcome = 'none' | 'completed' | 'missed' | 'declined' | 'cancelled' | 'interrupted';

/** A call of a room. Times are milliseconds UTC. The same object until something in it changes. */
export interface Call {
  readonly id: string;
  readonly roomId: RoomId;
  readonly startedBy: UserId;
  readonly state: 'ringing' | 'active' | 'ended';
  readonly outcome: CallOutcome;
  /** Started as a video call. */
  readonly video: boolean;
  readonly startedAt: number;
  /** When the second person came in. */
  readonly answeredAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Who is or was in it, in the order of coming; of a call with many only those in it now, at most 50. */
  readonly participants: readonly CallPart[];
  /** How many are in it now; of a call that ended: how many ever were. */
  readonly participantCount: number;
  readonly ringingUserIds: readonly UserId[];
  readonly screenShared: boolean;
  /** Its entry in the room's timeline. */
  readonly seq: number;
}

/** What a call was for me; the views choose the words. */
export type CallStory =
  | 'ongoing'
  /** Direct calls, by who called whom and what came of it. */
  | 'you-called'
  | 'called-you'
  | 'missed'
  | 'no-answer'
  | 'they-declined'
  | 'you-declined'
  | 'you-cancelled'
  /** A call of a room with many. */
  | 'group';

/** What to have on when a call is entered. */
export interface EnterChoice {
  readonly microphone: boolean;
  readonly camera: boolean;
}

/** Why the call this device was in is over. */
export type CallEnd =
  /** Everybody left, or the other side hung up. */
  | 'ended'
  | 'declined'
  | 'no-answer'
  /** The own user entered it from another device. */
  | 'elsewhere'
  /** The own user may no longer be in it. */
  | 'removed'
  /** The connection was lost for too long. */
  | 'lost'
  /** It could not be entered; `error` says why. */
  | 'failed';

/** The call of this device. */
export type CurrentCallState =
  | { readonly kind: 'none' }
  /** The server is being asked. */
  | { readonly kind: 'entering'; readonly roomId: RoomId; readonly video: boolean }
  | { readonly kind: 'in'; readonly roomId: RoomId; readonly video: boolean; readonly callId: string; readonly enteredAt: number; readonly session: CallSession }
  /** It ended otherwise than by leaving; stays until dismissed. */
  | { readonly kind: 'over'; readonly roomId: RoomId; readonly video: boolean; readonly callId: string | undefined; readonly why: CallEnd; readonly error: KithError | undefined };

/** The calls there were. */
export interface CallHistoryModel {
  /** Those going on first, then newest first. */
  readonly list: Signal<readonly Call[]>;
  readonly status: Signal<LoadStatus>;
  readonly hasMore: Signal<boolean>;
  /** Loads the first page, or again. */
  load(): void;
  loadMore(): void;
}

export interface CallsModel {
  /** The call going on in a room, if one is. */
  ofRoom(roomId: RoomId): Signal<Call | undefined>;
  /** A call that rings for me on this device: the oldest, if there are several. */
  readonly ringing: Signal<Call | undefined>;
  /** True if this tab is the one of its browser that makes the sound. */
  soundsHere(): boolean;
  readonly current: Signal<CurrentCallState>;
  /** Calls missed since the history was last looked at. */
  readonly missed: Signal<number>;
  /** The history; `missedOnly`: only calls I missed. The same object for the same filter. */
  history(missedOnly: boolean): CallHistoryModel;
  /** The history is on the screen: nothing counts as missed any more. */
  markMissedSeen(): void;
  /** What the call was for me. */
  storyOf(call: Call): CallStory;
  /** Joins the call going on in the room, or starts one (`video`: as a video call), leaving the one this device is in. `current` says how it goes. */
  enter(roomId: RoomId, video: boolean, choice: EnterChoice): Promise<void>;
  /** Accepts a call that rings. */
  accept(call: Call, choice: EnterChoice): Promise<void>;
  /** Stops ringing on all my devices; the other side hears that I declined. */
  decline(call: Call): Promise<void>;
  /** Leaves the call of this device; what is over is forgotten. */
  leave(): void;
}

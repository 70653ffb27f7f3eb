// One call of this device as the views see it: people and their media, the own controls, what to tell the user. What makes it
// work – LiveKit's client – is behind `media_room.ts`; a view or a test never meets it.

import type { Signal } from '../base/signal';
import type { UserId } from '../state/types';

/** Something to see. The same object as long as it shows the same. */
export interface VideoSource {
  readonly id: string;
  /** Shows it in an element of the page until the result is called. */
  attach(element: HTMLVideoElement): () => void;
}

/** How good somebody's connection is. `unknown` until it was measured. */
export type Quality = 'unknown' | 'good' | 'weak' | 'lost';

/** One person in the call. The same object until something in it changes. */
export interface CallPerson {
  readonly userId: UserId;
  readonly isMe: boolean;
  /** Milliseconds UTC; orders people by their coming. */
  readonly joinedAt: number;
  readonly isMuted: boolean;
  readonly isSpeaking: boolean;
  /** When last heard; 0 if never. */
  readonly spokeAt: number;
  readonly quality: Quality;
  /** Since when the hand is up; undefined if it is down. */
  readonly handAt: number | undefined;
  readonly camera: VideoSource | undefined;
  readonly screen: VideoSource | undefined;
}

export type SessionStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  /** The connection broke; it is being restored. */
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'ended'; readonly why: SessionEnd };

/** `left`: by the own wish. `elsewhere`: entered from another device. `removed`: put out. `ended`: there is no call any more. */
export type SessionEnd = 'left' | 'elsewhere' | 'removed' | 'ended' | 'lost' | 'failed';

/** The own part. */
export interface OwnMedia {
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly screen: boolean;
  readonly hand: boolean;
}

/** Why a device does not work. */
export type DeviceProblem = 'denied' | 'missing' | 'busy' | 'failed';
export type DeviceKind = 'microphone' | 'camera' | 'speaker';

/** What the user should know; one at a time, the most urgent. */
export type CallNotice =
  | { readonly kind: 'reconnecting' }
  /** The browser lets nothing sound before a click. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'device'; readonly device: 'microphone' | 'camera' | 'screen'; readonly problem: DeviceProblem }
  | { readonly kind: 'slow'; readonly camera: boolean };

export interface Reaction {
  readonly id: number;
  readonly userId: UserId;
  readonly emoji: string;
}

/** Which tile is large: a person's camera or shared screen. */
export interface TileRef {
  readonly userId: UserId;
  readonly kind: 'camera' | 'screen';
}

/** Which devices, and how the microphone behaves. An empty id: the system's choice. */
export interface CallPreferences {
  readonly microphoneId: string;
  readonly cameraId: string;
  readonly speakerId: string;
  readonly noiseSuppression: boolean;
  readonly pushToTalk: boolean;
}

/** A call this device is in. Intents that fail say so by `notice`. */
export interface CallSession {
  readonly status: Signal<SessionStatus>;
  /** Everybody, in the order of coming, me last. */
  readonly people: Signal<readonly CallPerson[]>;
  readonly own: Signal<OwnMedia>;
  /** Who spoke last and long enough to be worth a large picture; never me. */
  readonly speaker: Signal<UserId | undefined>;
  readonly reactions: Signal<readonly Reaction[]>;
  readonly notice: Signal<CallNotice | undefined>;
  /** The tile the user chose to see large. */
  readonly pinned: Signal<TileRef | undefined>;
  readonly layout: Signal<'grid' | 'speaker'>;
  setMicrophone(on: boolean): void;
  setCamera(on: boolean): void;
  /** Shares a screen, window or tab of the user's choice, with its sound where the browser offers it. */
  setScreen(on: boolean): void;
  setHand(up: boolean): void;
  react(emoji: string): void;
  pin(tile: TileRef | undefined): void;
  setLayout(layout: 'grid' | 'speaker'): void;
  /** Push-to-talk: the key went down or up. Does nothing unless it is chosen. */
  holdToTalk(isDown: boolean): void;
  /** Other devices, or another way of the microphone, from now on. */
  setPreferences(preferences: CallPreferences): void;
  /** The other camera of a phone. */
  turnCamera(): void;
  /** Lets sound be heard, from a click. */
  allowSound(): void;
  dismissNotice(): void;
  /** Leaves; `status` becomes `ended`. */
  close(why?: SessionEnd): void;
}

/** What a session begins with. */
export interface SessionStart {
  readonly url: string;
  readonly token: string;
  readonly me: UserId;
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly preferences: CallPreferences;
}

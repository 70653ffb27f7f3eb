// Calls for tests: a media room whose people the test makes up, and a session that only remembers what was asked of it.

import { signal } from '../base/signal';
import type { MediaEvents, MediaPerson, MediaRoom } from './media_room';
import type { CallNotice, CallPerson, CallPreferences, CallSession, OwnMedia, Reaction, SessionEnd, SessionStart, SessionStatus, TileRef, VideoSource } from './session';

export const defaultPreferences: CallPreferences = { microphoneId: '', cameraId: '', speakerId: '', noiseSuppression: true, pushToTalk: false };

/** A picture that shows nothing. */
export function fakeVideo(id: string): VideoSource {
  return { id, attach: () => () => undefined };
}

/** A media room under the test's control: change `others` or `own`, then `events.handlePeople()`. */
export class FakeMediaRoom implements MediaRoom {
  readonly events: MediaEvents;
  readonly sent: { topic: string; text: string }[] = [];
  readonly asked: string[] = [];
  others: MediaPerson[] = [];
  me: MediaPerson = person('me', { isMe: true, isMuted: true });
  media = { microphone: false, camera: false, screen: false };
  /** Set to make the next openings of a device fail. */
  failure: Error | undefined;
  /** Set to keep openings waiting until it resolves. */
  gate: Promise<void> | undefined;
  refusesConnection = false;
  /** Set to keep `connect` waiting until it resolves. */
  connectGate: Promise<void> | undefined;
  isConnected = false;

  constructor(events: MediaEvents) {
    this.events = events;
  }

  connect(): Promise<void> {
    if (this.refusesConnection) return Promise.reject(new Error('refused'));
    this.isConnected = true;
    return this.connectGate ?? Promise.resolve();
  }

  disconnect(): Promise<void> {
    this.isConnected = false;
    return Promise.resolve();
  }

  people(): readonly MediaPerson[] {
    return [this.me, ...this.others];
  }

  own(): { microphone: boolean; camera: boolean; screen: boolean } {
    return this.media;
  }

  setMicrophone(on: boolean): Promise<void> {
    return this.#open('microphone', on);
  }

  setCamera(on: boolean): Promise<void> {
    return this.#open('camera', on);
  }

  setScreen(on: boolean): Promise<void> {
    return this.#open('screen', on);
  }

  usePreferences(preferences: CallPreferences): Promise<void> {
    this.asked.push(`preferences ${JSON.stringify(preferences)}`);
    return Promise.resolve();
  }

  turnCamera(): Promise<void> {
    return Promise.resolve();
  }

  setAttributes(attributes: Readonly<Record<string, string>>): Promise<void> {
    this.me = { ...this.me, attributes };
    return Promise.resolve();
  }

  send(topic: string, bytes: Uint8Array): Promise<void> {
    this.sent.push({ topic, text: new TextDecoder().decode(bytes) });
    return Promise.resolve();
  }

  allowSound(): Promise<void> {
    return Promise.resolve();
  }

  /** Somebody changes, and the session hears of it. */
  change(userId: string, change: Partial<MediaPerson>): void {
    if (userId === this.me.userId) this.me = { ...this.me, ...change };
    else this.others = this.others.map((other) => (other.userId === userId ? { ...other, ...change } : other));
    this.events.handlePeople();
  }

  async #open(which: 'microphone' | 'camera' | 'screen', on: boolean): Promise<void> {
    this.asked.push(`${which} ${on ? 'on' : 'off'}`);
    if (this.gate) await this.gate;
    if (this.failure) throw this.failure;
    this.media = { ...this.media, [which]: on };
    if (which === 'microphone') this.me = { ...this.me, isMuted: !on };
  }
}

/** Somebody in a media room. */
export function person(userId: string, change: Partial<MediaPerson> = {}): MediaPerson {
  return { userId, isMe: false, joinedAt: 0, isSpeaking: false, quality: 'good', isMuted: false, camera: undefined, screen: undefined, attributes: {}, ...change };
}

/** A session without media. */
export class FakeSession implements CallSession {
  readonly start: SessionStart;
  readonly status = signal<SessionStatus>({ kind: 'connecting' });
  readonly people = signal<readonly CallPerson[]>([]);
  readonly own = signal<OwnMedia>({ microphone: false, camera: false, screen: false, hand: false });
  readonly speaker = signal<string | undefined>(undefined);
  readonly reactions = signal<readonly Reaction[]>([]);
  readonly notice = signal<CallNotice | undefined>(undefined);
  readonly pinned = signal<TileRef | undefined>(undefined);
  readonly layout = signal<'grid' | 'speaker'>('grid');
  preferences: CallPreferences;

  constructor(start: SessionStart) {
    this.start = start;
    this.preferences = start.preferences;
  }

  setMicrophone(on: boolean): void {
    this.own.update((own) => ({ ...own, microphone: on }));
  }

  setCamera(on: boolean): void {
    this.own.update((own) => ({ ...own, camera: on }));
  }

  setScreen(on: boolean): void {
    this.own.update((own) => ({ ...own, screen: on }));
  }

  setHand(up: boolean): void {
    this.own.update((own) => ({ ...own, hand: up }));
  }

  react(): void {}

  pin(tile: TileRef | undefined): void {
    this.pinned.set(tile);
  }

  setLayout(layout: 'grid' | 'speaker'): void {
    this.layout.set(layout);
  }

  holdToTalk(): void {}

  setPreferences(preferences: CallPreferences): void {
    this.preferences = preferences;
  }

  turnCamera(): void {}

  allowSound(): void {}

  dismissNotice(): void {}

  close(why: SessionEnd = 'left'): void {
    if (this.status.get().kind !== 'ended') this.status.set({ kind: 'ended', why });
  }
}

// A call of this device: what the media library tells becomes people, notices and reactions; what the user wants goes back.

import type { Clock } from '../base/clock';
import { batch, derived, sameFields, sameList, signal, type Signal } from '../base/signal';
import { DeviceError, type MediaEvents, type MediaPerson, type MediaRoom } from './media_room';
import { OwnWishes, type Switch } from './own_wishes';
import { Reactions } from './reactions';
import type { CallNotice, CallPerson, CallPreferences, CallSession, OwnMedia, Reaction, SessionEnd, SessionStart, SessionStatus, TileRef } from './session';
import { SpeakerChoice } from './speaker_choice';

const handAttribute = 'hand';
/** The library tries again by itself; the user must not wait for ever. */
const connectLimitMs = 20_000;
/** A word's end comes a moment after the key is let go. */
const releaseDelayMs = 200;
/** A short weakness is not worth words; a recovered connection keeps them long enough to be read. */
const slowAfterMs = 4_000;
const fastAfterMs = 8_000;

export class Session implements CallSession, MediaEvents {
  readonly notice: Signal<CallNotice | undefined>;
  readonly speaker: Signal<string | undefined>;
  readonly reactions: Signal<readonly Reaction[]>;
  readonly #clock: Clock;
  readonly #room: MediaRoom;
  readonly #status = signal<SessionStatus>({ kind: 'connecting' });
  readonly #people = signal<readonly CallPerson[]>([], sameList);
  readonly #own = signal<OwnMedia>({ microphone: false, camera: false, screen: false, hand: false }, sameFields);
  readonly #pinned = signal<TileRef | undefined>(undefined);
  readonly #layout = signal<'grid' | 'speaker'>('grid');
  readonly #soundAllowed = signal(true);
  readonly #deviceNotice = signal<CallNotice | undefined>(undefined);
  readonly #isSlow = signal(false);
  readonly #slowDismissed = signal(false);
  readonly #speakers: SpeakerChoice;
  readonly #reactions: Reactions;
  readonly #wishes: OwnWishes;
  readonly #spokeAt = new Map<string, number>();
  #preferences: CallPreferences;
  #cancelQuality: (() => void) | undefined;
  #cancelRelease: (() => void) | undefined;

  /** `makeRoom` gets the session, which hears what happens. */
  constructor(clock: Clock, preferences: CallPreferences, makeRoom: (events: MediaEvents) => MediaRoom) {
    this.#clock = clock;
    this.#preferences = preferences;
    this.#room = makeRoom(this);
    this.#speakers = new SpeakerChoice(clock);
    this.#reactions = new Reactions(clock, (topic, bytes) => void this.#room.send(topic, bytes).catch(() => undefined));
    this.#wishes = new OwnWishes((which, on) => this.#apply(which, on), (which, failure) => this.#handleDone(which, failure));
    this.speaker = this.#speakers.current;
    this.reactions = this.#reactions.list;
    this.notice = derived([this.#status, this.#soundAllowed, this.#deviceNotice, this.#isSlow, this.#slowDismissed, this.#own], (status, isAudible, device, isSlow, dismissed, own): CallNotice | undefined => {
      if (status.kind === 'reconnecting') return { kind: 'reconnecting' };
      if (status.kind !== 'connected') return undefined;
      if (!isAudible) return { kind: 'silent' };
      if (device) return device;
      return isSlow && !dismissed ? { kind: 'slow', camera: own.camera } : undefined;
    }, sameNotice);
  }

  get status(): Signal<SessionStatus> {
    return this.#status;
  }

  get people(): Signal<readonly CallPerson[]> {
    return this.#people;
  }

  get own(): Signal<OwnMedia> {
    return this.#own;
  }

  get pinned(): Signal<TileRef | undefined> {
    return this.#pinned;
  }

  get layout(): Signal<'grid' | 'speaker'> {
    return this.#layout;
  }

  /** Connects and publishes what was chosen. Never rejects: `status` says how it went. */
  async begin(start: SessionStart): Promise<void> {
    const cancelLimit = this.#clock.after(connectLimitMs, () => this.#end('failed'));
    try {
      await this.#room.connect(start.url, start.token);
    } catch {
      this.#end('failed');
      return;
    } finally {
      cancelLimit();
    }
    if (this.#isOver) return;
    batch(() => {
      this.#status.set({ kind: 'connected' });
      this.handlePeople();
    });
    if (start.microphone && !start.preferences.pushToTalk) this.#wish('microphone', true);
    if (start.camera) this.#wish('camera', true);
  }

  setMicrophone(on: boolean): void {
    this.#cancelRelease?.();
    this.#wish('microphone', on);
  }

  setCamera(on: boolean): void {
    this.#wish('camera', on);
  }

  setScreen(on: boolean): void {
    this.#wish('screen', on);
  }

  setHand(up: boolean): void {
    this.#wish('hand', up);
  }

  react(emoji: string): void {
    const me = this.#people.get().find((person) => person.isMe);
    if (me) this.#reactions.send(me.userId, emoji);
  }

  pin(tile: TileRef | undefined): void {
    this.#pinned.set(tile);
  }

  setLayout(layout: 'grid' | 'speaker'): void {
    batch(() => {
      this.#layout.set(layout);
      if (layout === 'grid') this.#pinned.set(undefined);
    });
  }

  holdToTalk(isDown: boolean): void {
    if (!this.#preferences.pushToTalk) return;
    this.#cancelRelease?.();
    this.#cancelRelease = undefined;
    if (isDown) {
      if (!this.#own.get().microphone) this.#wish('microphone', true);
    } else if (this.#own.get().microphone) {
      this.#cancelRelease = this.#clock.after(releaseDelayMs, () => this.#wish('microphone', false));
    }
  }

  setPreferences(preferences: CallPreferences): void {
    const before = this.#preferences;
    if (sameFields(before, preferences)) return;
    this.#preferences = preferences;
    if (preferences.pushToTalk && !before.pushToTalk) this.#wish('microphone', false);
    this.#room.usePreferences(preferences).catch((thrown: unknown) => this.#tellProblem('microphone', thrown));
  }

  turnCamera(): void {
    this.#room.turnCamera().catch((thrown: unknown) => this.#tellProblem('camera', thrown));
  }

  allowSound(): void {
    void this.#room.allowSound().catch(() => undefined);
  }

  dismissNotice(): void {
    batch(() => {
      this.#deviceNotice.set(undefined);
      if (this.#isSlow.get()) this.#slowDismissed.set(true);
    });
  }

  close(why: SessionEnd = 'left'): void {
    this.#end(why);
  }

  handlePeople(): void {
    if (this.#isOver) return;
    const now = this.#clock.now();
    const before = new Map(this.#people.get().map((person) => [person.userId, person]));
    const people = this.#room
      .people()
      .map((person) => this.#kept(before.get(person.userId), this.#personOf(person, now)))
      .sort((left, right) => Number(left.isMe) - Number(right.isMe) || left.joinedAt - right.joinedAt || (left.userId < right.userId ? -1 : 1));
    batch(() => {
      this.#people.set(people);
      this.#speakers.handlePeople(people);
      this.#dropGonePin(people);
      const me = people.find((person) => person.isMe);
      this.#showOwn();
      if (me) this.#followQuality(me.quality === 'weak' || me.quality === 'lost');
    });
  }

  handleOwnMedia(): void {
    this.handlePeople();
  }

  handleReconnecting(): void {
    if (!this.#isOver) this.#status.set({ kind: 'reconnecting' });
  }

  handleReconnected(): void {
    if (this.#isOver) return;
    this.#status.set({ kind: 'connected' });
    this.handlePeople();
  }

  handleEnded(why: SessionEnd): void {
    this.#end(why);
  }

  handleData(topic: string, userId: string, bytes: Uint8Array): void {
    if (!this.#isOver) this.#reactions.handleData(topic, userId, bytes);
  }

  handleSound(isAllowed: boolean): void {
    this.#soundAllowed.set(isAllowed);
  }

  get #isOver(): boolean {
    return this.#status.get().kind === 'ended';
  }

  #personOf(person: MediaPerson, now: number): CallPerson {
    const { userId, isMe, joinedAt, isMuted, quality, camera, screen } = person;
    const isSpeaking = person.isSpeaking && !isMuted;
    if (isSpeaking) this.#spokeAt.set(userId, now);
    const hand = Number(person.attributes[handAttribute] ?? '');
    return { userId, isMe, joinedAt, isMuted, isSpeaking, spokeAt: this.#spokeAt.get(userId) ?? 0, quality, handAt: hand > 0 ? hand : undefined, camera, screen };
  }

  // Who goes on speaking is told again and again; that alone redraws nothing.
  #kept(before: CallPerson | undefined, next: CallPerson): CallPerson {
    return before && sameFields({ ...before, spokeAt: 0 }, { ...next, spokeAt: 0 }) ? before : next;
  }

  #dropGonePin(people: readonly CallPerson[]): void {
    const pinned = this.#pinned.get();
    if (!pinned) return;
    const person = people.find((other) => other.userId === pinned.userId);
    if (!person || (pinned.kind === 'screen' && !person.screen)) this.#pinned.set(undefined);
  }

  #followQuality(isWeak: boolean): void {
    if (isWeak === this.#isSlow.get()) {
      this.#cancelQuality?.();
      this.#cancelQuality = undefined;
      return;
    }
    this.#cancelQuality ??= this.#clock.after(isWeak ? slowAfterMs : fastAfterMs, () => {
      this.#cancelQuality = undefined;
      batch(() => {
        this.#isSlow.set(isWeak);
        this.#slowDismissed.set(false);
      });
    });
  }

  #wish(which: Switch, on: boolean): void {
    if (this.#isOver) return;
    void this.#wishes.set(which, on);
    this.#showOwn();
  }

  async #apply(which: Switch, on: boolean): Promise<void> {
    if (this.#isOver) return;
    if (which === 'microphone') await this.#room.setMicrophone(on, this.#preferences);
    else if (which === 'camera') await this.#room.setCamera(on, this.#preferences);
    else if (which === 'screen') await this.#room.setScreen(on);
    else await this.#room.setAttributes({ [handAttribute]: on ? String(this.#clock.now()) : '' });
  }

  #handleDone(which: Switch, failure: unknown): void {
    if (which !== 'hand') {
      const notice = this.#deviceNotice.get();
      if (failure !== undefined) this.#tellProblem(which, failure);
      else if (notice?.kind === 'device' && notice.device === which) this.#deviceNotice.set(undefined);
    }
    this.handlePeople();
  }

  // A wish counts as done until the room says otherwise; only what is shared waits for the user's choice.
  #showOwn(): void {
    const { microphone, camera, screen } = this.#room.own();
    const me = this.#people.get().find((person) => person.isMe);
    this.#own.set({
      microphone: this.#wishes.get('microphone') ?? microphone,
      camera: this.#wishes.get('camera') ?? camera,
      screen: screen && this.#wishes.get('screen') !== false,
      hand: this.#wishes.get('hand') ?? me?.handAt !== undefined,
    });
  }

  #tellProblem(device: 'microphone' | 'camera' | 'screen', thrown: unknown): void {
    const problem = thrown instanceof DeviceError ? thrown.problem : 'failed';
    if (problem !== 'cancelled' && !this.#isOver) this.#deviceNotice.set({ kind: 'device', device, problem });
  }

  #end(why: SessionEnd): void {
    if (this.#isOver) return;
    this.#cancelQuality?.();
    this.#cancelRelease?.();
    this.#speakers.stop();
    this.#reactions.stop();
    this.#status.set({ kind: 'ended', why });
    void this.#room.disconnect().catch(() => undefined);
  }
}

function sameNotice(left: CallNotice | undefined, right: CallNotice | undefined): boolean {
  return left === right || (left !== undefined && right !== undefined && sameFields(left, right));
}

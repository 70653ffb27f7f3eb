import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock, settle } from '../base/manual_clock';
import { Session } from './call_session';
import { DeviceError } from './media_room';
import { defaultPreferences, FakeMediaRoom, fakeVideo, person } from './testing';

let clock: ManualClock;
let room: FakeMediaRoom;

function open(preferences = defaultPreferences): Session {
  return new Session(clock, preferences, (events) => (room = new FakeMediaRoom(events)));
}

async function connected(preferences = defaultPreferences, on = { microphone: true, camera: false }): Promise<Session> {
  const session = open(preferences);
  await session.begin({ url: 'ws://test', token: 't', me: 'me', ...on, preferences });
  await settle();
  return session;
}

beforeEach(() => {
  clock = new ManualClock();
});

describe('entering a call', () => {
  it('connects, then opens what was chosen', async () => {
    const session = await connected(defaultPreferences, { microphone: true, camera: true });
    expect(session.status.get()).toEqual({ kind: 'connected' });
    expect(room.asked).toEqual(['microphone on', 'camera on']);
    expect(session.own.get()).toEqual({ microphone: true, camera: true, screen: false, hand: false });
  });

  it('ends as failed if the server refuses', async () => {
    const session = open();
    room.refusesConnection = true;
    await session.begin({ url: 'ws://test', token: 't', me: 'me', microphone: true, camera: false, preferences: defaultPreferences });
    expect(session.status.get()).toEqual({ kind: 'ended', why: 'failed' });
    expect(room.asked).toEqual([]);
  });

  it('does not wait for ever for a server that does not answer', async () => {
    const session = open();
    room.connectGate = new Promise(() => undefined);
    void session.begin({ url: 'ws://test', token: 't', me: 'me', microphone: true, camera: false, preferences: defaultPreferences });
    await clock.advance(20_000);
    expect(session.status.get()).toEqual({ kind: 'ended', why: 'failed' });
    expect(room.isConnected).toBe(false);
  });

  it('opens nothing if it was left while connecting', async () => {
    const session = open();
    const begun = session.begin({ url: 'ws://test', token: 't', me: 'me', microphone: true, camera: true, preferences: defaultPreferences });
    session.close();
    await begun;
    expect(room.asked).toEqual([]);
    expect(session.status.get()).toEqual({ kind: 'ended', why: 'left' });
  });
});

describe('people', () => {
  it('come in the order of their coming, me last', async () => {
    const session = await connected();
    room.others = [person('late', { joinedAt: 20 }), person('early', { joinedAt: 10 })];
    room.events.handlePeople();
    expect(session.people.get().map((one) => one.userId)).toEqual(['early', 'late', 'me']);
  });

  it('stay the same objects while nothing of them changes', async () => {
    const session = await connected();
    room.others = [person('ada', { camera: fakeVideo('c') }), person('noor')];
    room.events.handlePeople();
    const [ada, noor] = session.people.get();
    room.change('noor', { isMuted: true });
    expect(session.people.get()[0]).toBe(ada);
    expect(session.people.get()[1]).not.toBe(noor);
  });

  it('do not speak while they are muted', async () => {
    const session = await connected();
    room.others = [person('ada', { isSpeaking: true, isMuted: true })];
    room.events.handlePeople();
    expect(session.people.get()[0]!.isSpeaking).toBe(false);
  });

  it('have a hand up from the moment they raised it', async () => {
    const session = await connected();
    room.others = [person('ada', { attributes: { hand: '1234' } }), person('noor', { attributes: { hand: 'nonsense' } })];
    room.events.handlePeople();
    expect(session.people.get().map((one) => one.handAt)).toEqual([1234, undefined, undefined]);
  });

  it('take their pin along when they leave', async () => {
    const session = await connected();
    room.others = [person('ada')];
    room.events.handlePeople();
    session.pin({ userId: 'ada', kind: 'camera' });
    room.others = [];
    room.events.handlePeople();
    expect(session.pinned.get()).toBeUndefined();
  });
});

describe('own devices', () => {
  it('show a click at once and the truth when the device has answered', async () => {
    const session = await connected(defaultPreferences, { microphone: false, camera: false });
    let openGate = (): void => undefined;
    room.gate = new Promise((resolve) => (openGate = resolve));
    session.setCamera(true);
    expect(session.own.get().camera).toBe(true);
    room.events.handlePeople();
    expect(session.own.get().camera).toBe(true);
    room.failure = new DeviceError('denied');
    openGate();
    await settle();
    expect(session.own.get().camera).toBe(false);
    expect(session.notice.get()).toEqual({ kind: 'device', device: 'camera', problem: 'denied' });
  });

  it('follow only the last of many quick clicks', async () => {
    const session = await connected(defaultPreferences, { microphone: false, camera: false });
    let openGate = (): void => undefined;
    room.gate = new Promise((resolve) => (openGate = resolve));
    for (const on of [true, false, true, false]) session.setMicrophone(on);
    openGate();
    await settle();
    expect(room.asked).toEqual(['microphone on', 'microphone off']);
    expect(session.own.get().microphone).toBe(false);
  });

  it('say nothing if the user closed the screen picker', async () => {
    const session = await connected();
    room.failure = new DeviceError('cancelled');
    session.setScreen(true);
    await settle();
    expect(session.notice.get()).toBeUndefined();
    expect(session.own.get().screen).toBe(false);
  });

  it('forget a trouble when the device works again', async () => {
    const session = await connected(defaultPreferences, { microphone: false, camera: false });
    room.failure = new DeviceError('busy');
    session.setCamera(true);
    await settle();
    room.failure = undefined;
    session.setCamera(true);
    await settle();
    expect(session.notice.get()).toBeUndefined();
  });
});

describe('push-to-talk', () => {
  const preferences = { ...defaultPreferences, pushToTalk: true };

  it('enters silent, speaks while the key is down and a moment longer', async () => {
    const session = await connected(preferences);
    expect(room.asked).toEqual([]);
    session.holdToTalk(true);
    await settle();
    expect(session.own.get().microphone).toBe(true);
    session.holdToTalk(false);
    await clock.advance(150);
    expect(session.own.get().microphone).toBe(true);
    await clock.advance(100);
    expect(session.own.get().microphone).toBe(false);
  });

  it('does not cut a word when the key is pressed again at once', async () => {
    const session = await connected(preferences);
    session.holdToTalk(true);
    await settle();
    session.holdToTalk(false);
    await clock.advance(100);
    session.holdToTalk(true);
    await clock.advance(1_000);
    expect(session.own.get().microphone).toBe(true);
  });

  it('ignores the key if it is not chosen', async () => {
    const session = await connected(defaultPreferences, { microphone: false, camera: false });
    session.holdToTalk(true);
    await settle();
    expect(session.own.get().microphone).toBe(false);
  });

  it('mutes when it is chosen during the call', async () => {
    const session = await connected();
    session.setPreferences(preferences);
    await settle();
    expect(session.own.get().microphone).toBe(false);
  });
});

describe('notices', () => {
  it('say that the connection is slow only when it stays so', async () => {
    const session = await connected(defaultPreferences, { microphone: true, camera: true });
    room.change('me', { quality: 'weak' });
    await clock.advance(3_000);
    room.change('me', { quality: 'good' });
    await clock.advance(10_000);
    expect(session.notice.get()).toBeUndefined();
    room.change('me', { quality: 'weak' });
    await clock.advance(4_000);
    expect(session.notice.get()).toEqual({ kind: 'slow', camera: true });
  });

  it('keep a dismissed one away until the connection was good again', async () => {
    const session = await connected();
    room.change('me', { quality: 'weak' });
    await clock.advance(4_000);
    session.dismissNotice();
    room.change('me', { quality: 'lost' });
    await clock.advance(10_000);
    expect(session.notice.get()).toBeUndefined();
    room.change('me', { quality: 'good' });
    await clock.advance(8_000);
    room.change('me', { quality: 'weak' });
    await clock.advance(4_000);
    expect(session.notice.get()?.kind).toBe('slow');
  });

  it('put a broken connection before everything else', async () => {
    const session = await connected();
    room.events.handleSound(false);
    expect(session.notice.get()).toEqual({ kind: 'silent' });
    room.events.handleReconnecting();
    expect(session.notice.get()).toEqual({ kind: 'reconnecting' });
    expect(session.status.get()).toEqual({ kind: 'reconnecting' });
    room.events.handleReconnected();
    expect(session.status.get()).toEqual({ kind: 'connected' });
  });
});

describe('the speaker', () => {
  it('changes only when somebody goes on speaking', async () => {
    const session = await connected();
    room.others = [person('ada', { isSpeaking: true }), person('noor')];
    room.events.handlePeople();
    expect(session.speaker.get()).toBe('ada');
    room.change('ada', { isSpeaking: false });
    room.change('noor', { isSpeaking: true });
    await clock.advance(300);
    room.change('noor', { isSpeaking: false });
    await clock.advance(5_000);
    expect(session.speaker.get()).toBe('ada');
    room.change('noor', { isSpeaking: true });
    await clock.advance(700);
    expect(session.speaker.get()).toBe('noor');
  });

  it('is never me', async () => {
    const session = await connected();
    room.change('me', { isSpeaking: true, isMuted: false });
    await clock.advance(5_000);
    expect(session.speaker.get()).toBeUndefined();
  });

  it('is somebody else after leaving', async () => {
    const session = await connected();
    room.others = [person('ada', { isSpeaking: true }), person('noor')];
    room.events.handlePeople();
    room.others = [person('noor', { isSpeaking: true })];
    room.events.handlePeople();
    expect(session.speaker.get()).toBe('noor');
  });
});

describe('reactions', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  it('reach the others as a packet and go after four seconds', async () => {
    const session = await connected();
    session.react('👏');
    expect(room.sent).toEqual([{ topic: 'kith.reaction', text: '{"emoji":"👏"}' }]);
    expect(session.reactions.get()).toMatchObject([{ userId: 'me', emoji: '👏' }]);
    await clock.advance(4_000);
    expect(session.reactions.get()).toEqual([]);
  });

  it('of others show what is an emoji and nothing else', async () => {
    const session = await connected();
    for (const text of ['{"emoji":"🎉"}', '{"emoji":"👩🏽‍🚀"}', '{"emoji":"<b>x</b>"}', '{"emoji":"hello"}', '{"emoji":7}', 'no json', `{"emoji":"${'🎉'.repeat(200)}"}`]) room.events.handleData('kith.reaction', 'ada', bytes(text));
    room.events.handleData('other', 'ada', bytes('{"emoji":"🎉"}'));
    room.events.handleData('kith.reaction', '', bytes('{"emoji":"🎉"}'));
    expect(session.reactions.get().map((one) => one.emoji)).toEqual(['🎉', '👩🏽‍🚀']);
  });

  it('in a flood show the newest few', async () => {
    const session = await connected();
    for (let count = 0; count < 100; count += 1) room.events.handleData('kith.reaction', 'ada', bytes('{"emoji":"🎉"}'));
    expect(session.reactions.get()).toHaveLength(24);
  });

  it('are not sent faster than anybody can mean them', async () => {
    const session = await connected();
    session.react('👏');
    session.react('👏');
    expect(room.sent).toHaveLength(1);
    await clock.advance(250);
    session.react('👏');
    expect(room.sent).toHaveLength(2);
  });
});

describe('the end', () => {
  it('closes the room once and says why', async () => {
    const session = await connected();
    const told: unknown[] = [];
    session.status.subscribe((status) => told.push(status));
    room.events.handleEnded('elsewhere');
    session.close();
    expect(room.isConnected).toBe(false);
    expect(told).toEqual([{ kind: 'connected' }, { kind: 'ended', why: 'elsewhere' }]);
    expect(session.notice.get()).toBeUndefined();
  });
});

describe('a raised hand', () => {
  it('is up at once, and down again', async () => {
    const session = await connected();
    session.setHand(true);
    expect(session.own.get().hand).toBe(true);
    await settle();
    expect(session.people.get().at(-1)!.handAt).toBe(clock.now());
    session.setHand(false);
    await settle();
    expect(session.people.get().at(-1)!.handAt).toBeUndefined();
    expect(session.own.get().hand).toBe(false);
  });
});

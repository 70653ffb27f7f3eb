import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Api } from '../api/client';
import { CallOutcome, CallSchema, CallState, ListCallsResponseSchema } from '../api/gen/kith/v1/call_pb';
import { KithError } from '../api/error';
import { ManualClock, settle } from '../base/manual_clock';
import { signal } from '../base/signal';
import type { CallPreferences, SessionStart } from '../call/session';
import { defaultPreferences, FakeSession } from '../call/testing';
import { storyOf, talkTime } from './call_story';
import type { Call } from './call_types';
import { Calls } from './calls';
import { CurrentCall } from './current_call';
import { callOf } from './from_wire';

const at = (ms: number) => create(TimestampSchema, { seconds: BigInt(ms / 1000) });

function wire(change: MessageInitShape<typeof CallSchema> = {}) {
  return create(CallSchema, { id: 'c1', roomId: 'direct', startedBy: 'ada', state: CallState.RINGING, startedAt: at(1_000_000), ringingUserIds: ['me'], participantCount: 1, ...change });
}
const ended = (outcome: CallOutcome, change: MessageInitShape<typeof CallSchema> = {}) => wire({ state: CallState.ENDED, outcome, ringingUserIds: [], endedAt: at(1_045_000), ...change });

let clock: ManualClock;
let calls: Calls;
let changes: Call[];
const seenAt = signal(0);
const api = { startCall: vi.fn(), joinCall: vi.fn(), leaveCall: vi.fn(), declineCall: vi.fn(), listCalls: vi.fn() };

beforeEach(() => {
  clock = new ManualClock();
  changes = [];
  seenAt.set(0);
  for (const method of Object.values(api)) method.mockReset();
  api.leaveCall.mockResolvedValue({});
  api.listCalls.mockResolvedValue(create(ListCallsResponseSchema, {}));
  calls = new Calls({
    api: { calls: api } as unknown as Api,
    clock,
    random: () => 0,
    me: 'me',
    isDirect: (roomId) => roomId === 'direct',
    seenAt,
    markSeen: (value) => seenAt.set(value),
    handleChange: (call) => changes.push(call),
  });
});

describe('calls of my rooms', () => {
  it('go on until they end', () => {
    calls.handleCall(wire({ roomId: 'garden', state: CallState.ACTIVE, ringingUserIds: [] }));
    expect(calls.ofRoom('garden').get()?.id).toBe('c1');
    calls.handleCall(ended(CallOutcome.COMPLETED, { roomId: 'garden' }));
    expect(calls.ofRoom('garden').get()).toBeUndefined();
  });

  it('are exactly those of the newest Sync', () => {
    calls.handleSync([wire({ id: 'old', roomId: 'a' }), wire({ id: 'kept', roomId: 'b' })]);
    calls.handleSync([wire({ id: 'kept', roomId: 'b' }), wire({ id: 'new', roomId: 'c' })]);
    expect(calls.ongoing.map((call) => call.id).sort()).toEqual(['kept', 'new']);
    expect(changes.filter((call) => call.state === 'ended').map((call) => call.id)).toEqual(['old']);
  });

  it('outlive the end of an older call of the same room', () => {
    calls.handleCall(wire({ id: 'new' }));
    calls.handleCall(ended(CallOutcome.MISSED, { id: 'old' }));
    expect(calls.ofRoom('direct').get()?.id).toBe('new');
  });
});

describe('ringing', () => {
  it('is for those named, not for the caller', () => {
    calls.handleCall(wire({ startedBy: 'me', ringingUserIds: ['ada'] }));
    expect(calls.ringing.get()).toBeUndefined();
    calls.handleCall(wire({ id: 'c2' }));
    expect(calls.ringing.get()?.id).toBe('c2');
  });

  it('stops when it was answered on another device', () => {
    calls.handleCall(wire());
    calls.handleCall(wire({ state: CallState.ACTIVE, ringingUserIds: [] }));
    expect(calls.ringing.get()).toBeUndefined();
    expect(calls.ofRoom('direct').get()?.state).toBe('active');
  });

  it('stops at once when declined, whatever comes before the answer', async () => {
    api.declineCall.mockResolvedValue({ call: ended(CallOutcome.DECLINED) });
    calls.handleCall(wire());
    const declined = calls.decline(calls.ringing.get()!);
    expect(calls.ringing.get()).toBeUndefined();
    calls.handleCall(wire({ participantCount: 2 }));
    expect(calls.ringing.get()).toBeUndefined();
    await declined;
    expect(api.declineCall).toHaveBeenCalledWith({ callId: 'c1' });
    expect(calls.ofRoom('direct').get()).toBeUndefined();
  });

  it('does not go on for ever when the end is never heard', async () => {
    calls.handleCall(wire());
    await clock.advance(60_000);
    expect(calls.ringing.get()).toBeUndefined();
  });

  it('of several calls is the oldest', () => {
    calls.handleCall(wire({ id: 'second', roomId: 'b', startedAt: at(2_000_000) }));
    calls.handleCall(wire({ id: 'first', roomId: 'a' }));
    expect(calls.ringing.get()?.id).toBe('first');
  });
});

describe('missed calls', () => {
  it('count from the server and as they happen, until the history is looked at', async () => {
    api.listCalls.mockResolvedValue(create(ListCallsResponseSchema, { calls: [ended(CallOutcome.MISSED, { id: 'old', startedAt: at(500_000) })] }));
    calls.handleOnline();
    await clock.advance(2_000);
    expect(calls.missed.get()).toBe(1);
    calls.handleCall(wire());
    calls.handleCall(ended(CallOutcome.CANCELLED));
    expect(calls.missed.get()).toBe(2);
    calls.markMissedSeen();
    expect(calls.missed.get()).toBe(0);
    expect(seenAt.get()).toBe(1_000_000);
  });

  it('are not those I made, declined or had in a room of many', () => {
    calls.handleCall(ended(CallOutcome.MISSED, { startedBy: 'me' }));
    calls.handleCall(ended(CallOutcome.DECLINED, { id: 'c2' }));
    calls.handleCall(ended(CallOutcome.MISSED, { id: 'c3', roomId: 'garden' }));
    expect(calls.missed.get()).toBe(0);
  });
});

describe('what a call was', () => {
  it('depends on who called whom and what came of it', () => {
    const story = (outcome: CallOutcome, startedBy: string, isDirect = true, answered = false): string => storyOf(callOf(ended(outcome, { startedBy, ...(answered && { answeredAt: at(1_005_000) }) })), 'me', isDirect);
    expect(story(CallOutcome.COMPLETED, 'me', true, true)).toBe('you-called');
    expect(story(CallOutcome.COMPLETED, 'ada', true, true)).toBe('called-you');
    expect(story(CallOutcome.MISSED, 'me')).toBe('no-answer');
    expect(story(CallOutcome.MISSED, 'ada')).toBe('missed');
    expect(story(CallOutcome.CANCELLED, 'me')).toBe('you-cancelled');
    expect(story(CallOutcome.CANCELLED, 'ada')).toBe('missed');
    expect(story(CallOutcome.DECLINED, 'me')).toBe('they-declined');
    expect(story(CallOutcome.DECLINED, 'ada')).toBe('you-declined');
    expect(story(CallOutcome.INTERRUPTED, 'ada', true, true)).toBe('called-you');
    expect(story(CallOutcome.INTERRUPTED, 'ada')).toBe('missed');
    expect(story(CallOutcome.COMPLETED, 'ada', false)).toBe('group');
  });

  it('lasted from the answer, not from the ringing', () => {
    expect(talkTime(callOf(ended(CallOutcome.COMPLETED, { answeredAt: at(1_005_000) })))).toBe(40_000);
    expect(talkTime(callOf(ended(CallOutcome.MISSED)))).toBeUndefined();
  });
});

describe('the history', () => {
  it('has what goes on first, then the pages, each call once', async () => {
    api.listCalls.mockResolvedValueOnce({ calls: [ended(CallOutcome.COMPLETED, { id: 'b' }), wire({ id: 'live', roomId: 'garden', startedAt: at(2_000_000), state: CallState.ACTIVE })], nextCursor: 'next' });
    api.listCalls.mockResolvedValueOnce({ calls: [ended(CallOutcome.COMPLETED, { id: 'a' })], nextCursor: '' });
    calls.handleCall(wire({ id: 'live', roomId: 'garden', state: CallState.ACTIVE, ringingUserIds: [] }));
    const history = calls.history(false);
    history.load();
    await settle();
    expect(history.list.get().map((call) => call.id)).toEqual(['live', 'b']);
    history.loadMore();
    await settle();
    expect(history.list.get().map((call) => call.id)).toEqual(['live', 'b', 'a']);
    expect(history.hasMore.get()).toBe(false);
    calls.handleCall(ended(CallOutcome.COMPLETED, { id: 'live', roomId: 'garden', startedAt: at(2_000_000) }));
    expect(history.list.get().map((call) => call.id)).toEqual(['live', 'b', 'a']);
  });

  it('of missed calls takes in only those', () => {
    const history = calls.history(true);
    calls.handleCall(ended(CallOutcome.COMPLETED, { id: 'talked', answeredAt: at(1_001_000) }));
    calls.handleCall(ended(CallOutcome.MISSED, { id: 'missed' }));
    expect(history.list.get().map((call) => call.id)).toEqual(['missed']);
  });

  it('says when it could not be loaded', async () => {
    api.listCalls.mockRejectedValueOnce(new KithError({ reason: 'offline', retry: 'later' }));
    const history = calls.history(false);
    history.load();
    await settle();
    expect(history.status.get()).toMatchObject({ kind: 'failed' });
  });
});

describe('the call of this device', () => {
  const preferences = signal<CallPreferences>(defaultPreferences);
  const choice = { microphone: true, camera: false };
  const access = { url: 'ws://test/api/call', token: 'secret' };
  let sessions: FakeSession[];
  let current: CurrentCall;

  beforeEach(() => {
    sessions = [];
    preferences.set(defaultPreferences);
    current = new CurrentCall({
      api: { calls: api } as unknown as Api,
      clock,
      me: 'me',
      ofRoom: (roomId) => calls.ofRoom(roomId).get(),
      put: (call) => calls.put(call),
      silence: (callId) => calls.silence(callId),
      preferences,
      openCall: (start: SessionStart) => {
        const session = new FakeSession(start);
        sessions.push(session);
        return Promise.resolve(session);
      },
    });
    changes = [];
    const { push } = changes;
    changes.push = (...added: Call[]) => {
      for (const call of added) current.handleCall(call);
      return push.apply(changes, added);
    };
    const started = wire({ startedBy: 'me', ringingUserIds: ['ada'] });
    api.startCall.mockResolvedValue({ call: started, access });
    api.joinCall.mockResolvedValue({ call: wire({ state: CallState.ACTIVE, ringingUserIds: [] }), access });
  });

  it('is started where none goes on, and known to the room at once', async () => {
    await current.enter('direct', true, choice);
    expect(api.startCall).toHaveBeenCalledWith({ roomId: 'direct', video: true });
    expect(sessions[0]!.start).toMatchObject({ ...access, me: 'me', microphone: true, camera: false });
    expect(current.state.get()).toMatchObject({ kind: 'in', callId: 'c1', roomId: 'direct' });
    expect(calls.ofRoom('direct').get()?.id).toBe('c1');
  });

  it('is joined where one goes on', async () => {
    calls.handleCall(wire({ state: CallState.ACTIVE, ringingUserIds: [] }));
    await current.enter('direct', false, choice);
    expect(api.joinCall).toHaveBeenCalledWith({ callId: 'c1' });
    expect(api.startCall).not.toHaveBeenCalled();
  });

  it('is started anew if the one to join ended in that moment', async () => {
    calls.handleCall(wire({ state: CallState.ACTIVE, ringingUserIds: [] }));
    api.joinCall.mockRejectedValueOnce(new KithError({ reason: 'call-ended' }));
    await current.enter('direct', false, choice);
    expect(api.startCall).toHaveBeenCalled();
    expect(current.state.get().kind).toBe('in');
  });

  it('says why it could not be entered', async () => {
    api.startCall.mockRejectedValueOnce(new KithError({ reason: 'not-allowed' }));
    await current.enter('direct', false, choice);
    expect(current.state.get()).toMatchObject({ kind: 'over', why: 'failed', error: { reason: 'not-allowed' } });
  });

  it('stops ringing here when it is accepted', async () => {
    calls.handleCall(wire());
    const accepted = current.accept(calls.ringing.get()!, choice);
    expect(calls.ringing.get()).toBeUndefined();
    await accepted;
    expect(current.state.get()).toMatchObject({ kind: 'in', callId: 'c1' });
  });

  it('tells the server when it is left', async () => {
    await current.enter('direct', false, choice);
    current.leave();
    expect(sessions[0]!.status.get()).toEqual({ kind: 'ended', why: 'left' });
    expect(api.leaveCall).toHaveBeenCalledWith({ callId: 'c1' });
    expect(current.state.get()).toEqual({ kind: 'none' });
  });

  it('is left even if that was wished before the server answered', async () => {
    const entering = current.enter('direct', false, choice);
    current.leave();
    await entering;
    expect(current.state.get()).toEqual({ kind: 'none' });
    expect(sessions).toEqual([]);
    expect(api.leaveCall).toHaveBeenCalledWith({ callId: 'c1' });
  });

  it('is left for another one', async () => {
    await current.enter('direct', false, choice);
    api.startCall.mockResolvedValue({ call: wire({ id: 'c2', roomId: 'garden', startedBy: 'me' }), access });
    await current.enter('garden', false, choice);
    expect(sessions[0]!.status.get().kind).toBe('ended');
    expect(current.state.get()).toMatchObject({ kind: 'in', callId: 'c2' });
  });

  it('is over when the other side declines, does not answer or hangs up', async () => {
    for (const [outcome, why] of [[CallOutcome.DECLINED, 'declined'], [CallOutcome.MISSED, 'no-answer'], [CallOutcome.COMPLETED, 'ended']] as const) {
      await current.enter('direct', true, choice);
      calls.handleCall(ended(outcome, { startedBy: 'me' }));
      expect(current.state.get()).toMatchObject({ kind: 'over', why, video: true });
      expect(sessions.at(-1)!.status.get().kind).toBe('ended');
    }
    expect(api.leaveCall).not.toHaveBeenCalled();
  });

  it('says why it is over even if the media was told before the reason', async () => {
    await current.enter('direct', true, choice);
    sessions[0]!.close('ended');
    expect(current.state.get()).toMatchObject({ kind: 'over', why: 'ended' });
    calls.handleCall(ended(CallOutcome.DECLINED, { startedBy: 'me' }));
    expect(current.state.get()).toMatchObject({ kind: 'over', why: 'declined' });
  });

  it('is over here, and not for the user, when entered from another device', async () => {
    await current.enter('direct', false, choice);
    sessions[0]!.close('elsewhere');
    expect(current.state.get()).toMatchObject({ kind: 'over', why: 'elsewhere' });
    expect(api.leaveCall).not.toHaveBeenCalled();
  });

  it('is left for good when the connection stays lost', async () => {
    await current.enter('direct', false, choice);
    sessions[0]!.close('lost');
    expect(current.state.get()).toMatchObject({ kind: 'over', why: 'lost' });
    expect(api.leaveCall).toHaveBeenCalledWith({ callId: 'c1' });
  });

  it('follows the settings', async () => {
    await current.enter('direct', false, choice);
    preferences.set({ ...defaultPreferences, microphoneId: 'm2' });
    expect(sessions[0]!.preferences.microphoneId).toBe('m2');
  });
});

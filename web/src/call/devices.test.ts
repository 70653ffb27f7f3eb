import { describe, expect, it } from 'vitest';
import { listDevices, openDevice, type MediaDevicesPort } from './devices';
import { clockTime, spokenTime } from './duration';
import { levelOf } from './level';

function media(devices: readonly Partial<MediaDeviceInfo>[], failure?: string): MediaDevicesPort {
  return {
    enumerateDevices: () => Promise.resolve(devices as MediaDeviceInfo[]),
    getUserMedia: (constraints) => (failure ? Promise.reject(Object.assign(new Error(), { name: failure })) : Promise.resolve(constraints as unknown as MediaStream)),
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  };
}

describe('devices', () => {
  it('are listed by kind, without the entries that repeat another one', async () => {
    const lists = await listDevices(
      media([
        { kind: 'audioinput', deviceId: 'default', label: 'Default – Desk microphone' },
        { kind: 'audioinput', deviceId: 'm1', label: 'Desk microphone' },
        { kind: 'videoinput', deviceId: 'c1', label: 'Built-in camera' },
        { kind: 'audiooutput', deviceId: 's1', label: 'Headphones' },
        { kind: 'videoinput', deviceId: '', label: '' },
      ]),
    );
    expect(lists).toEqual({ microphone: [{ id: 'm1', name: 'Desk microphone' }], camera: [{ id: 'c1', name: 'Built-in camera' }], speaker: [{ id: 's1', name: 'Headphones' }] });
  });

  it('that cannot be opened say why', async () => {
    const problems = { NotAllowedError: 'denied', NotFoundError: 'missing', NotReadableError: 'busy', TypeError: 'failed' };
    for (const [name, problem] of Object.entries(problems)) await expect(openDevice(media([], name), 'camera', '')).rejects.toMatchObject({ problem });
    await expect(openDevice(undefined, 'microphone', '')).rejects.toMatchObject({ problem: 'missing' });
  });

  it('are asked for by wish, so that one that is gone is replaced', async () => {
    expect(await openDevice(media([]), 'microphone', 'gone')).toEqual({ audio: { deviceId: { ideal: 'gone' } } });
  });
});

describe('the level meter', () => {
  it('stands at nothing for silence, full for a voice close by, between for one further off', () => {
    const tone = (loudness: number): number[] => Array.from({ length: 1024 }, (_, index) => loudness * Math.sin(index / 3));
    expect(levelOf(tone(0))).toBe(0);
    expect(levelOf(tone(0.5))).toBe(1);
    const quiet = levelOf(tone(0.03));
    expect(quiet).toBeGreaterThan(0.2);
    expect(quiet).toBeLessThan(0.8);
  });
});

describe('how long a call lasts', () => {
  it('runs like a clock', () => {
    expect([0, 9_400, 65_000, 1_458_000, 3_849_000].map(clockTime)).toEqual(['0:00', '0:09', '1:05', '24:18', '1:04:09']);
  });

  it('is told afterwards in the units of the language, no finer than anybody cares', () => {
    const told = (ms: number): string => spokenTime(ms, 'en').replaceAll('\u00a0', ' ');
    expect([31_000, 220_000, 360_000, 3_145_000, 5_040_000, 7_200_000].map(told)).toEqual(['31 sec', '3 min 40 sec', '6 min', '52 min', '1 hr 24 min', '2 hr']);
  });
});

import { describe, expect, it } from 'vitest';
import { KithError } from '../api/error';
import { ManualClock } from '../base/manual_clock';
import { OwnSettings } from './own_settings';
import type { SettingRecord } from './records';

function setUp(records: SettingRecord[] = []) {
  const clock = new ManualClock();
  const world = { isOnline: true, error: undefined as KithError | undefined, uploads: [] as string[], stored: [] as SettingRecord[] };
  const settings = new OwnSettings(
    {
      clock,
      isOnline: () => world.isOnline,
      upload: (key, value) => {
        if (world.error) return Promise.reject(world.error);
        world.uploads.push(`${key}=${value}`);
        return Promise.resolve();
      },
      store: (record) => {
        world.stored.push(record);
        return Promise.resolve();
      },
      handleTrouble: () => undefined,
    },
    records,
  );
  return { clock, world, settings };
}

describe('own settings', () => {
  it('are stored at once and told to the server once typing pauses', async () => {
    const { clock, world, settings } = setUp();
    for (const value of ['h', 'he', 'hel']) settings.set('draft:r', value);
    expect(world.stored.map((record) => record.value)).toEqual(['h', 'he', 'hel']);
    await clock.advance(1_500);
    expect(world.uploads).toEqual(['draft:r=hel']);
    expect(world.stored.at(-1)).toEqual({ key: 'draft:r', value: 'hel', pending: false });
  });

  it('win over another device until the server has them', async () => {
    const { clock, settings } = setUp();
    settings.set('theme', 'mine');
    expect(settings.handleSetting('theme', 'theirs')).toBe(false);
    expect(settings.get('theme')).toBe('mine');
    await clock.advance(1_500);
    expect(settings.handleSetting('theme', 'theirs')).toBe(true);
    expect(settings.get('theme')).toBe('theirs');
  });

  it('wait for the connection, also through a reload', async () => {
    const { clock, world, settings } = setUp([{ key: 'theme', value: 'dark', pending: true }]);
    world.isOnline = false;
    settings.handleOnline();
    await clock.advance(10_000);
    expect(world.uploads).toEqual([]);
    world.isOnline = true;
    settings.handleOnline();
    await clock.advance(0);
    expect(world.uploads).toEqual(['theme=dark']);
  });

  it('are tried again later when the server is busy', async () => {
    const { clock, world, settings } = setUp();
    world.error = new KithError({ reason: 'busy', retry: 'later', retryAfterMs: 7_000 });
    settings.set('theme', 'dark');
    await clock.advance(1_500);
    world.error = undefined;
    await clock.advance(6_999);
    expect(world.uploads).toEqual([]);
    await clock.advance(1);
    expect(world.uploads).toEqual(['theme=dark']);
  });

  it('stay on this device when they are too large for the server', async () => {
    const { clock, world, settings } = setUp();
    settings.set('draft:r', 'ä'.repeat(9_000));
    await clock.advance(60_000);
    expect(world.uploads).toEqual([]);
    expect(settings.get('draft:r')).toHaveLength(9_000);
  });
});

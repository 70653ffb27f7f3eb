import { expect, it } from 'vitest';
import { ManualClock } from '../base/manual_clock';
import { OwnSettings } from './own_settings';
import { Settings } from './settings';

function setUp(stored: Record<string, string> = {}) {
  const map = new Map(Object.entries(stored));
  const keys = { get: (key: string) => map.get(key), set: (key: string, value: string) => void map.set(key, value), remove: (key: string) => void map.delete(key), list: () => [] };
  const done = (): Promise<void> => Promise.resolve();
  const own = new OwnSettings({ clock: new ManualClock(), isOnline: () => false, upload: done, store: done, handleTrouble: () => undefined }, []);
  return { settings: new Settings(keys), own, map };
}

it('are right before an account is there', () => {
  expect(setUp({ 'kith.setting.theme': '"dark"' }).settings.value('theme').get()).toBe('dark');
  expect(setUp().settings.value('theme').get()).toBe('system');
});

it('do not believe what cannot be', () => {
  const { settings } = setUp({ 'kith.setting.theme': '"pink"', 'kith.setting.sidebarWidth': '"wide"', 'kith.setting.collapsedSections': '{', 'kith.setting.enterSends': '1' });
  expect(settings.value('theme').get()).toBe('system');
  expect(settings.value('sidebarWidth').get()).toBe(280);
  expect(settings.value('collapsedSections').get()).toEqual([]);
  expect(settings.value('enterSends').get()).toBe(true);
});

it('follow other devices, but for those of this device', () => {
  const { settings, own, map } = setUp();
  settings.attach(own);
  own.handleSetting('theme', '"light"');
  own.handleSetting('sidebarWidth', '900');
  expect(settings.value('theme').get()).toBe('light');
  expect(map.get('kith.setting.theme')).toBe('"light"');
  expect(settings.value('sidebarWidth').get()).toBe(280);
  settings.set('panelWidth', 400);
  expect(own.get('panelWidth')).toBe('');
  settings.set('enterSends', false);
  expect(own.get('enterSends')).toBe('false');
});

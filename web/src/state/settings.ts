// The settings with their types and defaults, over texts by key. Before an account is there, and for settings of this device,
// the texts are in the browser's key-value store, so that theme and language are right in the first frame.

import { batch, signal, type Signal, type WritableSignal } from '../base/signal';
import type { KeyValueStore } from './environment';
import type { OwnSettings } from './own_settings';
import type { DeviceSettingKey, SettingKey, SettingsModel, SettingValues } from './types';

const defaults: SettingValues = {
  theme: 'system',
  contrast: 'system',
  language: 'system',
  enterSends: true,
  timeFormat: 'system',
  desktopNotifications: false,
  notificationSound: true,
  notificationPreview: true,
  collapsedSections: [],
  sidebarWidth: 280,
  panelWidth: 360,
  recentEmoji: [],
  favouriteReactions: ['👍', '❤️', '😂'],
  microphoneId: '',
  cameraId: '',
  speakerId: '',
  noiseSuppression: true,
  pushToTalk: false,
  joinWithMicrophone: true,
  joinWithCamera: true,
  deviceCheck: true,
  callSounds: true,
  callsSeenAt: 0,
};

const deviceKeys: ReadonlySet<SettingKey> = new Set<DeviceSettingKey>([
  'desktopNotifications',
  'notificationSound',
  'sidebarWidth',
  'panelWidth',
  'microphoneId',
  'cameraId',
  'speakerId',
  'noiseSuppression',
  'pushToTalk',
  'joinWithMicrophone',
  'joinWithCamera',
  'deviceCheck',
  'callSounds',
]);
const choices: { readonly [Key in SettingKey]?: readonly SettingValues[Key][] } = {
  theme: ['system', 'light', 'dark'],
  contrast: ['system', 'more', 'normal'],
  language: ['system', 'en', 'de'],
  timeFormat: ['system', '12', '24'],
};
const allKeys = Object.keys(defaults) as SettingKey[];
const storePrefix = 'kith.setting.';
/** Lists of settings are short; a longer one is somebody else's mistake. */
const maxListItems = 64;

export class Settings implements SettingsModel {
  readonly #keys: KeyValueStore;
  readonly #signals = new Map<SettingKey, WritableSignal<unknown>>();
  #own: OwnSettings | undefined;

  constructor(keys: KeyValueStore) {
    this.#keys = keys;
    for (const key of allKeys) this.#signals.set(key, signal<unknown>(parse(key, keys.get(storePrefix + key) ?? '')));
  }

  value<Key extends SettingKey>(key: Key): Signal<SettingValues[Key]> {
    return this.#signals.get(key) as Signal<unknown> as Signal<SettingValues[Key]>;
  }

  set<Key extends SettingKey>(key: Key, value: SettingValues[Key]): void {
    const text = JSON.stringify(value);
    this.#signals.get(key)!.set(value);
    this.#keys.set(storePrefix + key, text);
    if (!deviceKeys.has(key)) this.#own?.set(key, text);
  }

  /** The account is there: its settings count from now on, also when other devices change them. */
  attach(own: OwnSettings): void {
    this.#own = own;
    for (const key of allKeys) {
      if (deviceKeys.has(key)) continue;
      own.at(key).subscribe((record) => {
        if (!record) return;
        const value = parse(key, record.value);
        const known = this.#signals.get(key)!;
        if (JSON.stringify(known.get()) !== JSON.stringify(value)) batch(() => known.set(value));
        this.#keys.set(storePrefix + key, record.value);
      });
    }
  }
}

// A value of a newer client, or of nobody, becomes the default.
function parse<Key extends SettingKey>(key: Key, text: string): SettingValues[Key] {
  const fallback = defaults[key];
  if (text === '') return fallback;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fallback;
  }
  if (Array.isArray(fallback)) return (Array.isArray(value) ? value.filter((item) => typeof item === 'string').slice(0, maxListItems) : fallback) as SettingValues[Key];
  if (typeof value !== typeof fallback) return fallback;
  const allowed: readonly unknown[] | undefined = choices[key];
  if (allowed && !allowed.includes(value)) return fallback;
  return (typeof value === 'number' && !Number.isFinite(value) ? fallback : value) as SettingValues[Key];
}

// The pages of the settings, in their order.
import type { MessageKey } from '../../i18n';
import type { SettingsSection } from '../../router/routes';
import type { IconName } from '../../ui/icons';

export interface SectionEntry {
  section: Exclude<SettingsSection, 'shortcuts'>;
  icon: IconName;
  label: MessageKey & ('settings.profile' | 'settings.appearance' | 'settings.audioVideo' | 'settings.devices' | 'settings.password' | 'settings.server' | 'settings.ports');
}

export const ownSections: readonly SectionEntry[] = [
  { section: 'profile', icon: 'person', label: 'settings.profile' },
  { section: 'appearance', icon: 'palette', label: 'settings.appearance' },
  { section: 'audio-video', icon: 'headphones', label: 'settings.audioVideo' },
  { section: 'devices', icon: 'laptop', label: 'settings.devices' },
  { section: 'password', icon: 'key', label: 'settings.password' },
];

export const serverSections: readonly SectionEntry[] = [
  { section: 'server', icon: 'server', label: 'settings.server' },
  { section: 'calls', icon: 'phone', label: 'settings.ports' },
];

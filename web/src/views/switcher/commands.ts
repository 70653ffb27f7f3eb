// What the switcher can do besides going somewhere.
import { router } from '../../router/router.svelte';
import type { Translate } from '../../i18n';
import type { AppModel, SwitcherCommand } from '../../state/types';
import type { IconName } from '../../ui/icons';
import { keyName } from '../shell/keys';
import { overlay } from '../shell/overlay.svelte';
import { markEverythingRead } from '../shell/shortcuts';

export interface Command extends SwitcherCommand {
  icon: IconName;
  keys?: string;
  run: () => void;
}

/** The commands in the user's language. */
export function commandsFor(app: AppModel, t: Translate): Command[] {
  return [
    { id: 'new-message', title: t('side.newMessage'), icon: 'compose', run: () => overlay.open({ kind: 'new-message' }) },
    { id: 'create-room', title: t('side.createRoom'), icon: 'plus', run: () => overlay.open({ kind: 'create-room' }) },
    { id: 'browse', title: t('side.browseRooms'), icon: 'compass', run: () => router.go({ page: 'rooms' }) },
    { id: 'people', title: t('side.people'), icon: 'users', run: () => router.go({ page: 'people' }) },
    { id: 'calls', title: t('calls.title'), icon: 'history', run: () => router.go({ page: 'calls', missed: false }) },
    { id: 'audio-video', title: t('settings.audioVideo'), icon: 'headphones', run: () => router.go({ page: 'settings', section: 'audio-video' }) },
    { id: 'mark-read', title: t('side.markAllRead'), icon: 'seen', keys: keyName('shift', 'Esc'), run: () => markEverythingRead(app) },
    { id: 'light', title: t('command.themeLight'), icon: 'palette', run: () => app.settings.set('theme', 'light') },
    { id: 'dark', title: t('command.themeDark'), icon: 'moon', run: () => app.settings.set('theme', 'dark') },
    { id: 'settings', title: t('command.settings'), icon: 'settings', keys: keyName('mod', ','), run: () => router.go({ page: 'settings', section: 'profile' }) },
    { id: 'appearance', title: t('command.appearance'), icon: 'palette', run: () => router.go({ page: 'settings', section: 'appearance' }) },
    { id: 'shortcuts', title: t('side.shortcuts'), icon: 'keyboard', keys: '?', run: () => overlay.open({ kind: 'shortcuts' }) },
    { id: 'sign-out', title: t('command.signOut'), icon: 'sign-out', run: () => overlay.open({ kind: 'sign-out' }) },
  ];
}

// Presence as the pictures show it, and in words.
import type { Translate } from '../i18n';
import type { Person, PresenceState } from '../state/types';
import type { Formats } from './format';

/** The dot (here) or ring (away) of an avatar; none if offline or not known. */
export function presenceDot(state: PresenceState): 'here' | 'away' | undefined {
  return state === 'online' ? 'here' : state === 'away' ? 'away' : undefined;
}

export function presenceWords(t: Translate, state: PresenceState): string {
  return state === 'online' ? t('presence.available') : state === 'away' ? t('presence.away') : t('presence.offline');
}

/** One line under a name: here, away, or when last here. */
export function whereabouts(t: Translate, formats: Formats, person: Person): string {
  if (person.presence === 'online' || person.presence === 'away') return presenceWords(t, person.presence);
  if (person.lastSeenAt !== undefined) return t('presence.seen', { when: formats.ago(person.lastSeenAt) });
  return person.presence === 'offline' ? t('presence.offline') : '';
}

// What happened to a room or its members, in words.
import type { Translate } from '../../i18n';
import type { Person, SystemView } from '../../state/types';

export function systemWords(t: Translate, system: SystemView): string {
  const nameOf = (person: Person): string => person.displayName || t('common.unknownPerson');
  const name = nameOf(system.actor);
  const { what } = system;
  switch (what.kind) {
    case 'joined':
      return t('system.joined', { name });
    case 'left':
      return t('system.left', { name });
    case 'invited':
      return t('system.invited', { name, other: nameOf(what.person) });
    case 'removed':
      return t('system.removed', { name, other: nameOf(what.person) });
    case 'role': {
      const keys = { owner: 'system.roleOwner', admin: 'system.roleAdmin', member: 'system.roleMember', guest: 'system.roleGuest' } as const;
      return t(keys[what.role], { name, other: nameOf(what.person) });
    }
    case 'created':
      return t('system.created', { name });
    case 'renamed':
      return t('system.renamed', { name, title: what.name });
    case 'topic':
      return what.topic ? t('system.topic', { name, topic: what.topic }) : t('system.topicCleared', { name });
  }
}

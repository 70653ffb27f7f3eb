// German.

import type { Catalogue } from './catalogue';

export const de: Catalogue = {
  'app.name': 'Kith',
  'timeline.newMessages': { one: '{n} neue Nachricht', other: '{n} neue Nachrichten' },
  'timeline.writing.one': '{name} schreibt',
  'error.offline': 'Keine Verbindung. Was Sie geschrieben haben, bleibt hier und wird später gesendet.',
};

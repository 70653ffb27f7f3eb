// Which picture a signed-in client gets, by what it calls itself.
import type { IconName } from '../../ui/icons';

export function deviceIcon(name: string): IconName {
  if (/ipad|tablet/i.test(name)) return 'tablet';
  return /android|iphone|phone|mobile/i.test(name) ? 'smartphone' : 'laptop';
}

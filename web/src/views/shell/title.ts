// The window's title: unread count, where the user is, which server.
import { router } from '../../router/router.svelte';
import { t } from '../../i18n';
import type { AppModel } from '../../state/types';

function placeName(app: AppModel): string {
  const { route } = router;
  const say = t.get();
  switch (route.page) {
    case 'room':
      return app.rooms.room(route.roomId).get()?.name ?? '';
    case 'search':
      return route.query ? `${route.query} – ${say('search.title')}` : say('search.title');
    case 'settings':
      return say('settings.title');
    case 'call':
      return say('call.title', { name: app.rooms.room(route.roomId).get()?.name ?? '' });
    case 'calls':
      return say('calls.title');
    case 'people':
      return say('people.title');
    case 'rooms':
      return say('rooms.title');
    default:
      return '';
  }
}

/** Keeps the title right; the result ends it. Runs inside an effect, so that a change of route runs it again. */
export function followTitle(app: AppModel): () => void {
  const { route } = router;
  const write = (): void => {
    const say = t.get();
    const { unread } = app.rooms.totals.get();
    const calling = app.calls.ringing.get();
    const name = calling ? say('ring.label', { name: app.people.person(calling.startedBy).get().displayName }) : placeName(app);
    const server = app.server.get().name;
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${name ? `${name} – ` : ''}${server || 'Kith'}`;
  };
  const stops = [app.rooms.totals.subscribe(write), app.server.subscribe(write), app.calls.ringing.subscribe(write), t.subscribe(write)];
  if (route.page === 'room' || route.page === 'call') stops.push(app.rooms.room(route.roomId).subscribe(write));
  return () => stops.forEach((stop) => stop());
}

// The shortcuts that work everywhere.
import { router } from '../../router/router.svelte';
import { emptySearch } from '../../router/routes';
import type { AppModel } from '../../state/types';
import { hasMod, isTyping, somethingFloats } from './keys';
import { overlay } from './overlay.svelte';

/** Opens the next room of the sidebar in a direction. */
function walkRooms(app: AppModel, step: 1 | -1, onlyUnread: boolean): void {
  const all = app.rooms.sections.get().flatMap((section) => (section.collapsed ? [] : section.rooms));
  const { route } = router;
  const at = route.page === 'room' ? all.findIndex((room) => room.id === route.roomId) : -1;
  for (let count = 1; count <= all.length; count++) {
    const room = all[(at + step * count + all.length * 2) % all.length];
    if (room && (!onlyUnread || room.unread > 0)) {
      router.go({ page: 'room', roomId: room.id });
      return;
    }
  }
}

export function markEverythingRead(app: AppModel): void {
  const unread = app.rooms.sections.get().flatMap((section) => section.rooms.filter((room) => room.unread > 0 || room.hasQuietNews));
  for (const room of unread) app.rooms.markAllRead(room.id);
}

/** Mutes or unmutes the call of this device, wherever one is. */
function toggleMicrophone(app: AppModel): void {
  const current = app.calls.current.get();
  if (current.kind === 'in') current.session.setMicrophone(!current.session.own.get().microphone);
}

/** Esc closes the innermost thing; what floats is closed by the browser before this is asked. */
function escape(app: AppModel): void {
  const { route } = router;
  if (route.page === 'room' && route.panel) router.go({ page: 'room', roomId: route.roomId });
  else if (route.page === 'search' || route.page === 'settings' || route.page === 'people' || route.page === 'rooms' || route.page === 'calls') router.back({ page: 'home' });
  else if (route.page === 'room') app.rooms.markAllRead(route.roomId);
}

/** Handles a key that nothing inside has handled. */
export function handleShortcut(app: AppModel, event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const key = event.key.toLowerCase();
  const { route } = router;
  const here = route.page === 'room' ? route.roomId : '';
  const act = (work: () => void): void => {
    event.preventDefault();
    work();
  };
  if (hasMod(event) && !event.altKey && !event.shiftKey && key === 'k') return act(() => (overlay.current?.kind === 'switcher' ? overlay.close() : overlay.open({ kind: 'switcher' })));
  if (somethingFloats()) return;
  if (hasMod(event) && !event.altKey && !event.shiftKey && key === 'f') return act(() => router.go({ page: 'search', ...emptySearch, roomId: here }));
  if (hasMod(event) && key === ',') return act(() => router.go({ page: 'settings', section: 'profile' }));
  if (hasMod(event) && event.shiftKey && key === 'm' && route.page === 'room') return act(() => router.go({ page: 'room', roomId: route.roomId, ...(route.panel ? {} : { panel: 'members' }) }));
  if (event.altKey && !event.ctrlKey && !event.metaKey && (key === 'arrowup' || key === 'arrowdown')) return act(() => walkRooms(app, key === 'arrowup' ? -1 : 1, event.shiftKey));
  if (hasMod(event) && event.shiftKey && key === 'd') return act(() => toggleMicrophone(app));
  if (key === 'escape') return act(() => (event.shiftKey ? markEverythingRead(app) : escape(app)));
  if (event.key === '?' && !isTyping(event.target)) return act(() => overlay.open({ kind: 'shortcuts' }));
}

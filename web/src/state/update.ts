// Installs the service worker and lets a new version in at a quiet moment: when the window has been hidden for a while.

import { signal, type Signal } from '../base/signal';
import { workerUrl } from '../base/trusted_types';

/** Whoever looks away for so long does not see the page reload; drafts and the place in the room are kept. */
const quietAfterMs = 60_000;

/** True once a new version waits. Without service workers (plain HTTP, development) it stays false. */
export function watchForUpdates(): Signal<boolean> {
  const ready = signal(false);
  if (import.meta.env.PROD && 'serviceWorker' in navigator) void whenLoaded().then(() => install(ready.set.bind(ready))).catch(() => undefined);
  return ready;
}

// Keeping the files must not compete with showing the page.
function whenLoaded(): Promise<void> {
  return new Promise((resolve) => {
    if (document.readyState === 'complete') resolve();
    else window.addEventListener('load', () => resolve(), { once: true });
  });
}

async function install(setReady: (isReady: boolean) => void): Promise<void> {
  const { serviceWorker } = navigator;
  // The first worker of a page is no update.
  const hadWorker = serviceWorker.controller !== null;
  const registration = await serviceWorker.register(workerUrl(), { updateViaCache: 'none' });
  let timer: ReturnType<typeof setTimeout> | undefined;

  const handleWaiting = (): void => {
    if (!registration.waiting || !hadWorker) return;
    setReady(true);
    planTakeOver();
  };
  const planTakeOver = (): void => {
    clearTimeout(timer);
    if (!registration.waiting || document.visibilityState === 'visible') return;
    timer = setTimeout(() => registration.waiting?.postMessage('take-over'), quietAfterMs);
  };

  serviceWorker.addEventListener('controllerchange', () => {
    if (hadWorker) location.reload();
  });
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', handleWaiting));
  document.addEventListener('visibilitychange', () => {
    planTakeOver();
    if (document.visibilityState === 'visible') void registration.update().catch(() => undefined);
  });
  handleWaiting();
}

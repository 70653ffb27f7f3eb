// The service worker: keeps the client's own files so that it opens at once and offline. It never touches the API.

/** The files of this version; put in by the build. */
declare const SHELL_FILES: readonly string[];
/** A hash over them. */
declare const SHELL_VERSION: string;
declare const self: ServiceWorkerGlobalScope;
export {};

const cachePrefix = 'kith-shell-';
const cacheName = cachePrefix + SHELL_VERSION;
const shell = new Set(SHELL_FILES);
/** Addresses that belong to the server and not to the client's router. */
const serverPaths = /^\/(?:api|docs|healthz|readyz|metrics|licenses)(?:\/|$)/;

self.addEventListener('install', (event) => {
  event.waitUntil(install());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(removeOldCaches());
});

self.addEventListener('message', (event) => {
  if (event.data === 'take-over') void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin || serverPaths.test(url.pathname)) return;
  // Every address of the client is the same page.
  if (request.mode === 'navigate') event.respondWith(fromCache('/', request));
  else if (shell.has(url.pathname)) event.respondWith(fromCache(url.pathname, request));
});

async function install(): Promise<void> {
  const cache = await caches.open(cacheName);
  // Past the HTTP cache: the page must be of the same version as its files.
  await cache.addAll(SHELL_FILES.map((path) => new Request(path, { cache: 'reload' })));
}

async function removeOldCaches(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(cachePrefix) && name !== cacheName).map((name) => caches.delete(name)));
}

async function fromCache(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  return (await cache.match(path)) ?? fetch(request);
}

/*
 * Keeps the app itself (pages, modules, style, mark: nothing about a person) so that it opens
 * without network. With network the newest is always taken. What the service answers about a person
 * is never kept here. The first line, VERSION and FILES, is written by the service.
 */

const CACHE = `authsvc-app-${VERSION}`;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES.map((path) => new Request(path, { cache: 'reload' }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith('authsvc-app-') && name !== CACHE)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  // A page is the same in either language of `?lang=`.
  const keptAs = request.mode === 'navigate' ? pathname : pathname + search;
  if (FILES.includes(keptAs)) event.respondWith(newest(request, keptAs));
});

/** From the network; without one, as it was kept. */
async function newest(request, keptAs) {
  try {
    return await fetch(request);
  } catch (error) {
    const cache = await caches.open(CACHE);
    const kept = await cache.match(keptAs, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

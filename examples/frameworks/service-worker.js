/** Caches only files with immutable names. Everything else is fetched, because a cached session can be outdated. */
const PARTS = '/client/parts/';

self.addEventListener('fetch', (event) => {
  if (new URL(event.request.url).pathname.startsWith(PARTS)) event.respondWith(fromCache(event.request));
});

async function fromCache(request) {
  const cache = await caches.open('vedfolnir');
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

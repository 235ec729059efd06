// Keeps style sheets, scripts, fonts and icons on the device, and shows pushes. Never keeps a page: what stands on it only its reader may see, and only while signed in.
/* global self, caches, fetch, URL */
const cacheName = 'countersign-assets';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin || !pathname.startsWith('/assets/')) return;
  event.respondWith(fromCache(request));
});

// Assets are named by their content: one that is there is right for ever.
async function fromCache(request) {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    await forgetOldest(cache);
  }
  return answer;
}

const most = 60;
async function forgetOldest(cache) {
  const kept = await cache.keys();
  await Promise.all(kept.slice(0, Math.max(0, kept.length - most)).map((old) => cache.delete(old)));
}

// What waits for the person of this browser. A push without words of ours is a mistake of somebody else's, and still has to show something.
self.addEventListener('push', (event) => event.waitUntil(show(event.data)));

async function show(data) {
  let told = {};
  try {
    told = data.json();
  } catch {
    // Not ours.
  }
  const { title = 'Countersign', body = '', url = '/reviews', tag } = told;
  await self.registration.showNotification(title, { body, tag, data: { url } });
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(goTo(event.notification.data?.url));
});

async function goTo(path) {
  const target = URL.canParse(path, self.location.origin) ? new URL(path, self.location.origin) : undefined;
  // Our own pages and no others, whatever was pushed.
  if (target?.origin !== self.location.origin) return;
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const standing = windows.find(({ url }) => new URL(url).pathname === target.pathname);
  await (standing ? standing.focus() : self.clients.openWindow(target.href));
}

// What works without a network: files that never change, and one page that is the same for everybody. Never a page of a person.
// The server writes `self.bank` above this (marketplace/web/device/views.py).
const { version, files, pages } = self.bank;
const NAME = `bank-${version}`;

async function fill() {
  const cache = await caches.open(NAME);
  await Promise.all([...files, ...pages].map(async (path) => {
    const answer = await fetch(path, { credentials: "omit", cache: "no-cache" }); // as a visitor whom nobody knows
    if (!answer.ok || answer.redirected) throw new Error(path);
    await cache.put(path, answer);
  }));
}

async function tidy() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function found(path, request) {
  const cache = await caches.open(NAME);
  return await cache.match(path, { ignoreVary: true }) ?? fetch(request);
}

async function page(request) {
  try {
    return await fetch(request);
  } catch (fault) {
    const cache = await caches.open(NAME);
    const isEnglish = /^\/en(\/|$)/.test(new URL(request.url).pathname);
    const kept = await cache.match(pages[isEnglish ? 1 : 0], { ignoreVary: true });
    if (!kept) throw fault;
    return kept;
  }
}

self.addEventListener("install", (event) => { event.waitUntil(fill().then(() => self.skipWaiting())); });
self.addEventListener("activate", (event) => { event.waitUntil(tidy()); });
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (files.includes(pathname)) event.respondWith(found(pathname, request));
});

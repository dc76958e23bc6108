/* Lets one page of an event stand without a connection. The view puts TOLD before this: { release, page, assets }. Another release
   fetches its parts anew; the old ones go only when the page itself is there again, so that there is always one that works. */
(function () {
  "use strict";

  var FRONT = "kit " + TOLD.page + " ", NAME = FRONT + TOLD.release, SLOW_MS = 6000;

  function keepPage() {
    return fetch(TOLD.page, { credentials: "same-origin", cache: "no-store" }).then(function (answer) {
      if (!answer.ok || answer.headers.get("X-Keep") !== "yes") return false;
      return caches.open(NAME).then(function (cache) { return cache.put(TOLD.page, answer); }).then(function () { return true; });
    }).catch(function () { return false; });
  }
  function kept(request) { return caches.match(request, { ignoreSearch: true, ignoreVary: true }); }

  self.addEventListener("install", function (event) {
    event.waitUntil(caches.open(NAME).then(function (cache) {
      return Promise.all(TOLD.assets.map(function (one) { return cache.add(new Request(one, { cache: "reload" })); }));
    }).then(function () { return self.skipWaiting(); }));
  });
  self.addEventListener("activate", function (event) {
    event.waitUntil(self.clients.claim().then(keepPage).then(function (isKept) {
      if (!isKept) return null;
      return caches.keys().then(function (names) {
        return Promise.all(names.filter(function (name) { return name.indexOf(FRONT) === 0 && name !== NAME; }).map(function (name) { return caches.delete(name); }));
      });
    }));
  });
  self.addEventListener("message", function (event) {
    var port = event.ports[0];
    event.waitUntil(keepPage().then(function (isNew) {
      return isNew || kept(TOLD.page).then(Boolean);
    }).then(function (isKept) { if (port) port.postMessage(isKept); }));
  });

  function page(request) {
    var stop = new AbortController(), timer = setTimeout(function () { stop.abort(); }, SLOW_MS);
    return fetch(request, { signal: stop.signal }).then(function (answer) {
      clearTimeout(timer);
      if (answer.ok && answer.headers.get("X-Keep") === "yes") {
        var copy = answer.clone();
        return caches.open(NAME).then(function (cache) { return cache.put(TOLD.page, copy); }).catch(function () { /* No room: the page itself is here. */ }).then(function () { return answer; });
      }
      return answer.status < 500 ? answer : kept(TOLD.page).then(function (old) { return old || answer; });
    }).catch(function () {
      clearTimeout(timer);
      return kept(TOLD.page).then(function (old) { return old || Response.error(); });
    });
  }

  self.addEventListener("fetch", function (event) {
    var request = event.request, address = new URL(request.url);
    if (request.method !== "GET" || address.origin !== self.location.origin) return;
    if (request.mode === "navigate") {
      if (address.pathname === TOLD.page) event.respondWith(page(request));
    } else if (TOLD.assets.indexOf(address.pathname) >= 0) {
      event.respondWith(kept(address.pathname).then(function (there) { return there || fetch(request); }));
    }
  });
})();

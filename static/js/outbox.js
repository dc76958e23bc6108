/* Keeps what is written at an event on the phone until the server has said that it holds it. Used by table.js and say.js.
   Everything lives in IndexedDB and is read from there each time something is counted, so that several tabs never count wrongly and
   a page that was killed goes on where it was. Each thing has a number made here; the server takes the same number once.
   An item: { id, place, kind, text, ..., state: "waiting" | "held" | "refused", seq }. A place: { key, send, photo, token }.
   Where the phone cannot keep anything (a private window, no room), that is said, and things are sent at once instead. */
window.outbox = (function () {
  "use strict";

  var root = document.querySelector("[data-kit]"), box = document.querySelector("[data-state]");
  if (!root || !box) return null;
  var words = box.dataset, here = root.dataset.place || "";
  var AT_ONCE = 40, SLOW_MS = 20000, SOON_MS = 2000, LONG_MS = 60000;
  var NOTES = ["issue", "idea", "words"];

  function uuid() {
    if (window.crypto && crypto.randomUUID) return crypto.randomUUID();
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 15 | 64; bytes[8] = bytes[8] & 63 | 128;
    return Array.from(bytes).map(function (one, place) {
      return ([4, 6, 8, 10].indexOf(place) >= 0 ? "-" : "") + (one + 256).toString(16).slice(1);
    }).join("");
  }
  function isNote(item) { return NOTES.indexOf(item.kind) >= 0; }

  /* --- The store ------------------------------------------------------------------------------------------------------------ */

  var database = new Promise(function (found, refused) {
    var asked = window.indexedDB.open("event-notes", 1);
    asked.onupgradeneeded = function () {
      asked.result.createObjectStore("items", { keyPath: "id" });
      asked.result.createObjectStore("places", { keyPath: "key" });
    };
    asked.onsuccess = function () { found(asked.result); };
    asked.onerror = asked.onblocked = function () { refused(asked.error); };
  });
  var canKeep = database.then(function () { return true; }, function () { return false; });

  /* Does something with the two stores in one step. It is done when it is on the disk, and not before. */
  function step(mode, deed) {
    return database.then(function (db) {
      return new Promise(function (done, failed) {
        var given, how = mode === "readwrite" ? { durability: "strict" } : {};
        var transaction = db.transaction(["items", "places"], mode, how);
        transaction.oncomplete = function () { done(given); };
        transaction.onabort = transaction.onerror = function () { failed(transaction.error); };
        deed(transaction.objectStore("items"), transaction.objectStore("places"), function (value) { given = value; });
      });
    });
  }
  function all() {
    return step("readonly", function (items, places, give) {
      items.getAll().onsuccess = function (event) { give(event.target.result.sort(function (a, b) { return a.seq - b.seq; })); };
    });
  }
  /* Adds things, the last at the end, and changes those `also` names in the same step. */
  function add(fresh, also) {
    return step("readwrite", function (items) {
      items.getAll().onsuccess = function (event) {
        var there = event.target.result, last = there.reduce(function (most, one) { return Math.max(most, one.seq); }, 0);
        fresh.forEach(function (one) { one.place = here; one.state = "waiting"; one.seq = last += 1; items.put(one); });
        if (also) there.forEach(function (one) { if (also(one)) items.put(one); });
      };
    }).then(changed);
  }

  function remove(id) { return step("readwrite", function (items) { items.delete(id); }).then(changed); }

  /* --- Several tabs --------------------------------------------------------------------------------------------------------- */

  var listeners = [], channel = window.BroadcastChannel ? new BroadcastChannel("event-notes") : null;
  function tell() { listeners.forEach(function (one) { one(); }); }
  function changed() { if (channel) channel.postMessage(1); tell(); }
  if (channel) channel.onmessage = tell;

  /* --- Sending -------------------------------------------------------------------------------------------------------------- */

  var status = { why: "", isSending: false }, running = false, again = false, wait = SOON_MS, timer = null;

  function later() {
    clearTimeout(timer);
    timer = setTimeout(sync, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONG_MS);
  }
  function ask(address, body, headers) {
    var stop = new AbortController(), clock = setTimeout(function () { stop.abort(); }, SLOW_MS);
    /* No cookie goes along: the token in the body says all there is to say. */
    return fetch(address, { method: "POST", body: body, headers: headers, credentials: "omit", signal: stop.signal })
      .then(function (answer) {
        return answer.json().catch(function () { return {}; }).then(function (told) { return { status: answer.status, told: told }; });
      }).finally(function () { clearTimeout(clock); });
  }
  function bare(item) {
    return { id: item.id, kind: item.kind, text: item.text, under: item.under, note: item.note, notes: item.notes, session: item.session, name: item.name, made_at: item.made_at };
  }
  function askFor(place, parcel) {
    return ask(place.send, JSON.stringify({ token: place.token, items: parcel.map(bare) }), { "Content-Type": "application/json", "Accept": "application/json" });
  }
  function askForPhoto(place, item) {
    var form = new FormData();
    form.append("token", place.token); form.append("id", item.id); form.append("file", item.blob, "flipchart.jpg");
    return ask(place.photo, form, { "Accept": "application/json" });
  }

  /* What the server said is written down in one step: only what it named is not waiting any more. */
  function take(place, told) {
    var held = told.held || [], refused = told.refused || {}, notes = told.notes || [];
    return step("readwrite", function (items) {
      items.getAll().onsuccess = function (event) {
        var there = {}, last = 0;
        event.target.result.forEach(function (one) { there[one.id] = one; last = Math.max(last, one.seq); });
        held.forEach(function (id) {
          var one = there[id];
          if (!one) return;
          one.state = "held"; delete one.reason; delete one.blob;
          if (one.kind === "strike" || one.kind === "agree") items.delete(id); else items.put(one);
        });
        Object.keys(refused).forEach(function (id) {
          var one = there[id];
          if (!one || one.state === "held") return;
          one.state = "refused"; one.reason = refused[id];
          items.put(one);
          /* What was said of a note that never comes would wait for ever. */
          Object.keys(there).forEach(function (other) { if (there[other].kind === "strike" && there[other].note === id) items.delete(other); });
        });
        notes.forEach(function (note) {
          var one = there[note.id] || { id: note.id, place: place.key, kind: note.kind, text: note.text, under: note.under, state: "held", seq: last += 1 };
          one.is_struck = one.is_struck || note.is_struck;
          one.is_confirmed = one.is_confirmed || note.is_confirmed;
          if (one.state !== "waiting") one.state = "held";
          items.put(one);
        });
      };
    });
  }
  function waitingOf(place) {
    return all().then(function (items) { return items.filter(function (one) { return one.place === place && one.state === "waiting"; }); });
  }
  /* Sends what waits for one place, part by part. True when nothing waits any more. */
  function sendPlace(place, most) {
    return waitingOf(place.key).then(function (waiting) {
      var parcel = waiting.filter(function (one) { return one.kind !== "photo"; }).slice(0, most);
      var photo = parcel.length ? null : waiting[0];
      if (!parcel.length && !photo) return true;
      return (photo ? askForPhoto(place, photo) : askFor(place, parcel)).then(function (answer) {
        var told = answer.told;
        if (answer.status === 403) { status.why = told.says || words.later; return false; }
        if (photo && (answer.status === 422 || answer.status === 413)) { told = { refused: {} }; told.refused[photo.id] = answer.told.says || words.photoTooBig; }
        else if ((answer.status === 413 || answer.status === 400) && parcel.length > 1) return sendPlace(place, 1);
        else if (answer.status !== 200) { status.why = words.later; return false; }
        return take(place, told).then(function () {
          changed();
          var named = (told.held || []).concat(Object.keys(told.refused || {}));
          var moved = (photo ? [photo] : parcel).some(function (one) { return named.indexOf(one.id) >= 0; });
          if (told.wait) status.why = told.wait;
          return moved ? sendPlace(place, most) : false;
        });
      });
    });
  }
  function places() {
    return step("readonly", function (items, rows, give) { rows.getAll().onsuccess = function (event) { give(event.target.result); }; });
  }
  function sendAll() {
    status.why = "";
    if (navigator.onLine === false) { status.why = words.offline; return Promise.resolve(false); }
    return places().then(function (rows) {
      return rows.reduce(function (before, place) {
        return before.then(function (isDone) { return sendPlace(place, AT_ONCE).then(function (done) { return done && isDone; }); });
      }, Promise.resolve(true));
    }).catch(function () { status.why = navigator.onLine === false ? words.offline : words.later; return false; });
  }
  /* One tab at a time, where the browser can tell; it does no harm where it cannot. */
  function alone(deed) {
    if (!navigator.locks) return deed();
    return navigator.locks.request("event-notes", { ifAvailable: true }, function (lock) { return lock ? deed() : false; });
  }
  function sync() {
    if (running) { again = true; return running; }
    clearTimeout(timer);
    running = canKeep.then(function (can) {
      if (!can) return true;
      status.isSending = true;
      tell();
      return alone(sendAll);
    }).catch(function () { return false; }).then(function (isDone) {
      running = false; status.isSending = false;
      if (isDone) wait = SOON_MS; else later();
      tell();
      if (again) { again = false; return sync(); }
      return isDone;
    });
    return running;
  }
  function soon() { wait = SOON_MS; return sync(); }

  window.addEventListener("online", soon);
  window.addEventListener("offline", function () { status.why = words.offline; tell(); });
  window.addEventListener("pageshow", soon);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) soon(); });

  /* For a phone that cannot keep anything: one thing, sent at once. Resolves with whether the server holds it, or throws. */
  function sendAtOnce(item) {
    item.place = here;
    return askFor({ send: root.dataset.send, token: root.dataset.token }, [item]).then(function (answer) {
      if (answer.status === 200 && answer.told.held.indexOf(item.id) >= 0) return true;
      throw new Error(answer.told.says || (answer.told.refused || {})[item.id] || words.directLost);
    }, function () { throw new Error(words.directLost); });
  }

  /* --- What the page says of it --------------------------------------------------------------------------------------------- */

  var count = box.querySelector("[data-count]"), why = box.querySelector("[data-why]"), ready = box.querySelector("[data-ready-line]");
  var sendNow = box.querySelector("[data-send-now]"), copyAll = box.querySelector("[data-copy-all]"), frame = document.querySelector("[data-only-if-waiting]");

  function put(node, text) {
    if (node.textContent !== text) node.textContent = text;
    node.hidden = !text;
  }
  function counted(name, number) { return number ? [number === 1 ? words[name + "One"] : words[name + "Many"].replace("%d", number)] : []; }

  function show() {
    return all().then(function (items) {
      var own = items.filter(function (one) { return one.place === here; }), waits = items.filter(function (one) { return one.state === "waiting"; });
      var ownWaits = waits.filter(function (one) { return one.place === here || !here; });
      var notes = ownWaits.filter(isNote).length, photos = ownWaits.filter(function (one) { return one.kind === "photo"; }).length;
      var refused = own.filter(function (one) { return one.state === "refused"; }).length;
      var held = own.filter(function (one) { return isNote(one) && one.state === "held"; }).length;
      var said = counted("notes", notes).concat(counted("changes", ownWaits.length - notes - photos), counted("photos", photos));
      if (!said.length && !refused) said = held ? counted("held", held) : [words.none];
      said = said.concat(counted("elsewhere", waits.length - ownWaits.length), counted("refused", refused));
      box.classList.toggle("is-waiting", waits.length > 0);
      box.classList.toggle("is-wrong", refused > 0);
      put(count, said.join(". ") + ".");
      put(why, !waits.length ? "" : [navigator.onLine === false ? words.offline : status.isSending && !status.why ? words.sending : status.why, words.goHome].filter(Boolean).join(" "));
      sendNow.hidden = !waits.length;
      copyAll.hidden = !items.filter(isNote).length;
      if (frame) frame.hidden = !waits.length;
    }, function () {
      box.classList.add("is-wrong");
      put(count, words.noStore);
      if (frame) frame.hidden = true;
    });
  }
  listeners.push(show);
  sendNow.addEventListener("click", soon);
  copyAll.addEventListener("click", function () {
    all().then(function (items) {
      var area = document.getElementById("kit-copy"), told = box.querySelector("[data-copy-told]"), shell = box.querySelector("[data-copy-box]");
      area.value = items.filter(isNote).map(function (one) { return (one.label ? one.label + ": " : "") + one.text; }).join("\n\n");
      shell.hidden = false;
      area.focus(); area.select();
      var copied = navigator.clipboard ? navigator.clipboard.writeText(area.value) : Promise.reject();
      copied.then(function () { told.textContent = words.copied; }, function () { told.textContent = words.notCopied; area.focus(); area.select(); });
    });
  });

  /* The page itself, kept for when there is no connection. It says so only when it is true. */
  function keepPage() {
    if (!root.dataset.worker || !here) return;
    if (!navigator.serviceWorker) { put(ready, words.notReady); return; }
    navigator.serviceWorker.register(root.dataset.worker).then(function () { return navigator.serviceWorker.ready; }).then(function (found) {
      var line = new MessageChannel();
      line.port1.onmessage = function (event) { put(ready, event.data ? words.ready : words.notReady); };
      found.active.postMessage("keep", [line.port2]);
    }).catch(function () { put(ready, words.notReady); });
  }

  /* What was being typed, kept letter by letter; `id` is the number it will have, so that it is never offered once more when it is
     already in the outbox. */
  function draft() {
    var key = "event-draft:" + here;
    return {
      read: function () { try { return JSON.parse(localStorage.getItem(key)); } catch (broken) { return null; } },
      keep: function (kept) { try { localStorage.setItem(key, JSON.stringify(kept)); } catch (full) { /* The page itself still has the words. */ } },
      drop: function () { try { localStorage.removeItem(key); } catch (refused) { /* There was none. */ } }
    };
  }

  canKeep.then(function (can) {
    if (!can) { show(); keepPage(); return null; }
    var known = here ? step("readwrite", function (items, rows) {
      rows.put({ key: here, send: root.dataset.send, photo: root.dataset.photo, token: root.dataset.token });
    }) : Promise.resolve();
    return known.then(function () {
      if (here && navigator.storage && navigator.storage.persist) navigator.storage.persist();
      keepPage();
      return soon();
    });
  }).catch(show);

  return { root: root, words: words, here: here, uuid: uuid, isNote: isNote, canKeep: canKeep, all: all, add: add, remove: remove, step: step, sync: soon, sendAtOnce: sendAtOnce, draft: draft, onChange: function (listener) { listeners.push(listener); listener(); } };
})();

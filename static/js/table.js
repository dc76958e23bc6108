/* The page of a table: notes go into the outbox and stand in the list at once; read back, strike, agree; photographs are made smaller
   on the phone. Without this file every form here is sent by itself. */
(function () {
  "use strict";

  var outbox = window.outbox;
  if (!outbox) return;
  var root = outbox.root, words = outbox.words, LARGEST = 1600, MOST_BYTES = 12000000;
  var form = root.querySelector("[data-form=note]"), list = root.querySelector("[data-list]"), pattern = root.querySelector("[data-note-template]");
  var trouble = form.querySelector("[data-trouble]"), under = form.elements.under, underShell = root.querySelector("[data-under]");
  var draft = outbox.draft(), nextId = outbox.uuid(), isDirect = false, busy = false, shown = "";

  function say(node, text) { node.textContent = text; node.hidden = !text; }
  function kind() { return form.elements.kind.value; }
  function mine(items) { return items.filter(function (one) { return one.place === outbox.here && outbox.isNote(one); }); }

  /* --- The list ------------------------------------------------------------------------------------------------------------- */

  function line(item, isBelow) {
    var node = pattern.content.firstElementChild.cloneNode(true), word = node.querySelector("[data-kind-word]");
    node.dataset.note = item.id;
    word.textContent = word.dataset[item.kind];
    node.querySelector("[data-words]").textContent = item.text;
    node.querySelector("[data-short]").textContent = item.text.slice(0, 60);
    node.classList.toggle("is-below", isBelow);
    node.classList.toggle("is-struck", !!item.is_struck);
    node.querySelector("[data-tag=struck]").hidden = !item.is_struck;
    node.querySelector("[data-tag=confirmed]").hidden = !item.is_confirmed || !!item.is_struck;
    node.querySelector("[data-tag=waiting]").hidden = item.state !== "waiting";
    node.querySelector("[data-tag=refused]").hidden = item.state !== "refused";
    say(node.querySelector("[data-reason]"), item.state === "refused" ? item.reason : "");
    var strike = node.querySelector("[data-form=strike]");
    if (item.is_struck || item.state === "refused") strike.remove(); else strike.elements.note.value = item.id;
    return node;
  }
  function inOrder(notes) {
    var issues = notes.filter(function (one) { return one.kind === "issue"; }), known = issues.map(function (one) { return one.id; }), lines = [];
    issues.forEach(function (issue) {
      lines.push([issue, false]);
      notes.forEach(function (one) { if (one.kind !== "issue" && one.under === issue.id) lines.push([one, true]); });
    });
    notes.forEach(function (one) { if (one.kind !== "issue" && known.indexOf(one.under) < 0) lines.push([one, false]); });
    return lines;
  }
  function draw() {
    if (isDirect) return;
    outbox.all().then(function (items) {
      var notes = mine(items), now = JSON.stringify([notes, items.filter(function (one) { return one.kind === "photo"; }).map(function (one) { return [one.id, one.state, one.reason]; })]);
      if (now === shown) return;
      shown = now;
      /* Whoever works by keyboard stays where they were. */
      var focused = document.activeElement && list.contains(document.activeElement) ? document.activeElement.closest("[data-note]").dataset.note : null;
      list.replaceChildren.apply(list, inOrder(notes).map(function (one) { return line(one[0], one[1]); }));
      if (focused) {
        var again = list.querySelector("[data-note='" + focused + "'] button") || list.querySelector("button");
        if (again) again.focus();
      }
      root.querySelector("[data-list-empty]").hidden = notes.length > 0;
      root.querySelector("[data-agreed]").hidden = !notes.some(function (one) { return one.is_confirmed; });
      drawIssues(notes);
      drawPhotos(items);
    });
  }
  function drawIssues(notes) {
    var chosen = under.value, none = under.options[0];
    under.replaceChildren(none);
    notes.forEach(function (one) {
      if (one.kind === "issue" && !one.is_struck && one.state !== "refused") under.add(new Option(one.text.slice(0, 80), one.id));
    });
    under.value = chosen;
    if (under.selectedIndex < 0) under.value = "";
  }
  function drawPhotos(items) {
    var refused = root.querySelector("[data-refused-photos]");
    refused.replaceChildren.apply(refused, items.filter(function (one) { return one.kind === "photo" && one.place === outbox.here && one.state === "refused"; }).map(function (one) {
      var node = document.createElement("li");
      node.className = "error-text";
      node.textContent = one.reason + " ";
      var away = document.createElement("button");
      away.type = "button";
      away.className = "link-button";
      away.textContent = words.takeAway;
      away.addEventListener("click", function () { outbox.remove(one.id); });
      node.append(away);
      return node;
    }));
  }
  /* What the server wrote into the page, so that it is read back without a connection, too. */
  function takeOver() {
    var notes = Array.from(list.querySelectorAll("[data-note]")).map(function (node) {
      return { id: node.dataset.note, place: outbox.here, kind: node.dataset.kind, text: node.querySelector("[data-words]").textContent, under: node.dataset.about || null, state: "held", is_struck: !!node.dataset.isStruck, is_confirmed: !!node.dataset.isConfirmed };
    });
    return outbox.step("readwrite", function (items) {
      items.getAll().onsuccess = function (event) {
        var there = {}, last = 0;
        event.target.result.forEach(function (one) { there[one.id] = one; last = Math.max(last, one.seq); });
        notes.forEach(function (one) { if (!there[one.id]) { one.seq = last += 1; items.put(one); } });
      };
    });
  }

  /* --- Writing -------------------------------------------------------------------------------------------------------------- */

  function fresh() {
    form.elements.text.value = "";
    form.elements.text.dispatchEvent(new Event("input", { bubbles: true }));
    nextId = outbox.uuid();
    draft.drop();
    form.elements.text.focus();
  }
  function keepDraft() {
    if (form.elements.text.value.trim()) draft.keep({ id: nextId, kind: kind(), under: under.value, text: form.elements.text.value }); else draft.drop();
  }
  function showUnder() { underShell.hidden = kind() !== "idea"; }

  form.addEventListener("input", function () { keepDraft(); say(trouble, ""); });
  form.addEventListener("change", function (event) {
    /* Most ideas are about the issue that was written last. */
    if (event.target.name === "kind" && kind() === "idea" && !under.value) under.selectedIndex = under.options.length - 1;
    showUnder();
    keepDraft();
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var text = form.elements.text.value.trim();
    if (busy) return;
    if (!text || text.length > Number(form.elements.text.dataset.maxlength)) {
      say(trouble, text ? form.elements.text.closest(".field").querySelector(".count").textContent : words.empty);
      form.elements.text.focus();
      return;
    }
    var item = { id: nextId, kind: kind(), text: text, under: kind() === "idea" ? under.value || null : null, made_at: new Date().toISOString(), label: form.elements.kind.length ? root.querySelector("[data-note-template]").content.querySelector("[data-kind-word]").dataset[kind()] : "" };
    busy = true;
    say(trouble, "");
    outbox.canKeep.then(function (can) {
      if (!can) {
        return outbox.sendAtOnce(item).then(function () {
          list.append(line(Object.assign(item, { state: "held" }), false));
          root.querySelector("[data-list-empty]").hidden = true;
          fresh();
          say(trouble, "");
        }, function (failed) { say(trouble, failed.message); });
      }
      return outbox.add([item]).then(function () { fresh(); outbox.sync(); }, function () {
        /* The disk is full: perhaps the connection is there. */
        return outbox.sendAtOnce(item).then(fresh, function () { say(trouble, words.storeFull); });
      });
    }).then(function () { busy = false; }, function () { busy = false; });
  });

  /* --- Reading back --------------------------------------------------------------------------------------------------------- */

  function read(isReading) {
    document.body.classList.toggle("is-reading", isReading);
    var title = document.getElementById("list-title");
    title.textContent = isReading ? title.dataset.reading : title.dataset.writing;
    title.tabIndex = -1;
    title.focus();
  }
  root.querySelector("[data-read]").addEventListener("click", function (event) { if (!isDirect) { event.preventDefault(); read(true); } });
  root.querySelector("[data-write]").addEventListener("click", function (event) { if (!isDirect) { event.preventDefault(); read(false); } });
  root.addEventListener("submit", function (event) {
    var sent = event.target;
    if (isDirect || !sent.matches("[data-form=strike], [data-form=agree]")) return;
    event.preventDefault();
    var now = new Date().toISOString();
    if (sent.matches("[data-form=strike]")) {
      var struck = sent.elements.note.value;
      outbox.add([{ id: outbox.uuid(), kind: "strike", note: struck, made_at: now }], function (one) {
        if (one.id !== struck) return false;
        one.is_struck = true;
        return true;
      }).then(outbox.sync, function () { say(trouble, words.storeFull); });
      return;
    }
    outbox.all().then(function (items) {
      var agreed = mine(items).filter(function (one) { return !one.is_struck && one.state !== "refused"; }).map(function (one) { return one.id; });
      if (!agreed.length) return null;
      return outbox.add([{ id: outbox.uuid(), kind: "agree", notes: agreed, made_at: now }], function (one) {
        if (agreed.indexOf(one.id) < 0) return false;
        one.is_confirmed = true;
        return true;
      }).then(outbox.sync);
    });
  });

  /* --- Photographs ---------------------------------------------------------------------------------------------------------- */

  function shrunk(file) {
    if (!window.createImageBitmap) return Promise.resolve(file);
    return createImageBitmap(file, { imageOrientation: "from-image" }).then(function (picture) {
      var scale = Math.min(1, LARGEST / Math.max(picture.width, picture.height)), canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) { canvas.toBlob(function (blob) { done(blob || file); }, "image/jpeg", 0.85); });
    }).catch(function () { return file; });
  }
  var photoForm = root.querySelector("[data-form=photo]"), photoTrouble = photoForm.querySelector("[data-photo-trouble]");
  photoForm.addEventListener("submit", function (event) {
    var file = photoForm.elements.file.files[0];
    if (isDirect) return;
    event.preventDefault();
    if (!file) { say(photoTrouble, words.noPhoto); return; }
    say(photoTrouble, "");
    shrunk(file).then(function (blob) {
      if (blob.size > MOST_BYTES) { say(photoTrouble, words.photoTooBig); return null; }
      return outbox.add([{ id: outbox.uuid(), kind: "photo", blob: blob, made_at: new Date().toISOString() }]).then(function () {
        photoForm.reset();
        return outbox.sync();
      }, function () { say(photoTrouble, words.storeFull); });
    });
  });

  /* --- Beginning ------------------------------------------------------------------------------------------------------------ */

  outbox.canKeep.then(function (can) {
    isDirect = !can;
    var kept = draft.read();
    if (kept && kept.text && !form.elements.text.value) {
      var restore = function () {
        form.elements.kind.value = kept.kind;
        form.elements.text.value = kept.text;
        form.elements.text.dispatchEvent(new Event("input", { bubbles: true }));
        nextId = kept.id;
        under.value = kept.under;
        if (under.selectedIndex < 0) under.value = "";
        showUnder();
        keepDraft();
      };
      if (!can) restore();
      else outbox.all().then(function (items) {
        if (items.some(function (one) { return one.id === kept.id; })) draft.drop(); else { drawIssues(mine(items)); restore(); }
      });
    }
    showUnder();
    if (can) takeOver().then(function () { outbox.onChange(draw); });
  });
})();

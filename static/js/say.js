/* The page of the room: what somebody says goes into the outbox, and stands below with whether it is with us. */
(function () {
  "use strict";

  var outbox = window.outbox;
  if (!outbox) return;
  var root = outbox.root, words = outbox.words, form = root.querySelector("[data-form=say]"), trouble = form.querySelector("[data-trouble]");
  var said = root.querySelector("[data-said]"), list = root.querySelector("[data-list]"), pattern = root.querySelector("[data-note-template]");
  var draft = outbox.draft(), nextId = outbox.uuid(), busy = false;

  function say(node, text) { node.textContent = text; node.hidden = !text; }
  function line(item) {
    var node = pattern.content.firstElementChild.cloneNode(true);
    node.querySelector("[data-kind-word]").textContent = item.session_name || "";
    node.querySelector("[data-words]").textContent = item.text;
    node.querySelector("[data-tag=waiting]").hidden = item.state !== "waiting";
    node.querySelector("[data-tag=refused]").hidden = item.state !== "refused";
    say(node.querySelector("[data-reason]"), item.state === "refused" ? item.reason : "");
    node.querySelector("[data-form=strike]").remove();
    return node;
  }
  function draw() {
    outbox.all().then(function (items) {
      var own = items.filter(function (one) { return one.place === outbox.here && outbox.isNote(one); });
      list.replaceChildren.apply(list, own.reverse().map(line));
      said.hidden = !own.length;
    }, function () { /* The line at the top says that this phone keeps nothing. */ });
  }
  function fresh() {
    form.elements.text.value = "";
    form.elements.text.dispatchEvent(new Event("input", { bubbles: true }));
    nextId = outbox.uuid();
    draft.drop();
    form.elements.text.focus();
  }
  form.addEventListener("input", function () {
    say(trouble, "");
    if (form.elements.text.value.trim()) draft.keep({ id: nextId, session: form.elements.session.value, name: form.elements.name.value, text: form.elements.text.value }); else draft.drop();
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var text = form.elements.text.value.trim(), chosen = form.elements.session;
    if (busy) return;
    if (!text || text.length > Number(form.elements.text.dataset.maxlength)) {
      say(trouble, text ? form.elements.text.closest(".field").querySelector(".count").textContent : words.empty);
      form.elements.text.focus();
      return;
    }
    var item = { id: nextId, kind: "words", text: text, session: Number(chosen.value), session_name: chosen.selectedOptions[0] ? chosen.selectedOptions[0].text : "", name: form.elements.name.value.trim(), made_at: new Date().toISOString() };
    busy = true;
    outbox.canKeep.then(function (can) {
      if (!can) return outbox.sendAtOnce(item).then(function () { fresh(); say(trouble, words.directHeld); }, function (failed) { say(trouble, failed.message); });
      return outbox.add([item]).then(function () { fresh(); outbox.sync(); }, function () {
        return outbox.sendAtOnce(item).then(fresh, function () { say(trouble, words.storeFull); });
      });
    }).then(function () { busy = false; }, function () { busy = false; });
  });

  var kept = draft.read();
  if (kept && kept.text && !form.elements.text.value) {
    outbox.all().catch(function () { return []; }).then(function (items) {
      if (items.some(function (one) { return one.id === kept.id; })) { draft.drop(); return; }
      form.elements.session.value = kept.session;
      form.elements.name.value = kept.name;
      form.elements.text.value = kept.text;
      nextId = kept.id;
    });
  }
  outbox.onChange(draw);
})();

/* Keeps the unsent text of the open census page on this device, in case the page is lost before it is sent.
   <form data-draft="KEY">: KEY names the case, page and revision, so that a draft never meets the page of someone else.
   Nothing is put back unasked: the text is shown with two buttons. Cleared when the form is sent; all of it on a page with
   data-drafts-clear on its body, and when a form with data-drafts-forget is sent (leaving a shared computer). */
(function () {
  "use strict";

  var PREFIX = "draft:", KEEP_MS = 7 * 24 * 60 * 60 * 1000;
  var form = document.querySelector("form[data-draft]"), store;
  try { store = window.localStorage; } catch (refused) { return; }
  if (!store) return;

  function drop(test) {
    Object.keys(store).filter(function (key) { return key.indexOf(PREFIX) === 0 && test(key); }).forEach(function (key) { store.removeItem(key); });
  }
  function read(key) { try { return JSON.parse(store.getItem(key)); } catch (broken) { return null; } }

  drop(function (key) { var kept = read(key); return !kept || !kept.at || Date.now() - kept.at > KEEP_MS; });
  if (document.querySelector("[data-drafts-clear]")) drop(function () { return true; });
  var sent = false;
  document.addEventListener("submit", function (event) {
    if (!event.target.hasAttribute("data-drafts-forget")) return;
    sent = true;
    drop(function () { return true; });
  });
  if (!form) return;

  var key = PREFIX + form.dataset.draft;
  var boxes = Array.from(form.querySelectorAll("textarea[name], input[type=text][name]")).filter(function (box) { return !box.readOnly && !box.disabled; });
  if (!boxes.length) return;

  function typed() {
    var words = {};
    boxes.forEach(function (box) { if (box.value !== box.defaultValue) words[box.name] = box.value; });
    return words;
  }
  function keep() {
    if (sent) return;
    var words = typed();
    try {
      if (Object.keys(words).length) store.setItem(key, JSON.stringify({ at: Date.now(), words: words }));
      else store.removeItem(key);
    } catch (full) { /* No room on the device: the page itself still has the words. */ }
  }

  function offer(kept) {
    var lost = boxes.filter(function (box) { return kept.words[box.name] && kept.words[box.name] !== box.value; });
    var panel = document.getElementById("draft-offer");
    if (!lost.length || !panel) return false;
    var text = panel.querySelector("[data-draft-text]");
    text.textContent = lost.map(function (box) { return kept.words[box.name]; }).join("\n\n");
    panel.hidden = false;
    panel.querySelector("[data-draft-restore]").addEventListener("click", function () {
      lost.forEach(function (box) { box.value = kept.words[box.name]; box.dispatchEvent(new Event("input", { bubbles: true })); });
      panel.hidden = true;
      lost[0].focus();
    });
    panel.querySelector("[data-draft-forget]").addEventListener("click", function () {
      store.removeItem(key);
      panel.hidden = true;
      boxes[0].focus();
    });
    return true;
  }

  var timer, kept = read(key);
  if (kept && kept.words) offer(kept);
  form.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(keep, 400); });
  document.addEventListener("visibilitychange", function () { if (document.hidden && Object.keys(typed()).length) keep(); });
  form.addEventListener("submit", function (event) {
    if (event.defaultPrevented) return;
    clearTimeout(timer);
    sent = true;
    store.removeItem(key);
  });
  /* The back button may bring this very page back to life. */
  window.addEventListener("pageshow", function () { sent = false; });
})();

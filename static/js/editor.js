/* An editor of Markdown: keeps what is typed every few seconds, shows how it will look, and puts marks around words.
   <form data-editor data-keep="URL" data-preview="URL" data-typed="NAMES" data-mark="NAME" data-told="NAME">: `typed` are the fields
   that people fill in, the text itself is called `body`; `mark` is the hidden field that says what the page last kept, and `told`
   what the answer calls it. Further hidden fields in data-sent="NAMES" go along; one called `turn` counts what was sent. A button
   anywhere with data-put="WORDS" puts words into the text. Without this file the form still saves and shows a preview by its buttons.
   The server makes the preview; nothing here reads Markdown. */
(function () {
  "use strict";

  var KEEP_MS = 4000, LOOK_MS = 600, SPEAK_MS = 180000, FEW = 60000;
  var form = document.querySelector("form[data-editor]");
  if (!form) return;
  var words = form.dataset, body = form.elements.body, mark = form.elements[words.mark], turn = form.elements.turn;
  var fields = words.typed.split(" "), along = [words.mark].concat(words.sent ? words.sent.split(" ") : []);
  var token = form.elements.csrfmiddlewaretoken.value;
  var line = form.querySelector("[data-kept-line]"), status = form.querySelector("[data-kept-status]");
  var sent = false;

  /* What a field holds, in the order of the page: one value, or one for each box that is ticked. */
  function values(name) {
    return Array.from(form.elements).filter(function (one) {
      return one.name === name && (one.type !== "checkbox" && one.type !== "radio" || one.checked);
    }).map(function (one) { return one.value; });
  }
  function typed() { return JSON.stringify(fields.map(values)); }
  function parcel() {
    var data = new FormData();
    fields.concat(along).forEach(function (name) { values(name).forEach(function (value) { data.append(name, value); }); });
    return data;
  }
  function post(address, signal, keepalive) {
    return fetch(address, {
      method: "POST", body: parcel(), signal: signal, keepalive: !!keepalive, redirect: "manual", credentials: "same-origin",
      headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" }
    });
  }

  /* --- Keeping. The line is always true; a screen reader hears it when something went wrong or right again, else seldom. --- */

  var lastKept = typed(), spokenAt = 0, wasWell = null, timer = null, asking = null, stopped = false;

  function say(text, isWell) {
    line.textContent = text;
    line.classList.toggle("is-wrong", !isWell);
    if (isWell !== wasWell || Date.now() - spokenAt > SPEAK_MS) {
      status.textContent = text;
      spokenAt = Date.now();
    }
    wasWell = isWell;
  }
  function later() { if (!timer && !stopped) timer = setTimeout(keep, KEEP_MS); }
  function keep(isLeaving) {
    clearTimeout(timer);
    timer = null;
    var now = typed();
    if (sent || stopped || now === lastKept) return;
    if (asking) { later(); return; }
    asking = new AbortController();
    if (turn) turn.value = Number(turn.value) + 1;
    post(words.keep, asking.signal, isLeaving === true && body.value.length < FEW / 2).then(function (answer) {
      if (answer.type === "opaqueredirect") { say(words.signedOut, false); return null; }
      if (answer.status === 403 || answer.status === 404) { stopped = true; say(words.refused, false); return null; }
      return answer.json().then(function (told) {
        var nowKept = told[words.told];
        if (answer.ok) lastKept = now;
        say(told.says, answer.ok);
        /* "" is nothing kept any more: begin anew. Nothing at all: other words wait there and are not written over. */
        if (nowKept || nowKept === "") mark.value = nowKept; else if (answer.status === 409) stopped = true;
      });
    }).catch(function (why) {
      if (why.name !== "AbortError") say(words.offline, false);
    }).then(function () {
      asking = null;
      if (typed() !== lastKept) later();
    });
  }

  form.addEventListener("input", later);
  document.addEventListener("visibilitychange", function () { if (document.hidden) keep(true); });
  form.addEventListener("submit", function (event) {
    if (event.defaultPrevented) return;
    sent = true;
    if (turn) turn.value = Number(turn.value) + 1;
    clearTimeout(timer);
    if (asking) asking.abort();
  });
  window.addEventListener("pageshow", function () { sent = false; });
  window.addEventListener("beforeunload", function (event) {
    if (sent || typed() === lastKept) return;
    event.preventDefault();
  });

  /* --- How it will look ---------------------------------------------------------------------------------------------------- */

  var section = document.querySelector("[data-preview-section]"), box = section.querySelector("[data-preview-box]");
  var lookTimer = null, isLooking = false, shown = null;

  /* One question at a time, however long the text is; what was typed meanwhile is asked about afterwards. */
  function look() {
    var now = typed();
    if (now === shown || isLooking) return;
    isLooking = true;
    post(words.preview).then(function (answer) {
      if (!answer.ok) return null;
      return answer.text().then(function (html) {
        var at = box.scrollTop;
        /* Written by our own server, through the list of tags it allows. */
        box.innerHTML = html;
        box.scrollTop = at;
        shown = now;
        follow();
        if (typed() !== now) lookLater();
      });
    }).catch(function () { /* The next letter asks again. */ }).then(function () { isLooking = false; });
  }
  function lookLater() { clearTimeout(lookTimer); lookTimer = setTimeout(look, LOOK_MS); }

  /* The paragraph in which the caret stands is brought into the box. Places are counted as Python counts them, by characters. */
  function follow() {
    if (document.activeElement !== body) return;
    var at = Array.from(body.value.slice(0, body.selectionStart)).length, found = null;
    box.querySelectorAll("[data-start]").forEach(function (one) { if (Number(one.dataset.start) <= at) found = one; });
    if (!found) return;
    var top = found.offsetTop - box.offsetTop, height = found.offsetHeight;
    if (top < box.scrollTop || top + Math.min(height, box.clientHeight) > box.scrollTop + box.clientHeight) {
      box.scrollTop = Math.max(0, top - box.clientHeight / 4);
    }
  }

  section.hidden = false;
  form.querySelector("[data-without-script]").hidden = true;
  look();
  form.addEventListener("input", lookLater);
  ["keyup", "click"].forEach(function (name) { body.addEventListener(name, follow); });

  /* --- Marks --------------------------------------------------------------------------------------------------------------- */

  /* As if it had been typed, so that "undo" takes it back. */
  function put(from, to, text, chooseFrom, chooseTo) {
    body.focus();
    body.setSelectionRange(from, to);
    if (!document.execCommand || !document.execCommand("insertText", false, text)) {
      body.setRangeText(text, from, to, "end");
      body.dispatchEvent(new Event("input", { bubbles: true }));
    }
    body.setSelectionRange(chooseFrom, chooseTo);
  }
  function lines() {
    var value = body.value, from = value.lastIndexOf("\n", body.selectionStart - 1) + 1, to = value.indexOf("\n", body.selectionEnd);
    return { from: from, to: to < 0 ? value.length : to };
  }
  function markLines(change) {
    var place = lines(), text = body.value.slice(place.from, place.to).split("\n").map(change).join("\n");
    put(place.from, place.to, text, place.from, place.from + text.length);
    if (body.selectionStart !== body.selectionEnd && text.indexOf("\n") < 0) body.setSelectionRange(body.selectionEnd, body.selectionEnd);
  }
  var MARKS = {
    heading: function () { markLines(function (text) { return text.indexOf("## ") === 0 ? text.slice(3) : "## " + text; }); },
    list: function () { markLines(function (text) { return text.indexOf("- ") === 0 ? text.slice(2) : "- " + text; }); },
    bold: function () {
      var from = body.selectionStart, to = body.selectionEnd, chosen = body.value.slice(from, to);
      put(from, to, "**" + chosen + "**", from + 2, to + 2);
    },
    link: function (button) {
      var from = body.selectionStart, to = body.selectionEnd, text = body.value.slice(from, to) || button.dataset.words;
      put(from, to, "[" + text + "](https://)", from + text.length + 3, from + text.length + 11);
    }
  };
  var tools = form.querySelector("[data-tools]");
  body.before(tools);
  tools.hidden = false;
  function press(name) { MARKS[name](tools.querySelector("[data-mark=" + name + "]")); }
  tools.addEventListener("mousedown", function (event) { if (event.target.closest("[data-mark]")) event.preventDefault(); });
  tools.addEventListener("click", function (event) {
    var button = event.target.closest("[data-mark]");
    if (button) press(button.dataset.mark);
  });
  /* A paragraph of its own, behind the caret; at the end of the text for who has not been in it yet. */
  var wasThere = false;
  body.addEventListener("focus", function () { wasThere = true; });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-put]");
    if (!button) return;
    var at = wasThere ? body.selectionEnd : body.value.length, before = body.value.slice(0, at), after = body.value.slice(at);
    var text = (before && !/\n\n$/.test(before) ? "\n\n" : "") + button.dataset.put + (after && !/^\n\n/.test(after) ? "\n\n" : "");
    put(at, at, text, at + text.length, at + text.length);
  });
  document.querySelectorAll("[data-put]").forEach(function (button) { button.hidden = false; });
  body.addEventListener("keydown", function (event) {
    var name = { b: "bold", k: "link" }[event.key.toLowerCase()];
    if (!name || event.altKey || event.shiftKey || event.ctrlKey === event.metaKey) return;
    event.preventDefault();
    press(name);
  });
})();

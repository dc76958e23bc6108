/* An accessible combobox (WAI-ARIA 1.2, list autocomplete). It enhances
     <select data-autocomplete>               filters the options of the select, which stays and keeps the answer;
     <input data-suggestions="URL">           asks URL?q=... for [{"value", "label"}]; what is typed counts, chosen or not.
   The words it shows and says stand on the script tag of the frame. Without this file both still work. */
(function () {
  "use strict";

  var MOST = 12, WORDS = document.querySelector("script[data-autocomplete]").dataset;

  function plain(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().trim(); }

  /* Options that begin with what was typed come before those that only contain it. */
  function matching(items, typed) {
    var wanted = plain(typed);
    if (!wanted) return items.slice(0, 200);
    var first = [], later = [];
    items.forEach(function (item) {
      var at = plain(item.label).indexOf(wanted);
      if (at === 0) first.push(item); else if (at > 0) later.push(item);
    });
    return first.concat(later).slice(0, 50);
  }

  function Combo(input, words, find, choose) {
    var list = document.createElement("ul"), status = document.createElement("span"), box = document.createElement("div");
    var items = [], active = -1, turn = 0;
    box.className = "combo";
    list.className = "combo-list";
    list.id = input.id + "_list";
    list.setAttribute("role", "listbox");
    if (words.label) list.setAttribute("aria-label", words.label);
    list.hidden = true;
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    input.before(box);
    box.append(input, list, status);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);
    input.autocomplete = "off";

    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }
    function mark(index) {
      active = index;
      Array.from(list.children).forEach(function (row, at) { row.setAttribute("aria-selected", at === index ? "true" : "false"); });
      var row = list.children[index];
      if (row && items[index]) { input.setAttribute("aria-activedescendant", row.id); row.scrollIntoView({ block: "nearest" }); }
      else input.removeAttribute("aria-activedescendant");
    }
    function show(found, typed) {
      items = found;
      list.textContent = "";
      found.forEach(function (item, at) {
        var row = document.createElement("li");
        row.id = list.id + "_" + at;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", "false");
        row.textContent = item.label;
        list.append(row);
      });
      if (!found.length && typed && words.saysNone) {
        var none = document.createElement("li");
        none.className = "combo-none";
        none.setAttribute("role", "presentation");
        none.textContent = WORDS.none;
        list.append(none);
      }
      status.textContent = found.length ? WORDS.found.replace("%d", found.length) : typed && words.saysNone ? WORDS.none : "";
      list.hidden = !list.children.length;
      input.setAttribute("aria-expanded", String(found.length > 0));
      active = -1;
      input.removeAttribute("aria-activedescendant");
    }
    function refresh(typed) {
      var mine = ++turn;
      Promise.resolve(find(typed)).then(function (found) {
        if (mine === turn && document.activeElement === input) show(found, typed);
      }).catch(close);
    }
    function take(index) {
      if (!items[index]) return;
      turn++;
      input.value = items[index].label;
      choose(items[index]);
      close();
    }

    var timer;
    input.addEventListener("input", function () {
      choose(null);
      clearTimeout(timer);
      timer = setTimeout(function () { refresh(input.value); }, words.wait || 0);
    });
    input.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) { refresh(event.altKey ? "" : input.value); return; }
        if (items.length) mark((active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1) + items.length) % items.length);
      } else if (event.key === "Enter" && !list.hidden && active >= 0) {
        event.preventDefault();
        take(active);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      } else if (event.key === "Tab" && !list.hidden && active >= 0) {
        take(active);
      }
    });
    input.addEventListener("click", function () { if (list.hidden && words.opens) refresh(""); });
    input.addEventListener("blur", function () { turn++; setTimeout(close, 150); });
    list.addEventListener("mousedown", function (event) { event.preventDefault(); });
    list.addEventListener("click", function (event) {
      var row = event.target.closest("[role=option]");
      if (row) { take(Array.from(list.children).indexOf(row)); input.focus(); }
    });
  }

  function enhanceSelect(select) {
    var items = Array.from(select.options).filter(function (option) { return option.value; }).map(function (option) {
      return { value: option.value, label: option.textContent.trim() };
    });
    if (items.length < MOST) return;
    var input = document.createElement("input"), label = document.querySelector('label[for="' + CSS.escape(select.id) + '"]');
    input.type = "text";
    input.id = select.id + "_text";
    input.className = "input";
    ["aria-describedby", "aria-invalid"].forEach(function (name) { if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name)); });
    if (label) label.htmlFor = input.id;
    var chosen = select.options[select.selectedIndex];
    if (chosen && chosen.value) input.value = chosen.textContent.trim();
    select.before(input);
    select.hidden = true;
    select.required = false;
    select.dataset.standIn = input.id;
    new Combo(input, { label: label && label.textContent.trim(), opens: true, saysNone: true },
      function (typed) { return matching(items, typed); },
      function (item) { select.value = item ? item.value : ""; select.dispatchEvent(new Event("change", { bubbles: true })); });
    /* Words that fully name an option count as choosing it; other words are taken away, so that nobody thinks they were sent. */
    input.addEventListener("blur", function () {
      setTimeout(function () {
        if (select.value) return;
        var same = items.filter(function (item) { return plain(item.label) === plain(input.value); })[0];
        if (same) { select.value = same.value; input.value = same.label; } else input.value = "";
      }, 200);
    });
  }

  function enhanceInput(input) {
    var label = document.querySelector('label[for="' + CSS.escape(input.id) + '"]');
    new Combo(input, { label: label && label.textContent.trim(), wait: 200 },
      function (typed) {
        if (typed.trim().length < 2) return [];
        var address = new URL(input.dataset.suggestions, location.href);
        address.searchParams.set("q", typed);
        return fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" }).then(function (answer) { return answer.ok ? answer.json() : []; });
      },
      function () {});
  }

  document.querySelectorAll("select[data-autocomplete]").forEach(enhanceSelect);
  document.querySelectorAll("input[data-suggestions]").forEach(enhanceInput);
})();

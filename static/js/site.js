/* Small comforts on every page: the error summary takes the focus, long answers count their letters, an option that excludes
   the others clears them, and a form is sent once. Every form works the same with this file missing. */
(function () {
  "use strict";

  function focusErrors() {
    var summary = document.querySelector(".error-summary");
    if (!summary) return;
    summary.focus();
    summary.addEventListener("click", function (event) {
      var link = event.target.closest("a[href^='#']");
      var target = link && document.getElementById(link.hash.slice(1));
      if (!target) return;
      event.preventDefault();
      var control = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
      /* An autocomplete hides its select and leaves the name of the box that stands for it. */
      if (control && control.dataset.standIn) control = document.getElementById(control.dataset.standIn);
      var field = (control || target).closest(".field, .field-group") || target;
      field.scrollIntoView();
      (control || target).focus({ preventScroll: true });
    });
  }

  function countLetters(area) {
    var limit = Number(area.dataset.maxlength);
    var line = document.getElementById(area.id + "_count");
    if (!limit || !line) return;
    var spoken = document.createElement("span");
    spoken.className = "visually-hidden";
    spoken.setAttribute("aria-live", "polite");
    line.after(spoken);
    area.setAttribute("aria-describedby", ((area.getAttribute("aria-describedby") || "") + " " + line.id).trim());
    var words = line.dataset, timer;
    function say() {
      /* Letters as the server counts them: an emoji is one, and so is a line break. */
      var left = limit - Array.from(area.value).length;
      var text = (left < 0 ? words.over : words.left).replace("%d", Math.abs(left).toLocaleString());
      line.textContent = text;
      line.classList.toggle("is-over", left < 0);
      clearTimeout(timer);
      if (left < limit / 10) timer = setTimeout(function () { spoken.textContent = text; }, 1000);
    }
    area.addEventListener("input", say);
    if (area.value) say();
  }

  /* "Don't know" for a whole question stands apart from its lines: choosing one side clears the ticks of the other. */
  function excludeWhole(event) {
    var box = event.target, form = box.form;
    if (!form || !box.name) return;
    var code = box.name.split("__")[0], mark = code + "__mark", isMark = box.name === mark;
    if (isMark && !box.checked || !isMark && !box.checked && !box.value) return;
    Array.from(form.elements).forEach(function (other) {
      if (!other.checked || !other.name) return;
      if (isMark ? other.type === "radio" && other.name.indexOf(code + "__") === 0 : other.name === mark) other.checked = false;
    });
  }

  function exclude(event) {
    var box = event.target;
    if (!box.matches || !box.matches(".options input[type=checkbox]") || !box.checked) return;
    var alone = box.hasAttribute("data-exclusive") || box.closest(".is-aside") !== null;
    box.closest(".options").querySelectorAll("input[type=checkbox]").forEach(function (other) {
      var otherAlone = other.hasAttribute("data-exclusive") || other.closest(".is-aside") !== null;
      if (other !== box && other.checked && (alone || otherAlone)) other.checked = false;
    });
  }

  /* The server is safe against a second click; this only spares people the wait for it. */
  function sendOnce(event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    setTimeout(function () { delete form.dataset.sent; }, 5000);
  }

  function loadAutocomplete() {
    var script = document.querySelector("script[data-autocomplete]");
    if (!script || !document.querySelector("select[data-autocomplete], input[data-suggestions]")) return;
    var more = document.createElement("script");
    more.src = script.dataset.autocomplete;
    document.head.append(more);
  }

  focusErrors();
  document.querySelectorAll("textarea[data-maxlength], input[data-maxlength]").forEach(countLetters);
  document.addEventListener("change", exclude);
  document.addEventListener("change", excludeWhole);
  document.addEventListener("submit", sendOnce);
  window.addEventListener("pageshow", function () { document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; }); });
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
  loadAutocomplete();
})();

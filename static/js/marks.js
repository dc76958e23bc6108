/* The ballot: says at each group of boxes how many marks are left while they are ticked. The server counts again. */
(function () {
  "use strict";

  var form = document.querySelector("form[data-marks]");
  if (!form) return;
  var most = Number(form.dataset.marks);

  function count(group, line) {
    var left = most - group.querySelectorAll("input:checked").length;
    var text = left < 0 ? form.dataset.over.replace("%o", -left) : form.dataset.left.replace("%l", left).replace("%m", most);
    if (line.textContent !== text) line.textContent = text;
    line.classList.toggle("is-over", left < 0);
    line.classList.toggle("is-used", left === 0);
  }

  form.querySelectorAll("fieldset").forEach(function (group) {
    var line = group.querySelector(":scope > .hint");
    if (!line) return;
    group.addEventListener("change", function () { count(group, line); });
    count(group, line);
    /* Said aloud from now on, and not while the page loads. */
    line.setAttribute("aria-live", "polite");
  });
})();

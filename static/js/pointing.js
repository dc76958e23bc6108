/* Choosing words with the finger, the mouse or the keyboard: what is marked inside one paragraph of a section can be commented on or
   suggested otherwise by two buttons that appear. They only lead to the pages that work without this file. */
(function () {
  "use strict";

  var frame = document.querySelector("[data-pointing]"), bar = document.getElementById("pointing-bar");
  if (!frame || !bar) return;
  var comment = bar.querySelector("[data-point-comment]"), suggest = bar.querySelector("[data-point-suggest]");
  var LONGEST = 1500;

  function chosen() {
    var selection = document.getSelection();
    if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
    var range = selection.getRangeAt(0);
    var from = range.startContainer, place = (from.nodeType === 1 ? from : from.parentElement).closest("[data-paragraph]");
    if (!place || !place.querySelector("[data-words]").contains(range.commonAncestorContainer)) return null;
    var copy = range.cloneContents();
    /* What a screen reader hears about marks, and what was taken out, is not in the text. */
    copy.querySelectorAll(".visually-hidden, del").forEach(function (node) { node.remove(); });
    var words = copy.textContent.replace(/\s+/g, " ").trim();
    return words && words.length <= LONGEST ? { paragraph: place.dataset.paragraph, words: words } : null;
  }

  function show() {
    var found = chosen();
    bar.hidden = !found;
    if (!found) return;
    var query = "?paragraph=" + encodeURIComponent(found.paragraph) + "&version=" + encodeURIComponent(frame.dataset.version) + "&words=" + encodeURIComponent(found.words);
    comment.href = frame.dataset.pointing + query;
    suggest.href = frame.dataset.suggesting + query;
  }

  var timer;
  document.addEventListener("selectionchange", function () { clearTimeout(timer); timer = setTimeout(show, 150); });
})();

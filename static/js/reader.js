// A link to the selected words: their place in the article is marked by the server, and browsers that can scroll to the text itself.
(() => {
  "use strict";

  const link = document.getElementById("quote-link");
  const text = document.querySelector(".reader-text");
  if (!link || !text) return;

  const placeOf = (node, offset) => {
    const line = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-start]");
    if (!line || !text.contains(line)) return null;
    const before = document.createRange();
    before.setStart(line, 0);
    before.setEnd(node, offset);
    return { article: line.closest("[data-article]"), offset: Number(line.dataset.start) + [...before.toString()].length };
  };

  const addressOf = (range) => {
    const start = placeOf(range.startContainer, range.startOffset);
    const end = placeOf(range.endContainer, range.endOffset);
    if (!start || !end || start.article !== end.article || start.offset >= end.offset) return null;
    const address = new URL(text.dataset.address, window.location.href);
    address.searchParams.set("article", start.article.dataset.article);
    address.searchParams.set("mark", `${start.offset}-${end.offset}`);
    const words = range.toString().trim();
    const directive = words.includes("\n") ? "" : `:~:text=${encodeURIComponent(words).replaceAll("-", "%2D")}`;
    return `${address.href}#quote${directive}`;
  };

  const offer = () => {
    const selection = document.getSelection();
    const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
    const address = range && addressOf(range);
    link.hidden = !address;
    if (!address) return;
    const box = range.getBoundingClientRect();
    link.href = address;
    link.style.top = `${box.bottom + window.scrollY + 8}px`;
    link.style.left = `${Math.max(8, Math.min(box.left, document.documentElement.clientWidth - link.offsetWidth - 8))}px`;
  };

  document.addEventListener("selectionchange", offer);
})();

// Counts characters, sends on Ctrl+Enter, marks what is copied, and scrolls a cited article to its quote. Everything works without this file.
(() => {
  "use strict";

  const count = (box) => {
    const text = document.getElementById("q-count");
    if (!text) return;
    const left = Number(box.dataset.longest) - [...box.value.trim()].length;
    text.textContent = (left < 0 ? text.dataset.over : text.dataset.counter).replace("{n}", Math.abs(left));
    text.classList.toggle("is-over", left < 0);
  };

  const reveal = (root) => {
    for (const pane of root.querySelectorAll(".cited-text")) {
      const quote = pane.querySelector("mark");
      if (quote) pane.scrollTop = quote.offsetTop - pane.offsetTop - 16;
    }
  };

  document.addEventListener("input", (event) => {
    if (event.target.id === "q") count(event.target);
  });

  document.addEventListener("keydown", (event) => {
    if (event.target.id === "q" && event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form.requestSubmit();
  });

  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.(".cited[open]")) reveal(event.target);
  }, true);

  // What is copied out of a model's text says so, even where the selection leaves its mark out.
  document.addEventListener("copy", (event) => {
    const selection = document.getSelection();
    const part = [...document.querySelectorAll("[data-ai-note]")].find((node) => selection.containsNode(node, true));
    const text = selection.toString();
    if (!part || !text || !event.clipboardData) return;
    event.clipboardData.setData("text/plain", `${text}\n${part.dataset.aiNote}`);
    event.preventDefault();
  });

  const settle = () => {
    reveal(document);
    const box = document.getElementById("q");
    if (box) count(box);
  };

  document.addEventListener("DOMContentLoaded", settle);
  document.addEventListener("htmx:afterSettle", (event) => {
    settle();
    if (event.detail.target?.id !== "conversation") return;
    [...document.querySelectorAll(".turn")].at(-1)?.scrollIntoView({ block: "start" });
  });
})();

// Counts the characters of the text. Nothing is cut off: a text that is too long is said so, and can be shortened.
(() => {
  "use strict";

  for (const counter of document.querySelectorAll("[data-counter]")) {
    const text = document.getElementById(counter.dataset.counter);
    const most = Number(counter.dataset.most);
    const count = () => {
      const length = [...text.value.trim()].length;
      const over = length > most;
      counter.classList.toggle("over", over);
      counter.textContent = over
        ? counter.dataset.over.replace("{n}", length - most)
        : counter.dataset.label.replace("{n}", length).replace("{most}", most);
    };
    text.addEventListener("input", count);
    count();
  }
})();

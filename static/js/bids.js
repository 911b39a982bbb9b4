// Counts down to the deadline by the server's clock, counts characters while one types, copies and prints a new code.
// Everything works without this file.
(() => {
  "use strict";

  const parts = (seconds) => [Math.floor(seconds / 86400), ...[3600, 60, 1].map((unit, place) => Math.floor(seconds / unit) % (place ? 60 : 24))];

  // The reader's own clock may be wrong: only what passes on it is used.
  const countDown = (element) => {
    const started = performance.now();
    const left = Date.parse(element.dataset.closes) - Date.parse(element.dataset.now);
    const draw = () => {
      const seconds = Math.ceil((left - (performance.now() - started)) / 1000);
      if (seconds <= 0) {
        element.textContent = element.dataset.over;
        return;
      }
      const [days, ...time] = parts(seconds);
      const clock = time.map((part) => String(part).padStart(2, "0")).join(":");
      element.textContent = days ? `${days} ${element.dataset.days} ${clock}` : clock;
      window.setTimeout(draw, 1000);
    };
    draw();
  };

  document.querySelectorAll("[data-closes]").forEach(countDown);

  const length = (text) => [...text.trim()].length;

  document.addEventListener("input", (event) => {
    const told = event.target.name && document.querySelector(`[data-counts="${CSS.escape(event.target.name)}"]`);
    if (!told) return;
    const typed = length(event.target.value);
    told.textContent = told.textContent.replace(/\d+/, typed);
    told.classList.toggle("bid-length-over", typed > Number(told.dataset.most));
  });

  document.querySelectorAll(".bid-scripted").forEach((element) => { element.hidden = false; });

  document.addEventListener("click", (event) => {
    const copies = event.target.closest("[data-copies]");
    if (event.target.closest("[data-prints]")) window.print();
    if (!copies) return;
    navigator.clipboard.writeText(document.getElementById(copies.dataset.copies).textContent.trim()).then(() => {
      copies.textContent = copies.dataset.done;
    });
  });
})();

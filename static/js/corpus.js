// Warns before leaving a draft with something unsaved. Everything works without this file.
(() => {
  "use strict";

  const form = document.getElementById("corpus-draft");
  if (!form) return;
  let unsaved = false;
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
})();

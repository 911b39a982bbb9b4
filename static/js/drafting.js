// Ticks a suggested article in the form, says when nothing could be saved and tries again, and warns before leaving
// with something unsaved. Everything works without this file.
(() => {
  "use strict";

  const form = document.getElementById("draft");
  if (!form) return;
  let unsaved = false;
  let timer = 0;

  const again = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => form.dispatchEvent(new Event("change")), 15000);
  };

  const isSave = (event) => event.detail.elt === form;

  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isSave(event)) unsaved = false;
  });

  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (!isSave(event)) return;
      unsaved = true;
      const said = document.querySelector("#save-state p");
      said.className = "draft-state-failed";
      said.textContent = form.dataset.failed;
      again();
    });
  }

  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-adds]");
    const box = button && form.querySelector(`input[name="articles"][value="${button.dataset.adds}"]`);
    if (!box) return;
    event.preventDefault();
    box.checked = true;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    button.disabled = true;
    button.textContent = form.dataset.added;
  });
})();

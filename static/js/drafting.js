// Ticks a suggested article in the form, says when nothing could be saved and tries again, and warns before leaving
// with something unsaved. A submission waits for a save that is under way: both would begin from the same revision, and
// the later one would count as somebody else's text. Everything works without this file.
(() => {
  "use strict";

  const form = document.getElementById("draft");
  const autosave = document.getElementById("autosave");
  if (!form) return;
  let unsaved = false;
  let timer = 0;
  let saving = false;
  let held = null;

  const again = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => autosave.dispatchEvent(new Event("change")), 15000);
  };

  const isSave = (event) => event.detail.elt === autosave;

  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", (event) => {
    if (saving) {
      event.preventDefault();
      held = event.submitter;
    } else {
      unsaved = false;
    }
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isSave(event)) return;
    unsaved = false;
    saving = true;
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isSave(event)) return;
    saving = false;
    // After the save that was queued meanwhile, if there is one, has begun: then it is waited for, too.
    window.setTimeout(() => {
      if (!held || saving) return;
      const button = held;
      held = null;
      form.requestSubmit(button);
    });
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

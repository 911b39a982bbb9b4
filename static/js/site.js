// Focus after a swap, the busy state, and a spoken word when a request fails. Everything works without this file.
(() => {
  "use strict";

  const notice = document.getElementById("notice");
  let timer = 0;

  const say = (text) => {
    window.clearTimeout(timer);
    notice.textContent = text;
    notice.hidden = false;
    timer = window.setTimeout(() => { notice.hidden = true; }, 8000);
  };

  const focusOn = (element) => {
    if (!element) return;
    if (!element.matches("a[href], button, input, select, textarea, summary, [tabindex]")) element.tabIndex = -1;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "start" });
  };

  const start = (root) => root.querySelector?.("[data-focus]");

  document.addEventListener("DOMContentLoaded", () => focusOn(start(document)));

  document.addEventListener("htmx:beforeRequest", (event) => {
    notice.hidden = true;
    event.detail.target?.setAttribute("aria-busy", "true");
  });

  document.addEventListener("htmx:afterRequest", (event) => event.detail.target?.removeAttribute("aria-busy"));

  document.addEventListener("htmx:afterSettle", (event) => {
    const wanted = event.detail.requestConfig?.elt?.dataset?.refocus;
    const first = start(event.detail.elt);
    if (first) {
      focusOn(first);
    } else if (wanted) {
      focusOn(document.querySelector(wanted));
    }
  });

  document.addEventListener("htmx:responseError", (event) => {
    say(event.detail.xhr.status === 429 ? notice.dataset.busy : notice.dataset.failed);
  });
  document.addEventListener("htmx:sendError", () => say(notice.dataset.offline));

  // On wide screens the style shows drawers open; say so to everyone who asks for their state.
  const wide = window.matchMedia("(width >= 992px)");
  const settleDrawers = () => {
    if (document.documentElement.matches(".large-print")) return;
    document.querySelectorAll("details.drawer").forEach((drawer) => { drawer.open = wide.matches; });
  };
  document.addEventListener("DOMContentLoaded", settleDrawers);
  wide.addEventListener("change", settleDrawers);

  // Drawers are <details>; Escape closes the open one and gives the focus back to its handle.
  document.addEventListener("keydown", (event) => {
    const drawer = event.key === "Escape" && document.activeElement?.closest("details.phone-menu[open], details.drawer[open]");
    if (!drawer) return;
    drawer.open = false;
    drawer.querySelector("summary").focus();
  });
})();

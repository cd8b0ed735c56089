// A form that saves as it is filled in is sent only after what it is saving has been saved, so that nobody is told that
// somebody else changed it; and once it is sent, it saves nothing more.
(() => {
  const DONE = ["htmx:afterSettle", "htmx:responseError", "htmx:sendError", "htmx:timeout"];
  const sent = new WeakSet();
  const isLive = (form) => form instanceof HTMLFormElement && form.hasAttribute("hx-post");

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!isLive(form)) return;
    if (!form.classList.contains("htmx-request")) {
      sent.add(form);
      return;
    }
    event.preventDefault();
    // The swap puts a new button in the place of the one that was pressed. Many share a name: the value tells which.
    const { name, value } = event.submitter ?? {};
    const pressed = () => [...document.querySelectorAll("button[name]")].find((one) => one.name === name && one.value === value);
    const again = () => {
      if (form.classList.contains("htmx-request")) return;
      for (const done of DONE) document.removeEventListener(done, again);
      form.requestSubmit(name ? pressed() : undefined);
    };
    for (const done of DONE) document.addEventListener(done, again);
  }, true);

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (sent.has(event.detail.elt)) event.preventDefault();
  });
  // Back shows the page again as it was: it may be sent again.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[hx-post]").forEach((form) => sent.delete(form)));
})();

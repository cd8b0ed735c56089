// Says so when htmx could not save or fetch: no connection, or an error of the server. The form keeps what was typed.
(() => {
  const notice = () => document.querySelector("[data-request-failed]");
  const show = (selector) => {
    const box = notice();
    if (!box) return;
    for (const part of box.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== selector;
    box.hidden = false;
  };

  document.addEventListener("htmx:sendError", () => show("offline"));
  document.addEventListener("htmx:timeout", () => show("offline"));
  document.addEventListener("htmx:responseError", () => show("refused"));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && notice()) notice().hidden = true;
  });
})();

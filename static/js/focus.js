// Where the reader goes when the page changes: to the list of errors of a refused form, or, after htmx has
// swapped in a new step, to the heading marked data-focus. A swap inside a step moves nothing.
(() => {
  const find = (root, selector) => (root.matches(selector) ? root : root.querySelector(selector));

  const focusErrors = (root) => {
    const errors = find(root, "[data-error-summary]");
    errors?.focus();
    return Boolean(errors);
  };

  document.addEventListener("DOMContentLoaded", () => focusErrors(document.body));
  document.addEventListener("htmx:load", (event) => {
    const root = event.detail.elt;
    if (root === document.body || focusErrors(root)) return;
    find(root, "[data-focus]")?.focus();
  });
})();

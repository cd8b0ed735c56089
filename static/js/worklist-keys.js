// Keys of the worklist: j and k move, Enter opens, r records, x selects, / searches, ? shows the keys.
// They act only while nothing is typed into; every one of them is a link, a box or a field as well. Whoever speaks to the
// computer, or strikes keys by mistake, switches them off beside their legend: a choice kept in this browser.
(() => {
  "use strict";
  const KEY = "worklist-keys";
  const typing = "input:not([type=checkbox]), textarea, select, [contenteditable]";
  const lines = () => [...document.querySelectorAll("[data-worklist] [data-line]")];
  const current = () => document.querySelector("[data-line][aria-current]");

  let isOn = true;
  try {
    isOn = localStorage.getItem(KEY) !== "off";
  } catch {
    // Storage is switched off: the choice holds for this page only.
  }

  function switched(to) {
    isOn = to;
    try {
      localStorage.setItem(KEY, isOn ? "on" : "off");
    } catch {
      // As above.
    }
  }

  function go(step) {
    const all = lines();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))];
    if (at >= 0) all[at].removeAttribute("aria-current");
    next.setAttribute("aria-current", "true");
    next.querySelector("[data-open]").focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function counted() {
    const shown = document.querySelector("[data-selected-count]");
    if (!shown) return;
    const count = document.querySelectorAll("[data-line] input:checked").length;
    shown.hidden = !count;
    shown.textContent = count;
  }

  const keys = {
    j: () => go(1),
    k: () => go(-1),
    r: () => current()?.querySelector("[data-record]")?.click(),
    x: () => current()?.querySelector("input[type=checkbox]")?.click(),
    "/": () => document.querySelector("[data-work-search]")?.focus(),
    "?": () => {
      const shown = document.querySelector("[data-keys]");
      shown.scrollIntoView({ block: "nearest" });
      shown.focus();
    },
  };

  document.addEventListener("keydown", (event) => {
    if (!isOn || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(typing)) return;
    const act = keys[event.key];
    if (!act || !document.querySelector("[data-keys]")) return; // never where they cannot be switched off
    event.preventDefault();
    act();
  });
  document.addEventListener("focusin", (event) => {
    const line = event.target.closest("[data-line]");
    if (!line || line === current()) return;
    current()?.removeAttribute("aria-current");
    line.setAttribute("aria-current", "true");
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-on]")) switched(event.target.checked);
    else counted();
  });

  function begin() {
    const shown = document.querySelector("[data-keys]");
    if (shown) {
      shown.hidden = false;
      shown.querySelector("[data-keys-on]").checked = isOn;
    }
    counted();
  }
  document.addEventListener("htmx:afterSettle", begin);
  begin();
})();

// Light, dark or as the system says: a choice kept in this browser. Loaded before the page is drawn, so that nothing flashes.
(() => {
  const KEY = "theme";
  const read = () => {
    try {
      return localStorage.getItem(KEY) ?? "system";
    } catch {
      return "system";
    }
  };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  };

  apply(read());

  document.addEventListener("DOMContentLoaded", () => {
    const choice = document.querySelector("[data-theme-choice]");
    if (!choice) return;
    choice.hidden = false;
    for (const radio of choice.querySelectorAll("input")) radio.checked = radio.value === read();
    choice.addEventListener("change", (event) => {
      apply(event.target.value);
      try {
        localStorage.setItem(KEY, event.target.value);
      } catch {
        // Storage is switched off: the choice holds for this page only.
      }
    });
  });
})();

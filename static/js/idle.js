// Warns before a session ends, and covers the page when it has. What was typed stays in the fields of the page, and
// nowhere else: after a new sign-in by the same person the page opens again, for anybody else it is left.
(() => {
  const box = document.querySelector("[data-idle]");
  if (!box || !box.showModal) return;
  const WARN_MS = 120_000;
  const ASK_MS = 10_000; // the server is asked no more often by itself
  const { address, person } = box.dataset;
  const page = document.documentElement;
  const title = document.title;
  const isCovered = () => "covered" in page.dataset;
  let endsAt = Date.now() + Number(box.dataset.seconds) * 1000; // at the latest: the server knows better
  let askedAt = 0;
  let saidMinutes = 0;
  let token = "";

  const show = (when) => {
    for (const part of box.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== when;
    box.setAttribute("aria-labelledby", when === "ended" ? "ended-title" : "idle-title");
    box.setAttribute("aria-describedby", when === "ended" ? "ended-text" : "idle-text");
    // Shown anew, so that a reader of the screen is told which of the two it is.
    box.close();
    box.showModal();
  };

  const cover = () => {
    if (isCovered()) return;
    page.dataset.covered = "";
    document.title = "Signed out – Stepwise";
    show("ended");
  };

  const uncover = () => {
    if (!isCovered()) return;
    delete page.dataset.covered;
    document.title = title;
    box.querySelector("[data-still]").hidden = true;
    box.close();
  };

  const told = (state) => {
    if (String(state.person) !== person) {
      window.location.replace("/"); // somebody else has signed in: this page is not theirs
      return;
    }
    endsAt = Date.now() + state.seconds * 1000;
    token = state.token; // another one after each sign-in
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
    uncover();
    if (state.seconds * 1000 > WARN_MS && box.open) box.close();
    saidMinutes = 0;
  };

  // A redirect leads to the page to sign in: the session has ended. Without a connection nothing is known.
  const ask = (options = {}) => {
    askedAt = Date.now();
    const headers = { Accept: "application/json", ...(options.method ? {} : { Unattended: "yes" }), ...options.headers };
    return fetch(address, { ...options, headers, redirect: "manual", cache: "no-store" })
      .then((answer) => (answer.type === "opaqueredirect" ? cover() : answer.ok && answer.json().then(told)))
      .catch(() => {});
  };

  // Asked first, for the token.
  const stay = async () => {
    await ask();
    if (isCovered()) return;
    await ask({ method: "POST", headers: { "X-CSRFToken": token } });
    box.querySelector("[data-longest]").hidden = endsAt - Date.now() > WARN_MS;
  };

  const warn = (left) => {
    const minutes = Math.ceil(left / 60_000);
    if (minutes !== saidMinutes) {
      saidMinutes = minutes;
      box.querySelector("[data-left]").textContent = minutes === 1 ? "1 minute" : `${minutes} minutes`;
    }
    if (!box.open) show("warned");
  };

  const look = () => {
    if (isCovered()) return;
    const left = endsAt - Date.now();
    if (left <= 0) {
      cover(); // at once: it is asked afterwards whether another tab has kept the session
      ask();
    } else if (left <= WARN_MS) {
      if (box.open) warn(left);
      else if (Date.now() - askedAt > ASK_MS) ask().then(() => endsAt - Date.now() <= WARN_MS && !isCovered() && warn(endsAt - Date.now()));
    }
  };

  const back = () => {
    if (document.visibilityState === "visible" && Date.now() - askedAt > 1000) ask();
  };

  window.setInterval(look, 1000);
  document.addEventListener("visibilitychange", back);
  window.addEventListener("focus", back);
  window.addEventListener("pageshow", (event) => event.persisted && ask());
  // Just woken up, and quicker than the clock above: nothing is sent that would not arrive.
  document.addEventListener("submit", (event) => {
    if (endsAt > Date.now()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    look();
  }, true);
  box.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (!isCovered()) stay();
  });
  box.querySelector("[data-stay]").addEventListener("click", stay);
  box.querySelector("[data-again]").addEventListener("click", () => ask().then(() => { box.querySelector("[data-still]").hidden = !isCovered(); }));
})();

// Completes names of facts in a condition, values behind a fact, and keys in a list of keys (data-complete). Up, Down,
// Enter and Escape as in every list of suggestions. Without it the same names stand in a list beside the form.
(() => {
  const MOST = 12;
  const lists = new Map();
  let open = null; // {field, box, found, at, from}

  const fetched = (url) => {
    if (!lists.has(url)) {
      lists.set(url, fetch(url, { headers: { Accept: "application/json" } }).then((answer) => (answer.ok ? answer.json() : { names: [] })).then((json) => json.names).catch(() => []));
    }
    return lists.get(url);
  };

  const address = (field) => {
    const form = field.closest("[data-names]");
    if (!form) return "";
    return field.dataset.complete === "keys" ? `${form.dataset.names}?parts=${encodeURIComponent(field.dataset.parts)}` : form.dataset.names;
  };

  // What is being typed, and what may stand there: a value behind `fact ==` or before `in fact`, else a name.
  const asked = (field, names) => {
    const before = field.value.slice(0, field.selectionStart);
    const quoted = /([A-Za-z_]\w*)\s*(?:==|!=)\s*"(\w*)$/.exec(before) ?? /([A-Za-z_]\w*)\s+(?:not\s+)?in\s+\[[^\]]*"(\w*)$/.exec(before);
    if (quoted && field.dataset.complete === "names") {
      const choices = names.find((name) => name.key === quoted[1])?.choices ?? [];
      return { word: quoted[2], names: choices.map((key) => ({ key, label: "", what: quoted[1] })) };
    }
    if (field.dataset.complete === "names" && (before.split('"').length - 1) % 2) {
      const sets = names.filter((name) => name.what.startsWith("several"));
      return { word: /\w*$/.exec(before)[0], names: sets.flatMap((set) => set.choices.map((key) => ({ key, label: "", what: set.key }))) };
    }
    return { word: /[\w-]*$/.exec(before)[0], names };
  };

  const matching = (word, names) => {
    const wanted = word.toLowerCase();
    const score = (name) => {
      const key = name.key.toLowerCase();
      const label = name.label.toLowerCase();
      if (key.startsWith(wanted)) return 0;
      if (label.split(/\s+/).some((part) => part.startsWith(wanted))) return 1;
      return key.includes(wanted) || label.includes(wanted) ? 2 : 9;
    };
    return names.map((name) => [score(name), name]).filter(([rank]) => rank < 9).sort((a, b) => a[0] - b[0]).slice(0, MOST).map(([, name]) => name);
  };

  const close = () => {
    if (!open) return;
    open.field.removeAttribute("aria-activedescendant");
    open.field.removeAttribute("aria-controls");
    open.box.remove();
    open = null;
  };

  const mark = (at) => {
    open.at = (at + open.found.length) % open.found.length;
    for (const [index, row] of [...open.box.children].entries()) row.setAttribute("aria-selected", String(index === open.at));
    open.field.setAttribute("aria-activedescendant", open.box.children[open.at].id);
    open.box.children[open.at].scrollIntoView({ block: "nearest" });
  };

  const take = (at) => {
    const { field, found, word } = open;
    const end = field.selectionStart;
    const start = end - word.length;
    const text = found[at].key + (field.dataset.complete === "keys" ? " " : "");
    close();
    field.setRangeText(text, start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  };

  const row = (name, index) => {
    const line = document.createElement("li");
    line.id = `completion-${index}`;
    line.setAttribute("role", "option");
    const key = document.createElement("code");
    key.textContent = name.key;
    const label = document.createElement("span");
    label.textContent = name.label;
    const what = document.createElement("span");
    what.className = "meta";
    what.textContent = name.what;
    line.append(key, label, what);
    line.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(index);
    });
    return line;
  };

  const show = async (field, always) => {
    const names = await fetched(address(field));
    if (document.activeElement !== field) return;
    const { word, names: allowed } = asked(field, names);
    const found = word || always ? matching(word, allowed) : [];
    close();
    if (!found.length || (found.length === 1 && found[0].key === word)) return;
    const box = document.createElement("ul");
    box.className = "completions";
    box.id = "completions";
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", "Names");
    box.append(...found.map(row));
    field.parentElement.classList.add("completing");
    field.after(box);
    field.setAttribute("aria-controls", box.id);
    open = { field, box, found, word, at: -1 };
    if (always) mark(0);
  };

  const isOurs = (element) => element instanceof HTMLElement && element.dataset.complete && !element.matches(":disabled");

  document.addEventListener("focusin", (event) => {
    if (!isOurs(event.target)) return;
    event.target.setAttribute("aria-autocomplete", "list");
    event.target.setAttribute("aria-haspopup", "listbox");
  });
  document.addEventListener("input", (event) => {
    if (isOurs(event.target)) show(event.target, false);
  });
  document.addEventListener("focusout", close);
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (open && event.detail.target.contains(open.field)) close();
  });
  document.addEventListener("keydown", (event) => {
    if (!isOurs(event.target)) return;
    if (!open) {
      if (event.key === "ArrowDown" && event.altKey) {
        event.preventDefault();
        show(event.target, true);
      }
      return;
    }
    if (event.key === "ArrowDown") mark(open.at + 1);
    else if (event.key === "ArrowUp") mark(open.at < 0 ? open.found.length - 1 : open.at - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && open.at >= 0) take(open.at);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
})();

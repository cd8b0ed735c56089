// Marks in the contents beside a long text the part that is being read. Without it the contents are plain links.
(() => {
  const contents = document.querySelector("[data-contents]");
  if (!contents || !("IntersectionObserver" in window)) return;
  const links = new Map([...contents.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) seen[entry.isIntersecting ? "add" : "delete"](entry.target.id);
    const current = [...links.keys()].find((id) => seen.has(id));
    if (!current) return;
    for (const [id, link] of links) link.toggleAttribute("aria-current", id === current);
    links.get(current).setAttribute("aria-current", "true");
  }, { rootMargin: "-10% 0px -70% 0px" });
  for (const id of links.keys()) {
    const part = document.getElementById(id);
    if (part) observer.observe(part);
  }
})();

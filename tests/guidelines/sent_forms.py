"""What a browser would send of a form on a page, read from its HTML."""

from collections import defaultdict
from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.depth = form_id, 0
        self.sent: defaultdict[str, list[str]] = defaultdict(list)
        self.select = self.textarea = ""
        self.options: list[tuple[str, bool]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.depth = 1 if found.get("id") == self.form_id else 0
        if not self.depth:
            return
        name = found.get("name", "")
        if tag == "input" and name and (found.get("type") not in ("checkbox", "radio") or "checked" in found):
            self.sent[name].append(found.get("value", "on" if found.get("type") == "checkbox" else ""))
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "option" and self.select:
            self.options.append((found.get("value", ""), "selected" in found))
        elif tag == "textarea":
            self.textarea, self.text = name, []

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self.select:
            chosen = [value for value, is_chosen in self.options if is_chosen]
            self.sent[self.select].append((chosen or [value for value, _ in self.options] or [""])[0])
            self.select = ""
        elif tag == "textarea" and self.textarea:
            # A browser leaves out the first line break, and sends every other as two characters.
            self.sent[self.textarea].append("".join(self.text).removeprefix("\n").replace("\n", "\r\n"))
            self.textarea = ""
        elif tag == "form":
            self.depth = 0


def sent_form(html: str, form_id: str) -> dict[str, list[str]]:
    """Names and values as a browser sends them when no button with a name is pressed; the token against forgery, which
    differs on every page, left out."""
    form = _Form(form_id)
    form.feed(html)
    form.sent.pop("csrfmiddlewaretoken", None)
    return dict(form.sent)

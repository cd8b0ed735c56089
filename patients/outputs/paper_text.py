"""The text of a page as a reader meets it, taken from its HTML: all of it, and that of each drug's box.

Marked `data-unchecked`, a part is left out: names, numbers and addresses are not the guideline's words.
"""

from html.parser import HTMLParser

from patients.print_rules import PaperText

INLINE = {"a", "b", "strong", "em", "i", "small", "span", "code", "sup", "sub"}
WITHOUT_END = {"br", "hr", "img", "meta", "link", "input", "rect", "path", "circle", "wbr"}
BETWEEN_BOXES = "\n¶\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str | None, bool]] = []  # tag, its box, whether it is left out
        self.whole: list[str] = []
        self.boxes: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in INLINE:
            self.write("\n")
        if tag in WITHOUT_END:
            return
        given = dict(attrs)
        _, box, is_left_out = self.open[-1] if self.open else ("", None, False)
        if given.get("data-box"):
            box = given["data-box"]
            self.whole.append(BETWEEN_BOXES)
        self.open.append((tag, box, is_left_out or "data-unchecked" in given or tag in ("svg", "style", "script")))

    def handle_endtag(self, tag: str) -> None:
        if tag in WITHOUT_END or not self.open:
            return
        _, box, _ = self.open.pop()
        if box and not (self.open and self.open[-1][1] == box):
            self.whole.append(BETWEEN_BOXES)
        if tag not in INLINE:
            self.write("\n")

    def handle_data(self, data: str) -> None:
        self.write(data)

    def write(self, text: str) -> None:
        _, box, is_left_out = self.open[-1] if self.open else ("", None, False)
        if is_left_out:
            return
        self.whole.append(text)
        if box:
            self.boxes.setdefault(box, []).append(text)


def text_of(html: str) -> PaperText:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return PaperText(_lines(reader.whole), {drug: _lines(parts) for drug, parts in reader.boxes.items()})


def _lines(parts: list[str]) -> str:
    """One line of text a line, without the white space of the template. A no-break space stays what it is."""
    lines = (" ".join(line.split(" ")).strip(" \t\r") for line in "".join(parts).split("\n"))
    return "\n".join(" ".join(part for part in line.split(" ") if part) for line in lines if line)

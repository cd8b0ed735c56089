"""What matches in a text that was found, as data: no markup comes from the database, and none from what was typed."""

from typing import Any

from django.contrib.postgres.search import SearchHeadline, SearchQuery

from guidelines.models.finding import CONFIG

# No content holds these characters, so they mark a match and nothing else.
BEGIN, END = "\x02", "\x03"
END_LENGTH = 20  # so many characters tell whether a part is the beginning or the end of its text

Parts = list[tuple[str, bool]]


def marked(name: str, query: SearchQuery | None, **options: Any) -> SearchHeadline:
    return SearchHeadline(name, query or "", config=CONFIG, start_sel=BEGIN, stop_sel=END, **options)


def parts(text: str) -> Parts:
    """The marked text as (text, is it a match)."""
    found: Parts = []
    for index, piece in enumerate(text.split(BEGIN)):
        match, _, rest = piece.partition(END) if index else ("", "", piece)
        found += [(match, True)] if match else []
        found += [(rest, False)] if rest else []
    return found


def with_ends(shown: Parts, whole: str) -> Parts:
    """What is shown of a text, with a sign where more stands before it or behind it. The database leaves out the last
    full stop."""
    text = "".join(piece for piece, _ in shown)
    is_begun = whole.startswith(text[:END_LENGTH])
    is_ended = whole.rstrip(" .").endswith(text.rstrip(" .")[-END_LENGTH:])
    return [*([] if is_begun else [("… ", False)]), *shown, *([] if is_ended else [(" …", False)])]

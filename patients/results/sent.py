"""One result of a file, with whose it is said to be and by what identifier its sender knows it. Reads no rows."""

import re
from dataclasses import dataclass, field

from patients.results.reading import Told

MOST_BYTES, MOST_ROWS = 20_000_000, 20_000
LONGEST_ID = 200
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class FileRefused(ValueError):
    """The file is not read at all; the sentence names the line or the path, and says what to do."""


@dataclass(frozen=True)
class Sent:
    """`numbers`: of the patient, each of them; `whose`, why there are none, where that is known. `born`: as the file says
    it. A cancelled result takes back what has its identifier; a correction takes its place."""

    told: Told
    numbers: tuple[str, ...] = ()
    born: str = ""
    external_id: str = ""
    is_correction: bool = False
    is_cancelled: bool = False
    whose: str = ""
    shown: dict[str, str] = field(default_factory=dict)  # what the file says, for the person who looks at it


def decoded(raw: bytes) -> str:
    """UTF-8 text, with or without its mark."""
    if len(raw) > MOST_BYTES:
        raise FileRefused(f"The file has more than {MOST_BYTES // 1_000_000} MB. Send it in parts.")
    if not raw.strip():
        raise FileRefused("The file is empty.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        raise FileRefused(f"Line {line}: this is not UTF-8. Save the file as UTF-8.") from None
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise FileRefused(
            f"Line {line}: there is a sign that no text has (U+{ord(found[0]):04X}). Is this the right file?"
        )
    return text

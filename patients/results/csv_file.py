"""A CSV file of results: one a line, under a heading. Refuses columns it does not know and lines of another length."""

import csv
import io
from collections.abc import Iterator

from patients.results.catalogue import Catalogue, Kind, simplified
from patients.results.reading import Told
from patients.results.sent import LONGEST_ID, MOST_ROWS, FileRefused, Sent, decoded

# (column, whether it must be there, what it holds, other headings)
COLUMNS = (
    ("patient", True, "The patient’s number, as it stands on the patient’s page.", ("patient number", "number")),
    ("test", True, "The key, the label, a laboratory’s name or the LOINC code of the result.", ("loinc", "name", "key")),
    ("value", True, "A number with a point for decimals; or the word of a choice; or yes or no.", ("result",)),
    ("unit", True, "As in the table below. Empty where the result has none.", ("units",)),
    ("upper_limit", False, "The laboratory’s upper limit of normal, in the same unit.", ("limit",)),
    ("date", True, "The day the sample was taken, as year-month-day.", ("day", "taken on")),
    ("id", False, "The sender’s identifier. A later file with the same identifier and the same day corrects this result.", ("identifier",)),
    ("born", False, "The patient’s day of birth: if it is there, it must be the one on record.", ("birth date", "date of birth")),
)  # fmt: skip
NAMES = [name for name, *_ in COLUMNS]
COLUMN_OF = {simplified(word): name for name, _, _, others in COLUMNS for word in (name, *others)}
SHOWN = 80


def read_csv(raw: bytes) -> list[Sent]:
    text = decoded(raw)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
    begins = 1
    found: list[Sent] = []
    try:
        columns = headings(next(lines, []))
        begins = lines.line_num + 1
        for cells in lines:
            if any(cell.strip() for cell in cells):
                found.append(sent(cells, columns, begins))
            if len(found) > MOST_ROWS:
                raise FileRefused(f"Line {begins}: the file has more than {MOST_ROWS} results. Send it in parts.")
            begins = lines.line_num + 1
    except csv.Error as problem:
        raise FileRefused(f"Line {begins}: this is no line of a CSV file: {problem}. Check the quotes.") from None
    if not found:
        raise FileRefused("Line 2: there is no result below the heading.")
    return found


def separator(text: str) -> str:
    """What stands most often in the heading."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def headings(cells: list[str]) -> list[str]:
    found = []
    for cell in cells:
        column = COLUMN_OF.get(simplified(cell))
        if column is None:
            raise FileRefused(f"Line 1: there is no column “{cell[:SHOWN]}”. The columns are {', '.join(NAMES)}.")
        if column in found:
            raise FileRefused(f"Line 1: the column {column} stands there twice.")
        found.append(column)
    missing = [name for name, is_needed, *_ in COLUMNS if is_needed and name not in found]
    if missing:
        raise FileRefused(f"Line 1: the heading lacks {' and '.join(missing)}. The columns are {', '.join(NAMES)}.")
    return found


def sent(cells: list[str], columns: list[str], line: int) -> Sent:
    if len(cells) != len(columns):
        raise FileRefused(
            f"Line {line}: it has {len(cells)} parts and the heading {len(columns)}. "
            "A part is missing, or a text with a separator in it lacks its quotes."
        )
    row = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
    external_id = row.get("id", "")
    told = Told(
        f"Line {line}", row["test"], row["value"], row["unit"], row.get("upper_limit", ""), row["date"],
        why_not=f"The identifier is longer than {LONGEST_ID} characters." if len(external_id) > LONGEST_ID else "",
    )  # fmt: skip
    return Sent(
        told, (row["patient"],) if row["patient"] else (), row.get("born", ""), external_id[:LONGEST_ID],
        is_correction=bool(external_id), shown={name: value[:SHOWN] for name, value in row.items() if value},
    )  # fmt: skip


def template(catalogue: Catalogue) -> str:
    """A file to begin with: the heading, and a line for some results, without a patient and a value."""
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(NAMES)
    for kind in examples(catalogue):
        lines.writerow(["", kind.key, "", kind.units[0] if kind.units else "", "", "", "", ""])
    return written.getvalue()


def examples(catalogue: Catalogue) -> Iterator[Kind]:
    return (kind for kind in catalogue.kinds.values() if kind.test and kind.fact.type == "number")

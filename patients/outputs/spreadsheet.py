"""Tables for a spreadsheet, which takes some cells for formulas and runs them."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO

from django.http import HttpResponse

# A cell that begins so is a formula; for some programs with wide signs, too. One that expects another separator than ours
# begins a cell behind that.
FORMULA = re.compile(r"^ *(?=[=+\-@＝＋－＠\t\r\n])")
BEHIND_A_SEPARATOR = re.compile(r"([;\t\r\n]\s*)(?=[=+\-@＝＋－＠])")


def csv_file(columns: Sequence[str], rows: Iterable[Iterable[str]], name: str) -> HttpResponse:
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    # The mark by which a spreadsheet knows that the file is UTF-8.
    response = HttpResponse(f"\ufeff{text.getvalue()}", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def harmless(cell: str) -> str:
    """Never a formula, wherever the words came from."""
    found = BEHIND_A_SEPARATOR.sub(r"\1'", cell)
    return f"'{found}" if FORMULA.match(found) else found

"""Files of results for tests: good ones of any size, and very many that are broken in ways files are broken."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

LOINC, UCUM = f"http://{'loinc.org'}", f"http://{'unitsofmeasure.org'}"
HEADING = ("patient", "test", "value", "unit", "upper_limit", "date", "id")
MARKER, WEIGHT = "itch_marker", "weight_kg"
WEIGHT_LOINC = "29463-7"


def csv_of(*lines: Sequence[str], heading: Sequence[str] = HEADING, separator: str = ",") -> bytes:
    return "\n".join(separator.join(parts) for parts in (heading, *lines)).encode()


def line(number: str = "E-1", test: str = MARKER, value: str = "55", **more: str) -> tuple[str, ...]:
    told = {"unit": "U/L", "upper_limit": "40", "date": "2026-03-09", "id": ""} | more
    return (number, test, value, told["unit"], told["upper_limit"], told["date"], told["id"])


def many_lines(numbers: Sequence[str], days: int, last: date) -> list[tuple[str, ...]]:
    """Two results a day of each patient, all different."""
    found = []
    for place, number in enumerate(numbers):
        for back in range(days):
            day = (last - timedelta(days=back)).isoformat()
            found.append(line(number, MARKER, str(10 + (place * 7 + back) % 60), date=day, id=f"M-{place}-{back}"))
            weight = f"{50 + place % 40}.{back % 10}"
            found.append(line(number, WEIGHT, weight, unit="kg", upper_limit="", date=day, id=f"W-{place}-{back}"))
    return found


def observation(**more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": WEIGHT_LOINC}]},
        "subject": {"identifier": {"value": "E-1"}},
        "effectiveDateTime": "2026-03-09T10:00:00Z",
        "valueQuantity": quantity("62.5", "kg"),
    }
    told |= more
    return {name: value for name, value in told.items() if value is not None}


def quantity(value: str, unit: str, **more: Any) -> dict[str, Any]:
    return {"value": Exactly(value), "unit": unit, "system": UCUM, "code": unit, **more}


class Exactly(float):
    """A number that is written as these very digits."""

    def __new__(cls, written: str) -> "Exactly":
        made = super().__new__(cls, 0)
        made.written = written  # type: ignore[attr-defined]
        return made

    def __repr__(self) -> str:
        return str(self.written)  # type: ignore[attr-defined]


class Writer(json.JSONEncoder):
    def iterencode(self, o: Any, _one_shot: bool = False) -> Iterator[str]:
        if isinstance(o, Exactly):
            yield repr(o)
        elif isinstance(o, dict):
            parts = [f"{json.dumps(key)}: {''.join(self.iterencode(value))}" for key, value in o.items()]
            yield "{" + ", ".join(parts) + "}"
        elif isinstance(o, list):
            yield "[" + ", ".join("".join(self.iterencode(value)) for value in o) + "]"
        else:
            yield json.dumps(o)


def bundle(*resources: dict[str, Any], **more: Any) -> bytes:
    entries = [{"fullUrl": f"urn:uuid:{place}", "resource": one} for place, one in enumerate(resources)]
    told = {"resourceType": "Bundle", "type": "collection", "entry": entries, **more}
    return json.dumps(told, cls=Writer, indent=None).encode()


# --- broken files ----------------------------------------------------------------------------------------------------


def broken_files() -> Iterator[tuple[str, bytes]]:
    """(what is wrong, the file). The same every time."""
    yield from broken_bytes()
    yield from broken_csv()
    yield from broken_json()
    yield from bundles_of_wrong_shape()


def broken_bytes() -> Iterator[tuple[str, bytes]]:
    good = csv_of(*(line(value=str(value)) for value in range(10, 40)))
    made = bundle(observation(), observation(id="o2"))
    random = Random(20260309)
    for file, name in ((good, "CSV"), (made, "bundle")):
        for number in range(12):
            place = random.randrange(1, len(file))
            yield f"{name}: a NUL at {place}", file[:place] + b"\x00" + file[place:]
            yield f"{name}: no UTF-8 at {place}", file[:place] + b"\xff" + file[place:]
            yield f"{name}: an escape at {place}", file[:place] + b"\x1b" + file[place:]
            if number < 4:
                yield f"{name}: UTF-16, {number}", file[: 200 + number].decode().encode("utf-16")
    for number in range(12):
        yield f"noise {number}", random.randbytes(500 * (number + 1))
    for name, head in (
        ("a zip", b"PK\x03\x04\x14\x00"),
        ("a picture", b"\x89PNG\r\n\x1a\n"),
        ("a PDF", b"%PDF-1.7\n\xe2\xe3\xcf\xd3"),
    ):
        yield name, head + b"x" * 100
    yield "nothing", b""
    yield "blanks", b" \r\n \n"
    yield "only a mark", b"\xef\xbb\xbf"
    yield "latin-1", csv_of(line("M\u00fcller")).decode().encode("latin-1")


def broken_csv() -> Iterator[tuple[str, bytes]]:
    lines = [line(value=str(value)) for value in range(10, 40)]
    for name in ("patient", "test", "value", "unit", "date"):
        place = HEADING.index(name)
        rest = [(*one[:place], *one[place + 1 :]) for one in lines]
        yield f"no column {name}", csv_of(*rest, heading=[part for part in HEADING if part != name])
    for name in HEADING:
        yield f"column {name} twice", csv_of(*[(*one, "x") for one in lines], heading=[*HEADING, name])
    for name in ("status", "Patient Name", "", "valeu", "=cmd", "value;unit"):
        yield f"a column {name!r}", csv_of(*[(*one, "x") for one in lines], heading=[*HEADING, name])
    for place in range(0, 30, 3):
        wrong = list(lines)
        wrong[place] = lines[place][:-1]
        yield f"line {place + 2} is short", csv_of(*wrong)
        wrong[place] = (*lines[place], "more")
        yield f"line {place + 2} is long", csv_of(*wrong)
        wrong[place] = ('"E-1', *lines[place][1:])
        yield f"line {place + 2} has an open quote", csv_of(*wrong)
        wrong[place] = ('"E-1"x', *lines[place][1:])
        yield f"line {place + 2} goes on behind a quote", csv_of(*wrong)
    yield "only a heading", csv_of()
    yield "prose", b"Dear colleague,\nplease find the results below.\n"
    yield "a very long part", csv_of(line(value="1" * 200_000))


def broken_json() -> Iterator[tuple[str, bytes]]:
    good = bundle(observation())
    for place in range(1, len(good), max(1, len(good) // 24)):
        yield f"cut at {place}", good[:place]
    for number in (1_000, 100_000):
        yield f"{number} lists deep", b'{"entry": ' + b"[" * number + b"]" * number + b"}"
        yield f"{number} open lists", b"[" * number
        yield f"{number} objects deep", b'{"a":' * number + b"1" + b"}" * number
    for digits in (
        "1" * 400,
        "9" * 5000,
        "1e999",
        "1E5",
        "-1e-400",
        "NaN",
        "Infinity",
        "-Infinity",
        "0." + "3" * 60,
        "01",
        "1.",
    ):
        yield f"the number {digits[:12]}", good.replace(b"62.5", digits.encode())
    for key in ("resourceType", "status", "code", "subject", "valueQuantity", "effectiveDateTime"):
        double = json.dumps({key: "x"})[1:-1]
        yield f"{key} twice", good.replace(b'"status": "final"', f'"status": "final", {double}, {double}'.encode())
    for sign in (b"\\u0000", b"\\u0007", b"\\ud800", b"\\udfff", b"\\u001b"):
        yield f"{sign!r} in a text", good.replace(b"E-1", sign)
    yield "a comma too many", good.replace(b'"final",', b'"final",,')
    yield "single quotes", good.replace(b'"', b"'")
    yield "two bundles", good + good


def bundles_of_wrong_shape() -> Iterator[tuple[str, bytes]]:
    for kind in ("Patient", "", None, 5, ["Bundle"], {"a": "b"}, "bundle"):
        yield f"resourceType {kind!r}", bundle(observation(), resourceType=kind)
    for top in (b"[]", b"{}", b"[{}]", b'{"resourceType": "Bundle"}'):
        yield f"only {top!r}", top
    for entry in (None, [], {}, "x", 5, [None], ["x"], [5], [{}], [{"resource": None}], [{"resource": []}], [{"resource": {}}],
                  [{"resource": {"resourceType": 5}}], [{"resource": {"resourceType": "Patient"}}]):  # fmt: skip
        yield f"entry {entry!r}", bundle(entry=entry)
    wrong = {
        "code": ("x", 5, ["x"], True), "subject": ("E-1", 5, ["x"]), "valueQuantity": ("5", 5, [1], True),
        "referenceRange": ("10-40", {"high": 5}, [5], ["x"], [{"high": "40"}]), "identifier": ("L1", {"value": "L1"}, [5], [{"value": 5}]),
        "effectiveDateTime": (["2026-03-09"], {"a": "b"}, True), "status": (["final"], True, {"a": "b"}),
        "component": ("x", [5], {"a": "b"}), "id": (["o1"], True),
    }  # fmt: skip
    for name, values in wrong.items():
        for value in values:
            if isinstance(value, int) and not isinstance(value, bool):
                value = [value]
            told = observation(**{name: value})
            if name == "identifier" and value == [{"value": 5}]:
                told = observation(identifier=[{"value": ["5"]}])
            yield f"{name} is {value!r}", bundle(observation(id="fine"), told)
    yield "coding is a text", bundle(observation(code={"coding": "29463-7"}))
    yield "value is a list", bundle(observation(valueQuantity={"value": ["5"], "unit": "kg"}))

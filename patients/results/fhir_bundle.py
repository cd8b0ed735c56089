"""A FHIR R4 Bundle of Observations. Refuses what is no such bundle with the path of what is wrong; an observation that
cannot be used refuses only itself.

Systems of codes are compared by the last part of their address.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any, TypeVar

from guidelines.facts_file import JsonRefused, Unusable, read_json
from patients.results.catalogue import Catalogue
from patients.results.reading import NotRead, Told
from patients.results.sent import LONGEST_ID, MOST_BYTES, MOST_ROWS, FileRefused, Sent, decoded

LOINC, UCUM = "loinc.org", "unitsofmeasure.org"
CURRENT, CORRECTED, CANCELLED = ("final",), ("corrected", "amended"), ("entered-in-error",)
VALUES = ("valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean", "valueInteger")
OTHER_VALUES = ("valueRange", "valueRatio", "valueSampledData", "valueTime", "valueDateTime", "valuePeriod")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?")
MOST_PARTS = 50 * MOST_ROWS  # objects, lists and members: an Observation has thirty or forty, and each takes memory
SHOWN = 80
# In what is shown of a result: the system its patient's number is of, where the clinic named one.
NUMBERS_OF = "numbers of"
Part = TypeVar("Part", str, bool, list, dict)
WORDS = {str: "a text", bool: "true or false", list: "a list", dict: "an object"}


def digits(written: str) -> Any:
    """A number as its digits, so that none is lost; one that no result has is refused with its place."""
    return (
        written
        if len(written) <= 20 and "e" not in written.lower()
        else Unusable(f"{written[:20]}… is no number of a result")
    )


def read_bundle(raw: bytes, catalogue: Catalogue, zone: tzinfo, numbers_of: str | None = None) -> list[Sent]:
    """`zone` is the clinic's: a moment belongs to the clinic's day. `numbers_of`: the system of its patients' numbers;
    without one every identifier counts, whatever it is a number of."""
    decoded(raw)
    if sum(raw.count(sign) for sign in (b"{", b"[", b",")) > MOST_PARTS:
        raise FileRefused(f"The file has more than {MOST_PARTS} parts, more than results need. Send it in parts.")
    try:
        bundle = read_json(raw, number=digits, most_bytes=MOST_BYTES)
    except JsonRefused as refusal:
        raise FileRefused(as_sentence(str(refusal))) from None
    if not isinstance(bundle, dict):
        raise FileRefused("resourceType: the file holds no resource. Send a Bundle of Observations.")
    kind = bundle.get("resourceType")
    if kind != "Bundle":
        raise FileRefused(
            f"resourceType: this is {str(kind)[:40] if kind else 'no resource'}. Send a Bundle of Observations."
        )
    entries = get(bundle, "entry", list, "")
    if not entries:
        raise FileRefused("entry: the bundle is empty.")
    resources = [resource_of(entry, f"entry[{place}]") for place, entry in enumerate(entries)]
    people = People(numbers_of).of_bundle(entries, resources)
    found = [
        sent
        for place, resource in enumerate(resources)
        if resource["resourceType"] == "Observation"
        for sent in observations(resource, f"entry[{place}].resource", people, catalogue, zone)
    ]
    if not found:
        raise FileRefused("entry: there is no Observation in the bundle.")
    if len(found) > MOST_ROWS:
        raise FileRefused(f"entry: the bundle has more than {MOST_ROWS} results. Send it in parts.")
    return found


def as_sentence(text: str) -> str:
    """Begins with a capital, unless it begins with a path."""
    return f"{text[:1].upper() if text.startswith(('the ', 'line ')) else text[:1]}{text[1:]}."


def get(resource: Mapping[str, Any], name: str, kind: type[Part], path: str) -> Part | None:
    """A part of the right type, or none; another type refuses the file with the path."""
    part = resource.get(name)
    if part is None:
        return None
    if not isinstance(part, kind):
        raise FileRefused(f"{path}{'.' * bool(path)}{name}: must be {WORDS[kind]}.")
    return part


def objects(resource: Mapping[str, Any], name: str, path: str) -> list[dict[str, Any]]:
    parts = get(resource, name, list, path) or []
    for place, part in enumerate(parts):
        if not isinstance(part, dict):
            raise FileRefused(f"{path}.{name}[{place}]: must be an object.")
    return parts


def resource_of(entry: object, path: str) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise FileRefused(f"{path}: must be an object.")
    resource = get(entry, "resource", dict, path)
    if resource is None or not isinstance(resource.get("resourceType"), str):
        raise FileRefused(f"{path}.resource: there is no resource with its type.")
    return resource


class Person:
    """Who a result is of, as the file says."""

    def __init__(self, numbers: tuple[str, ...] = (), born: str = "") -> None:
        self.numbers, self.born = numbers, born


class People:
    """Whose the results of a bundle are, by everything patients are referred to by."""

    def __init__(self, numbers_of: str | None) -> None:
        self.system = (numbers_of or "").rstrip("/")
        self.found: dict[str, Person] = {}

    def of_bundle(self, entries: list[Any], resources: list[dict[str, Any]]) -> "People":
        for place, (entry, resource) in enumerate(zip(entries, resources, strict=True)):
            if resource["resourceType"] != "Patient":
                continue
            path = f"entry[{place}].resource"
            person = self.person_of(resource, path)
            if key := get(resource, "id", str, path):
                self.found[f"Patient/{key}"] = person
            if address := get(entry, "fullUrl", str, f"entry[{place}]"):
                self.found[address] = person
        return self

    def person_of(self, resource: dict[str, Any], path: str) -> Person:
        numbers = [self.number_of(one, f"{path}.identifier") for one in objects(resource, "identifier", path)]
        return Person(tuple(filter(None, numbers)), get(resource, "birthDate", str, path) or "")

    def number_of(self, identifier: dict[str, Any], path: str) -> str:
        """Empty where it is a number of something else."""
        system = (get(identifier, "system", str, path) or "").strip().rstrip("/")
        value = (get(identifier, "value", str, path) or "").strip()
        return value if not self.system or system == self.system else ""

    def subject_of(self, resource: dict[str, Any], path: str) -> Person:
        subject = get(resource, "subject", dict, path) or {}
        reference = get(subject, "reference", str, f"{path}.subject") or ""
        if reference.startswith("#"):
            contained = [one for one in objects(resource, "contained", path) if one.get("id") == reference[1:]]
            person = self.person_of(contained[0], f"{path}.contained") if contained else Person()
        else:
            person = self.found.get(reference, Person())
        number = self.number_of(get(subject, "identifier", dict, f"{path}.subject") or {}, f"{path}.subject.identifier")
        return Person((*person.numbers, number) if number else person.numbers, person.born)

    @property
    def why_none(self) -> str:
        """Of a result without a number."""
        return f"It names no patient by a number of {self.system[:SHOWN]}." if self.system else ""


def observations(
    resource: dict[str, Any], path: str, people: People, catalogue: Catalogue, zone: tzinfo
) -> Iterator[Sent]:
    """One result; or one of each component, where the observation has no value itself."""
    person, status = people.subject_of(resource, path), get(resource, "status", str, path) or ""
    external_id = identifier_of(resource, path)
    components = objects(resource, "component", path)
    has_value = any(name in resource for name in (*VALUES, *OTHER_VALUES))
    parts = [resource] if has_value or not components else components
    for place, part in enumerate(parts):
        here = path if part is resource else f"{path}.component[{place}]"
        told = told_of(part, resource, here, catalogue, zone)
        own_id = external_id if part is resource or not external_id else f"{external_id}#{told.name}"
        why_not = told.why_not
        if status not in (*CURRENT, *CORRECTED, *CANCELLED):
            why_not = (
                f"Its status is {status[:SHOWN] or 'not said'}. Only final results are read, and their corrections."
            )
        elif "modifierExtension" in resource or "modifierExtension" in part:
            why_not = "It has an extension that may change what it means, and that is not known here."
        elif len(own_id) > LONGEST_ID:
            why_not = f"Its identifier is longer than {LONGEST_ID} characters."
        elif status in CANCELLED:
            why_not = "" if own_id else "It is marked as entered in error and has no identifier to take back by."
        told = Told(**{**vars(told), "why_not": why_not})
        shown = {
            "patient": ", ".join(person.numbers), "test": told.name, "value": str(told.value), "unit": told.unit,
            "upper_limit": told.upper_limit, "date": told.day, "id": own_id, "status": status, NUMBERS_OF: people.system,
        }  # fmt: skip
        yield Sent(
            told, person.numbers, person.born, own_id[:LONGEST_ID], status in CORRECTED, status in CANCELLED,
            people.why_none, {name: value[:SHOWN] for name, value in shown.items() if value},
        )  # fmt: skip


def identifier_of(resource: dict[str, Any], path: str) -> str:
    """The first business identifier with its system; else the identifier of the resource."""
    for one in objects(resource, "identifier", path):
        if value := get(one, "value", str, f"{path}.identifier"):
            return f"{get(one, 'system', str, f'{path}.identifier') or ''}|{value}"
    return get(resource, "id", str, path) or ""


def told_of(part: dict[str, Any], resource: dict[str, Any], path: str, catalogue: Catalogue, zone: tzinfo) -> Told:
    why_not, name, day, value, limit = "", "", "", Told(path), ("", "")
    try:
        name = code_of(part, path, catalogue)
        value = value_of(part, path)
        limit = upper_limit_of(part, path)
        day = day_of(resource, path, zone)
    except NotRead as problem:
        why_not = str(problem)
    return Told(path, name, value.value, value.unit, limit[0], day, why_not, limit[1], codes=value.codes)


def codings(concept: Mapping[str, Any], path: str) -> list[tuple[str, str, str]]:
    """(end of the system's address, code, display)."""
    return [
        (
            (get(one, "system", str, f"{path}.coding") or "").rstrip("/").rpartition("/")[2],
            get(one, "code", str, f"{path}.coding") or "",
            get(one, "display", str, f"{path}.coding") or "",
        )
        for one in objects(concept, "coding", path)
    ]  # fmt: skip


def code_of(part: dict[str, Any], path: str, catalogue: Catalogue) -> str:
    concept = get(part, "code", dict, path) or {}
    codes = [code for system, code, _ in codings(concept, f"{path}.code") if system == LOINC and code]
    if not codes:
        raise NotRead("It has no LOINC code.")
    kinds = {kind.key for code in codes if (kind := catalogue.named(code))}
    if len(kinds) > 1:
        raise NotRead("Its codes mean more than one result.")
    return next((code for code in codes if catalogue.named(code)), codes[0])


def value_of(part: dict[str, Any], path: str) -> Told:
    """Only value, unit and codes are of interest."""
    if quantity := get(part, "valueQuantity", dict, path):
        here = f"{path}.valueQuantity"
        comparator = get(quantity, "comparator", str, here) or ""
        return Told(path, value=comparator + (get(quantity, "value", str, here) or ""), unit=unit_of(quantity, here))
    if concept := get(part, "valueCodeableConcept", dict, path):
        here = f"{path}.valueCodeableConcept"
        coded = codings(concept, here)
        text = get(concept, "text", str, here) or next((display for _, _, display in coded if display), "")
        return Told(path, value=text, codes=tuple(code for _, code, _ in coded if code))
    if "valueBoolean" in part:
        return Told(path, value=bool(get(part, "valueBoolean", bool, path)))
    for name in ("valueString", "valueInteger"):
        if written := get(part, name, str, path):
            return Told(path, value=written)
    if other := next((name for name in OTHER_VALUES if name in part), ""):
        raise NotRead(f"A {other} is not read here.")
    return Told(path)


def unit_of(quantity: dict[str, Any], path: str) -> str:
    """The UCUM code; where there is none, the unit as it is printed."""
    system = (get(quantity, "system", str, path) or "").rstrip("/").rpartition("/")[2]
    code, printed = get(quantity, "code", str, path), get(quantity, "unit", str, path)
    return (code if system in ("", UCUM) and code else printed) or ""


def upper_limit_of(part: dict[str, Any], path: str) -> tuple[str, str]:
    """(limit, its unit), where all normal ranges that have an upper end have the same. Where treatment aims, or where
    life is in danger, is no limit of normal."""
    found = {
        (get(high, "value", str, f"{path}.referenceRange.high") or "", unit_of(high, f"{path}.referenceRange.high"))
        for one in objects(part, "referenceRange", path)
        if is_normal(one, f"{path}.referenceRange") and (high := get(one, "high", dict, f"{path}.referenceRange"))
    }
    if len(found) > 1:
        raise NotRead("It has more than one reference range; nobody can say which is this patient’s.")
    return found.pop() if found else ("", "")


def is_normal(limits: dict[str, Any], path: str) -> bool:
    """Of a range that does not say what it is, it is understood."""
    kind = get(limits, "type", dict, path)
    return kind is None or "normal" in {code for _, code, _ in codings(kind, f"{path}.type")}


def day_of(resource: dict[str, Any], path: str, zone: tzinfo) -> str:
    """The day at the clinic."""
    written = get(resource, "effectiveDateTime", str, path) or get(resource, "effectiveInstant", str, path)
    if not written:
        raise NotRead("It does not say when the sample was taken (effectiveDateTime).")
    if not MOMENT.fullmatch(written):
        raise NotRead(f"“{written[:SHOWN]}” is no day: write year-month-day, or a moment.")
    try:
        if "T" not in written:
            return date.fromisoformat(written).isoformat()
        moment = datetime.fromisoformat(written)
        return (moment.astimezone(zone) if moment.tzinfo else moment).date().isoformat()
    except (ValueError, OverflowError):
        raise NotRead(f"There is no day {written[:SHOWN]}.") from None

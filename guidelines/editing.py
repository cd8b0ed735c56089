"""One change to the content of a draft, as a new Package: an entry saved, removed or moved, the head saved.

Pure: nothing is read or written. Refuses what would break the shape of a guideline.
"""

from collections.abc import Collection, Iterator
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ValidationError

from guidelines.engine.content import KEYED, Head, Package, StaleWording
from guidelines.engine.values import Content, sha256_of
from guidelines.models import HEAD
from guidelines.package import content_class

Direction = Literal["first", "up", "down", "last"]
# Of the fields that have a plain one beside them without its name, the first there is.
SAID_PLAINLY = ("clinician", "text", "message", "why", "title")
Wording = Literal["clinician", "plain"]


class NotPossible(ValueError):
    """The change would break the guideline; the sentence says how."""


class Part(NamedTuple):
    """A collection of entries: its name in the content, the class of its entries."""

    name: str
    entry_class: type[Content]


PARTS = {name: Part(name, content_class(Package.model_fields[name].annotation)) for name in KEYED}  # type: ignore[arg-type]  # every entry is Content


def entry_of(package: Package, part: str, key: str) -> Content | None:
    """The entry as it is now; of the head, all of it."""
    if part == HEAD:
        return package.head()
    return next((entry for entry in getattr(package, part) if entry.key == key), None)


def fingerprint(entry: Content | None) -> str:
    """What an editor has read is known by this; empty for an entry that was not there."""
    if entry is None:
        return ""
    return sha256_of(entry.canonical())[:32]


def with_entry(package: Package, part: str, entry: Content, *, stale: Collection[str] | None = None) -> Package:
    """The package with this entry, new or instead of the one with its key. Which of its wordings is `stale` now follows
    from what was changed, unless it is given."""
    key = getattr(entry, "key", HEAD)
    before = entry_of(package, part, key)
    rows = stale_rows(package, part, key, stale_after(package, part, key, before, entry) if stale is None else stale)
    if part == HEAD:
        changed = {name: getattr(entry, name) for name in Head.model_fields if name != "slug"}
        return rebuilt(package, stale_wordings=rows, **changed)
    entries = getattr(package, part)
    kept = tuple(entry if other.key == key else other for other in entries)
    return rebuilt(package, stale_wordings=rows, **{part: kept if before is not None else (*entries, entry)})


def without_entry(package: Package, part: str, key: str) -> Package:
    kept = tuple(entry for entry in getattr(package, part) if entry.key != key)
    return rebuilt(package, stale_wordings=stale_rows(package, part, key, ()), **{part: kept})


def moved(package: Package, part: str, key: str, direction: Direction) -> Package:
    """The entry one place, or all the way, up or down; at the end of the way, nothing changes."""
    entries = list(getattr(package, part))
    at = next(index for index, entry in enumerate(entries) if entry.key == key)
    to = {"first": 0, "up": max(at - 1, 0), "down": min(at + 1, len(entries) - 1), "last": len(entries) - 1}[direction]
    entries.insert(to, entries.pop(at))
    return rebuilt(package, **{part: tuple(entries)})


def rebuilt(package: Package, **changed: Any) -> Package:
    """The package with other fields, held against its laws again."""
    try:
        return Package.model_validate({**dict(package), **changed})
    except ValidationError as errors:
        first = errors.errors(include_url=False)[0]
        context = first.get("ctx", {})
        raise NotPossible(str(context.get("error", first["msg"]))) from None


# --- two wordings ----------------------------------------------------------------------------------------------------


def pairs(entry: BaseModel) -> Iterator[tuple[Any, Any]]:
    """Every (clinician, plain) pair of texts that an entry holds, parts of it included."""
    names = type(entry).model_fields
    for name in names:
        if name.startswith("plain_") and name.removeprefix("plain_") in names:
            yield getattr(entry, name.removeprefix("plain_")), getattr(entry, name)
    if "plain" in names:
        yield getattr(entry, next(name for name in SAID_PLAINLY if name in names)), entry.plain  # type: ignore[attr-defined]  # a field of that name is there
    for name in names:
        for part in value if isinstance(value := getattr(entry, name), tuple) else ():
            if isinstance(part, BaseModel):
                yield from pairs(part)


def has_two_wordings(entry_class: type[BaseModel]) -> bool:
    return any(name.startswith("plain") for name in entry_class.model_fields)


def one_sided(before: Content | None, after: Content) -> set[Wording]:
    """The wordings that were left as they were while the other one changed."""
    if before is None:
        return set()
    old, new = list(pairs(before)), list(pairs(after))
    if len(old) != len(new):
        return set()  # a part came or went as a whole
    stale: set[Wording] = set()
    for (clinician, plain), (new_clinician, new_plain) in zip(old, new, strict=True):
        if new_plain is not None and clinician != new_clinician and plain == new_plain:
            stale.add("plain")
        if clinician == new_clinician and plain is not None and plain != new_plain:
            stale.add("clinician")
    return stale


def stale_of(package: Package, part: str, key: str) -> list[Wording]:
    """Which wordings of an entry are waiting to be looked at."""
    return [row.wording for row in package.stale_wordings if (row.part, row.key) == (part, key)]


def stale_after(package: Package, part: str, key: str, before: Content | None, after: Content) -> Collection[str]:
    """What was written now is the newer wording; what was left behind is stale, whichever it was before."""
    if before is not None and list(pairs(before)) != list(pairs(after)):
        return one_sided(before, after)
    return stale_of(package, part, key)


def stale_rows(package: Package, part: str, key: str, stale: Collection[str]) -> tuple[StaleWording, ...]:
    """All stale wordings of the package, with these of the entry."""
    others = [row for row in package.stale_wordings if (row.part, row.key) != (part, key)]
    return (*others, *(StaleWording(part=part, key=key, wording=wording) for wording in sorted(stale)))

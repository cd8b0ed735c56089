"""Rows ⇄ Package, driven by the fields of both sides: no class of content is named here.

A field of content is a column of the same name, or columns that begin with its name, or rows that point back under
its name. What has none of these is a mistake in the models, and an error.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, get_args

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from pydantic import BaseModel

from config.written_once import WrittenOnce
from guidelines.engine.compiled import CompiledPackage, compile_package
from guidelines.engine.content import Package
from guidelines.engine.values import Interval
from guidelines.models import Version

ELSEWHERE = {(Package, "slug")}  # the slug is the guideline's, not a version's


@dataclass(frozen=True)
class Slot:
    """Where one field of content lives: in `columns` of the row, or as rows of `model` pointing back by `link`."""

    name: str
    columns: tuple[str, ...] = ()
    is_json: bool = False
    is_later_flag: bool = False
    is_flattened: bool = False
    model: type[models.Model] | None = None
    link: str = ""
    entry_class: type[BaseModel] | None = None
    is_single: bool = False


def content_class(annotation: Any) -> type[BaseModel]:
    """The one class of content inside `tuple[X, ...]` or `X | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = [content_class(part) for part in get_args(annotation) if part not in (type(None), Ellipsis)]
    if len(found) != 1:
        raise TypeError(f"{annotation} does not hold exactly one class of content")
    return found[0]


@cache
def slots(entry_class: type[BaseModel], model: type[models.Model]) -> tuple[Slot, ...]:
    found = []
    for name, field in entry_class.model_fields.items():
        if (entry_class, name) in ELSEWHERE:
            continue
        try:
            column: Any = model._meta.get_field(name)
        except FieldDoesNotExist:
            own = [other.name for other in model._meta.concrete_fields if other.name.startswith(f"{name}_")]
            if not own:
                raise
            found.append(Slot(name, columns=tuple(own), is_flattened=True))
            continue
        if column.auto_created and not column.concrete:
            found.append(
                Slot(
                    name,
                    model=column.related_model,
                    link=column.field.name,
                    entry_class=content_class(field.annotation),
                    is_single=column.one_to_one,
                )
            )
        else:
            is_later_flag = isinstance(column, models.BooleanField) and column.null
            is_json = isinstance(column, models.JSONField)
            found.append(Slot(name, columns=(name,), is_json=is_json, is_later_flag=is_later_flag))
    return tuple(found)


# --- Package → rows ----------------------------------------------------------------------------------------------


def columns_of(entry: BaseModel, model: type[models.Model]) -> dict[str, Any]:
    """The values of the row's own columns."""
    values: dict[str, Any] = {}
    as_json = entry.model_dump(mode="json")
    for slot in slots(type(entry), model):
        if slot.is_flattened:
            part = getattr(entry, slot.name)
            values |= {column: getattr(part, column.removeprefix(f"{slot.name}_"), None) for column in slot.columns}
        elif slot.is_json:
            values[slot.name] = as_json[slot.name]
        elif slot.is_later_flag:
            values[slot.name] = getattr(entry, slot.name) or None
        elif slot.columns:
            value = getattr(entry, slot.name)
            values[slot.name] = str(value) if isinstance(value, Interval) else value
    return values


def write_rows(version: Version, package: Package) -> None:
    """Writes every row of the package. The version's own columns are the caller's: see `columns_of`."""
    write_parts([(version, package)], Version, version, package)


def write_parts(owners: list[tuple[Any, Any]], model: type[models.Model], version: Version, package: Package) -> None:
    """The rows below the given rows, level by level."""
    if not owners:
        return
    entry_class: type[BaseModel] = type(owners[0][1])
    for slot in slots(entry_class, model):
        if slot.model is None:
            continue
        carried: Callable[..., dict[str, Any]] = getattr(slot.model, "carried_columns", nothing_carried)
        rows, entries = [], []
        for owner, content in owners:
            held = getattr(content, slot.name)
            if slot.is_single:
                held = () if held is None else (held,)
            for position, entry in enumerate(held):
                placed = {"version": version, slot.link: owner, "position": position}
                rows.append(slot.model(**placed, **columns_of(entry, slot.model), **carried(entry, package)))
                entries.append(entry)
        slot.model._default_manager.bulk_create(rows)
        write_parts(list(zip(rows, entries, strict=True)), slot.model, version, package)


def nothing_carried(entry: BaseModel, package: Package) -> dict[str, Any]:
    return {}


def delete_rows(version: Version) -> None:
    """Clears a draft before its new content is written; the history keeps what was there."""
    for model in reversed(row_models(Package, Version)):
        model._default_manager.filter(version=version)._raw_delete("default")


@cache
def row_models(entry_class: type[BaseModel], model: type[models.Model]) -> tuple[type[models.Model], ...]:
    """Every model that holds content, those pointed at before those that point."""
    found: list[type[models.Model]] = []
    for slot in slots(entry_class, model):
        if slot.model is not None and slot.entry_class is not None:
            found += [slot.model, *row_models(slot.entry_class, slot.model)]
    return tuple(found)


def write_entry(version: Version, package: Package, part: str, entry: BaseModel) -> None:
    """Writes one entry of a draft: a new one behind the others, a known one in its place."""
    slot = next(slot for slot in slots(Package, Version) if slot.name == part and slot.model is not None)
    model: Any = slot.model
    carried: Callable[..., dict[str, Any]] = getattr(model, "carried_columns", nothing_carried)
    columns = {**columns_of(entry, model), **carried(entry, package)}
    rows = model._default_manager.filter(version=version)
    row = rows.filter(key=columns["key"]).first()
    if row is None:
        last = rows.aggregate(last=models.Max("position"))["last"]
        row = model._default_manager.create(version=version, position=0 if last is None else last + 1, **columns)
    else:
        delete_below(type(entry), model, [row.pk])
        rows.filter(pk=row.pk).update(**columns)
    write_parts([(row, entry)], model, version, package)


def delete_entry(version: Version, part: str, key: str) -> None:
    slot = next(slot for slot in slots(Package, Version) if slot.name == part and slot.model is not None)
    model: Any = slot.model
    rows = model._default_manager.filter(version=version, key=key)
    if slot.entry_class is not None:
        delete_below(slot.entry_class, model, list(rows.values_list("pk", flat=True)))
    rows._raw_delete("default")


def delete_below(entry_class: type[BaseModel], model: type[models.Model], owners: list[Any]) -> None:
    """Clears what hangs below these rows."""
    for slot in slots(entry_class, model):
        if slot.model is None or slot.entry_class is None:
            continue
        rows: Any = slot.model._default_manager.filter(**{f"{slot.link}__in": owners})
        delete_below(slot.entry_class, slot.model, list(rows.values_list("pk", flat=True)))
        rows._raw_delete("default")


def write_order(version: Version, package: Package, part: str) -> None:
    """The rows of one part in the order of the package."""
    model: Any = next(slot.model for slot in slots(Package, Version) if slot.name == part)
    order = {entry.key: position for position, entry in enumerate(getattr(package, part))}
    rows = list(model._default_manager.filter(version=version))
    for row in rows:
        row.position = order[row.key]
    model._default_manager.bulk_update(rows, ["position"])


# --- rows → Package ----------------------------------------------------------------------------------------------


Row = dict[str, Any]


def package_of(version: Version) -> Package:
    """The content of a version, read from its rows in one statement."""
    found = content_rows.row(version.pk)
    tables = json.loads(found[0], parse_float=Decimal) if found else []
    held = dict(zip(row_models(Package, Version), tables, strict=True))
    own = {name: getattr(version, name) for slot in slots(Package, Version) for name in slot.columns}
    raw = {**raw_columns(own, Package, Version), **raw_parts(Package, Version, held, [version.pk])[version.pk]}
    return Package.model_validate({"slug": version.guideline.slug, **raw})


def all_rows() -> tuple[str, list[Any]]:
    """Every table of content in the order of `row_models`, each as a list of its rows."""
    tables = []
    for model in row_models(Package, Version):
        columns = ", ".join(f'"{field.column}" AS "{field.attname}"' for field in model._meta.concrete_fields)
        rows = f'SELECT {columns} FROM "{model._meta.db_table}" WHERE version_id = sought.id ORDER BY position, id'  # noqa: S608 - names of our models
        tables.append(f"(SELECT COALESCE(json_agg(one), '[]') FROM ({rows}) AS one)")  # noqa: S608 - as above
    return f"SELECT json_build_array({', '.join(tables)})::text FROM (SELECT %s::bigint AS id) AS sought", [NO_VERSION]  # noqa: S608 - as above


NO_VERSION = -1
content_rows = WrittenOnce(all_rows, NO_VERSION, is_of_clinics=False)


def raw_columns(row: Row, entry_class: type[BaseModel], model: type[models.Model]) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for slot in slots(entry_class, model):
        if slot.is_flattened:
            parts = {column.removeprefix(f"{slot.name}_"): row[column] for column in slot.columns}
            raw[slot.name] = {name: value for name, value in parts.items() if value is not None}
        elif slot.is_later_flag:
            raw[slot.name] = row[slot.name] is True
        elif slot.columns:
            raw[slot.name] = row[slot.name]
    return raw


def raw_parts(
    entry_class: type[BaseModel],
    model: type[models.Model],
    tables: Mapping[type[models.Model], list[Row]],
    owners: list[Any],
) -> Mapping[Any, dict[str, Any]]:
    """For each row (by its primary key) what hangs below it, by field name."""
    raw: dict[Any, dict[str, Any]] = {owner: {} for owner in owners}
    for slot in slots(entry_class, model):
        if slot.model is None or slot.entry_class is None:
            continue
        rows = tables[slot.model]
        below = raw_parts(slot.entry_class, slot.model, tables, [row["id"] for row in rows])
        held: defaultdict[Any, list[Row]] = defaultdict(list)
        for row in rows:
            held[row[f"{slot.link}_id"]].append({**raw_columns(row, slot.entry_class, slot.model), **below[row["id"]]})
        for owner in owners:
            entries = held[owner]
            raw[owner][slot.name] = (entries[0] if entries else None) if slot.is_single else entries
    return raw


class ContentMoved(Exception):
    """The rows of a version no longer say what its hash says."""


def compiled_version(version: Version) -> CompiledPackage:
    """The version ready to decide with. Kept in memory when the version is locked, for then it cannot change."""
    return _compiled(version.pk, version.content_hash) if version.is_locked else compile_package(package_of(version))


@lru_cache(maxsize=8)
def _compiled(version_id: int, content_hash: str) -> CompiledPackage:
    package = package_of(Version.objects.select_related("guideline").get(pk=version_id))
    if package.content_hash() != content_hash:
        raise ContentMoved("The rows of this approved version do not match its hash. Do not use it; restore a backup.")
    return compile_package(package)

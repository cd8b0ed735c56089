"""What the rows of a version have in common: columns for the small values of content, a place in the version, a lock.

A row of an approved version cannot be inserted, changed or deleted, whoever tries: the database itself refuses.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import pghistory
import pgtrigger
from django.db import models

Row = TypeVar("Row", bound=type[models.Model])

# An absent value is NULL, never an empty text: content refuses empty texts, so the two can be told apart.


def key_column(*, optional: bool = False) -> models.CharField:
    return models.CharField(max_length=80, null=optional, blank=optional)


def line_column(*, optional: bool = False) -> models.CharField:
    return models.CharField(max_length=500, null=optional, blank=optional)


def expression_column(*, optional: bool = False) -> models.CharField:
    return models.CharField(max_length=1000, null=optional, blank=optional)


def text_column(*, optional: bool = False) -> models.TextField:
    return models.TextField(null=optional, blank=optional)


def word_column(*, optional: bool = False) -> models.CharField:
    """One of a few words that the type of the content names."""
    return models.CharField(max_length=30, null=optional, blank=optional)


def span_column(*, optional: bool = False) -> models.CharField:
    """An interval such as '30 d'."""
    return models.CharField(max_length=10, null=optional, blank=optional)


def amount_column(*, optional: bool = False) -> models.DecimalField:
    return models.DecimalField(max_digits=15, decimal_places=6, null=optional, blank=optional)


def whole_column(*, optional: bool = False) -> models.IntegerField:
    return models.IntegerField(null=optional, blank=optional)


def later_flag_column() -> models.BooleanField:
    """A flag that came when there were rows already. NULL is no: a no would change their history, which is chained."""
    return models.BooleanField(null=True, blank=True)


def list_column() -> models.JSONField:
    """Keys, lines or small values in order; decimals inside are strings."""
    return models.JSONField(default=list, blank=True)


def mapping_column(*, optional: bool = False) -> models.JSONField:
    if optional:
        return models.JSONField(null=True, blank=True)
    return models.JSONField(default=dict, blank=True)


def in_version(related_name: str) -> models.ForeignKey:
    """The version a row belongs to; `related_name` is the field of Package that holds such rows."""
    return models.ForeignKey("guidelines.Version", on_delete=models.PROTECT, related_name=related_name)


class VersionRow(models.Model):
    """A row of one version, in its order."""

    position = models.PositiveIntegerField()

    class Meta:
        abstract = True
        ordering = ["version", "position"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {getattr(self, 'key', self.position)}"


class KeyedRow(VersionRow):
    """A row with a key of its own within the version."""

    key = key_column()

    class Meta(VersionRow.Meta):
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="one_%(class)s_per_key_and_version"),
        ]


class MarkedRow(models.Model):
    """Where content comes from."""

    cites = list_column()
    marks = list_column()

    class Meta:
        abstract = True


class PartRow(VersionRow):
    """A part of another row. It carries the version too, so that the lock and the reader need no detour."""

    version = in_version("+")

    class Meta(VersionRow.Meta):
        abstract = True


def refuse(message: str) -> str:
    """SQL that ends the statement as an integrity error."""
    quoted = message.replace("'", "''").replace("%", "%%")
    return f"RAISE EXCEPTION '{quoted}' USING ERRCODE = 'integrity_constraint_violation';"


# The key-share lock makes a writer wait for an approval that is under way, and an approval for a writer.
locked_once_approved = pgtrigger.Trigger(
    name="locked_once_approved",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func=f"""
        PERFORM 1 FROM guidelines_version WHERE id IN (OLD.version_id, NEW.version_id) ORDER BY id FOR KEY SHARE;
        IF EXISTS (
            SELECT 1 FROM guidelines_statusmove
            WHERE version_id IN (OLD.version_id, NEW.version_id) AND to_status = 'approved'
        ) THEN
            {refuse("locked_once_approved: an approved version is never changed; make a new draft of it")}
        END IF;
        RETURN COALESCE(NEW, OLD);
    """,  # noqa: S608 - made of our own sentences
)


# TRUNCATE fires no trigger of a row: without this one it would empty what every other lock keeps.
never_emptied = pgtrigger.Trigger(
    name="never_emptied",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Truncate,
    func=refuse("never_emptied: a table of record is not emptied; use another database"),
)


def append_only(name: str) -> Any:
    """A trigger for tables of record: rows are added, never changed or removed. Goes with `never_emptied`."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=refuse(f"{name}: this is a record; add a row instead of changing one"),
    )


def tracked(row: Row) -> Row:
    """Every write to these rows leaves a history row, written by the database; the history is a record itself."""
    return tracked_without()(row)


def tracked_without(*names: str) -> Callable[[Row], Row]:
    """The same, for rows with a column that came later and says nothing a history would tell: filled for rows there were
    before, it would change what the audit chain is made of."""

    def with_history(row: Row) -> Row:
        track = pghistory.track(
            pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=list(names),
            meta={"triggers": [append_only("history_is_a_record"), never_emptied]},
        )  # fmt: skip
        tracked_row: Row = track(pgtrigger.register(never_emptied)(row))
        return tracked_row

    return with_history


def content_row(row: Row) -> Row:
    """A model that holds content of a version: locked with it, and with a history."""
    return tracked(pgtrigger.register(locked_once_approved)(row))

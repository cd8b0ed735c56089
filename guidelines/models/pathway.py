"""Rows of the pathway: options, steps, transitions. Mirrors engine/content.py."""

from django.db import models

from guidelines.models.columns import (
    KeyedRow,
    MarkedRow,
    PartRow,
    content_row,
    expression_column,
    in_version,
    key_column,
    line_column,
    list_column,
    span_column,
    text_column,
    word_column,
)  # fmt: skip


@content_row
class Option(KeyedRow, MarkedRow):
    version = in_version("options")
    title = line_column()
    plain = line_column()
    supports = list_column()
    against = list_column()


@content_row
class OptionRegimen(PartRow):
    option = models.ForeignKey(Option, on_delete=models.PROTECT, related_name="regimens")
    regimen = key_column()
    role = word_column()
    when = expression_column(optional=True)


@content_row
class Step(KeyedRow, MarkedRow):
    version = in_version("steps")
    title = line_column()
    plain_title = line_column()
    text = text_column()
    plain = text_column(optional=True)
    review = span_column(optional=True)
    takes = list_column()
    otherwise = key_column(optional=True)
    terminal = models.BooleanField()
    refers_to = line_column(optional=True)
    statements = list_column()
    conflicts = list_column()


@content_row
class StepOption(PartRow):
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="options")
    option = key_column()
    when = expression_column(optional=True)
    beside = models.BooleanField()


@content_row
class StepAction(PartRow, MarkedRow):
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="actions")
    key = key_column()
    text = line_column()
    plain = line_column(optional=True)
    when = expression_column(optional=True)
    drug = key_column(optional=True)


@content_row
class Transition(KeyedRow, MarkedRow):
    version = in_version("transitions")
    kind = word_column()
    source = key_column(optional=True)
    target = key_column()
    when = expression_column()
    text = line_column()
    plain = line_column(optional=True)
    as_continue = models.BooleanField()
    if_unknown = word_column()
    changes = list_column()
    statements = list_column()

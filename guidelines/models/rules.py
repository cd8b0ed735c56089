"""Rows of safety rules and monitoring. Mirrors engine/content.py."""

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
    whole_column,
    word_column,
)  # fmt: skip


@content_row
class SafetyRule(KeyedRow, MarkedRow):
    version = in_version("safety_rules")
    drug = key_column(optional=True)
    step = key_column(optional=True)
    kind = word_column()
    when = expression_column()
    severity = word_column()
    resolvable = models.BooleanField()
    message = line_column()
    plain = line_column(optional=True)
    action_kind = word_column()
    action_text = line_column()
    action_who = line_column(optional=True)
    action_within_days = whole_column(optional=True)
    action_resume = line_column(optional=True)
    action_resume_when = expression_column(optional=True)
    action_resume_lower = models.BooleanField(default=False)
    override = word_column()
    if_unknown = word_column(optional=True)
    unknown_message = line_column(optional=True)
    conflicts = list_column()


@content_row
class MonitoringItem(KeyedRow, MarkedRow):
    version = in_version("monitoring")
    drug = key_column(optional=True)
    steps = list_column()
    tests = list_column()
    phase = line_column()
    anchor = word_column()
    required = models.BooleanField()
    when = expression_column(optional=True)
    if_unknown = word_column()
    restarts_on_dose_change = models.BooleanField()
    why = line_column()
    plain = line_column(optional=True)
    conflicts = list_column()


@content_row
class Window(PartRow):
    item = models.ForeignKey(MonitoringItem, on_delete=models.PROTECT, related_name="windows")
    after = span_column()
    until = span_column(optional=True)
    every = span_column(optional=True)
    times = whole_column(optional=True)
    drugs = list_column()

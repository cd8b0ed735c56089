"""Rows of what the patient is told, why a rule may be overridden, and the patients the guideline must get right.

Mirrors engine/content.py.
"""

from django.db import models

from guidelines.models.columns import (
    KeyedRow,
    MarkedRow,
    content_row,
    expression_column,
    in_version,
    key_column,
    line_column,
    list_column,
    mapping_column,
    text_column,
    word_column,
)  # fmt: skip


@content_row
class PatientInstruction(KeyedRow, MarkedRow):
    version = in_version("instructions")
    drug = key_column(optional=True)
    section = word_column()
    show_when = expression_column(optional=True)
    with_titration = models.BooleanField()
    clinician = text_column()
    plain = text_column()
    outranks = list_column()


@content_row
class PrintRule(KeyedRow, MarkedRow):
    version = in_version("print_rules")
    drug = key_column(optional=True)
    text = line_column()
    forbidden = list_column()
    required = list_column()


@content_row
class OverrideReason(KeyedRow):
    version = in_version("override_reasons")
    label = line_column()


@content_row
class CaseBase(KeyedRow):
    version = in_version("case_bases")
    facts = mapping_column()


@content_row
class Case(KeyedRow):
    version = in_version("cases")
    title = line_column()
    why = line_column(optional=True)
    as_of = models.DateField()
    step = key_column(optional=True)
    started_on = models.DateField(null=True, blank=True)
    based_on = key_column(optional=True)
    facts = mapping_column()
    not_known = list_column()
    not_asked = list_column()
    history = mapping_column()
    expected = mapping_column()

"""Rows of what can be known about a patient, and of what is claimed on whose word. Mirrors engine/content.py."""

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
    mapping_column,
    text_column,
    whole_column,
    word_column,
)  # fmt: skip


@content_row
class FactGroup(KeyedRow):
    version = in_version("fact_groups")
    title = line_column()
    plain_title = line_column(optional=True)
    covers = word_column(optional=True)


@content_row
class Fact(KeyedRow, MarkedRow):
    version = in_version("facts")
    label = line_column()
    question = line_column()
    plain_question = line_column(optional=True)
    why = line_column(optional=True)
    group = key_column()
    type = word_column()
    whole = models.BooleanField()
    unit = line_column(optional=True)
    other_units = list_column()
    possible = mapping_column(optional=True)
    plausible = mapping_column(optional=True)
    choices = list_column()
    loinc = line_column(optional=True)
    code = line_column(optional=True)
    maximum_age_days = whole_column(optional=True)
    upper_limit = key_column(optional=True)
    unless_reported = line_column(optional=True)
    implied = list_column()
    formula = expression_column(optional=True)
    formula_only = models.BooleanField()
    formula_is_default = models.BooleanField()


@content_row
class Test(KeyedRow):
    __test__ = False  # a laboratory test, not one of pytest's
    version = in_version("tests")
    label = line_column()
    plain_label = line_column()
    facts = list_column()


@content_row
class Definition(KeyedRow, MarkedRow):
    version = in_version("definitions")
    text = line_column()
    formula = expression_column()


@content_row
class Reference(KeyedRow):
    version = in_version("references")
    title = text_column()
    kind = word_column()
    secondary = models.BooleanField()
    year = whole_column(optional=True)
    population = line_column(optional=True)
    ages = word_column(optional=True)
    participants = whole_column(optional=True)
    findings = text_column(optional=True)
    note = text_column(optional=True)
    doi = line_column(optional=True)
    pmid = line_column(optional=True)
    url = line_column(optional=True)


@content_row
class Conflict(KeyedRow, MarkedRow):
    version = in_version("conflicts")
    text = text_column()
    plain = text_column(optional=True)
    certainty = line_column()
    evidence = text_column()


@content_row
class Section(KeyedRow):
    version = in_version("sections")
    title = line_column()
    plain_title = line_column(optional=True)


@content_row
class Statement(KeyedRow):
    version = in_version("statements")
    section = key_column()
    kind = key_column()
    clinician = text_column()
    plain = text_column(optional=True)
    strength = word_column(optional=True)
    certainty = word_column(optional=True)
    conflicts = list_column()
    marks = list_column()


@content_row
class Citation(PartRow):
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="citations")
    reference = key_column()
    locator = line_column(optional=True)

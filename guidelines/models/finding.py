"""Rows by which a version is searched. They are made of its content and made again at any time; they are no content
themselves, so they carry no history and are not locked with the version."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F

from guidelines.models.columns import in_version, key_column

CONFIG = "english"


class EntryKind(models.TextChoices):
    """What an entry is about, in the order in which a page lists them."""

    STATEMENT = "statement", "Statements"
    REGIMEN = "regimen", "Doses"
    RULE = "rule", "Safety rules"
    MONITORING = "monitoring", "Monitoring"
    STEP = "step", "Steps"
    CONFLICT = "conflict", "What speaks against it"
    REFERENCE = "reference", "References"


def vector(title: str, text: str) -> models.GeneratedField:
    """What is found in a title counts more than what is found below it."""
    return models.GeneratedField(
        expression=SearchVector(F(title), config=CONFIG, weight="A") + SearchVector(F(text), config=CONFIG, weight="C"),
        output_field=SearchVectorField(),
        db_persist=True,
    )


class SearchEntry(models.Model):
    """One thing that a search can lead to, in both wordings. `anchor` is its place on the pages of the version."""

    version = in_version("search_entries")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=EntryKind.choices)
    key = key_column()
    anchor = models.CharField(max_length=100)
    title = models.TextField()
    clinician = models.TextField()
    plain_title = models.TextField(blank=True)
    plain = models.TextField(blank=True)
    clinician_vector = vector("title", "clinician")
    plain_vector = vector("plain_title", "plain")

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "kind", "key"], name="one_search_entry_per_kind_and_key"),
        ]
        indexes = [
            GinIndex(fields=["clinician_vector"], name="found_by_clinicians_words"),
            GinIndex(fields=["plain_vector"], name="found_by_plain_words"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class SearchWord(models.Model):
    """A word that stands somewhere in a version: what a misspelt one may have meant."""

    version = in_version("search_words")
    word = models.CharField(max_length=80)

    class Meta:
        ordering = ["version", "word"]
        constraints = [
            models.UniqueConstraint(fields=["version", "word"], name="a_word_stands_once_in_the_vocabulary"),
        ]

    def __str__(self) -> str:
        return self.word

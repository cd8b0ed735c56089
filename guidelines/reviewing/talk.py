"""Conversations about a version: each first comment with its answers, what it is about, and who may resolve it."""

from collections.abc import Iterable
from typing import NamedTuple

from django.contrib.auth.models import User

from guidelines.comparing.names import PARTS
from guidelines.engine.content import Package
from guidelines.models import HEAD, QUESTION, Comment, Version
from guidelines.permissions import why_not_comment, why_not_resolve

WHOLE = "The whole version"


class Talk(NamedTuple):
    first: Comment
    replies: list[Comment]
    about: str
    place: str  # as findings and differences name it; empty for the whole version
    why_not_resolve: str

    @property
    def is_open(self) -> bool:
        return self.first.resolved_at is None


class Said(NamedTuple):
    """All that was said about a version."""

    talks: list[Talk]
    why_not: str  # why this person may not say anything

    @property
    def open_count(self) -> int:
        return sum(talk.is_open for talk in self.talks)

    @property
    def resolved_count(self) -> int:
        return len(self.talks) - self.open_count

    def about(self, place: str) -> list[Talk]:
        return [talk for talk in self.talks if talk.place == place]


def said_of(version: Version, user: User) -> Said:
    """Open conversations first, then those that are resolved; each in the order in which they began."""
    comments = list(Comment.objects.filter(version=version).select_related("commented_by", "resolved_by", "version"))
    replies: dict[int, list[Comment]] = {}
    for comment in comments:
        if comment.answers_id is not None:
            replies.setdefault(comment.answers_id, []).append(comment)
    talks = [
        Talk(first, replies.get(first.pk, []), about(first), place_of(first), why_not_resolve(user, first))
        for first in comments if first.answers_id is None
    ]  # fmt: skip
    return Said(sorted(talks, key=lambda talk: not talk.is_open), why_not_comment(user, version))


def place_of(comment: Comment) -> str:
    if comment.part in ("", QUESTION):
        return ""
    return comment.part if comment.part == HEAD else f"{comment.part}.{comment.key}"


def about(comment: Comment) -> str:
    if not comment.part:
        return WHOLE
    if comment.part == QUESTION:
        return "A question of a reader"
    return f"{PARTS[comment.part][1]} {comment.key}".strip()


def subjects(package: Package) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    """All that can be commented on, in groups for a select: the whole, the head, every entry by its key."""
    yield "", [("", WHOLE), (HEAD, PARTS[HEAD][0])]
    for part, (title, _) in PARTS.items():
        if part != HEAD and (entries := getattr(package, part)):
            yield title, [(f"{part}.{entry.key}", entry.key) for entry in entries]


def part_and_key(place: str) -> tuple[str, str]:
    part, _, key = place.partition(".")
    return part, key

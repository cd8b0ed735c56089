"""What every template may ask for, where its view does not say."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, DateField, Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from config.written_once import WrittenOnce
from guidelines.reviewing.waiting import queue_of
from guidelines.workflow import AT_WORK, EDITORS, REVIEWERS
from patients.models import AlertKind, Clinic, Membership, ResultAlert
from patients.models.alert import ResultAlertQuerySet
from patients.worklist import ACT_NOW

NOBODY, NEVER = -1, datetime(1900, 1, 1, tzinfo=UTC)


def written() -> tuple[str, tuple[Any, ...]]:
    """Whether somebody works on guidelines, as editor or as reviewer, and whether in a clinic; and how many results
    ask for something there today, by the day of each clinic."""
    groups = User.groups.through.objects.filter(user=OuterRef("pk"))
    asked = (
        Exists(groups.filter(group__name__in=AT_WORK)),
        Exists(groups.filter(group__name=EDITORS)),
        Exists(groups.filter(group__name=REVIEWERS)),
        Exists(Membership.objects.filter(user=OuterRef("pk"))),
        Subquery(to_act_on().order_by().values("closed_at").annotate(found=Count("pk")).values("found")),
    )
    return User.objects.filter(pk=NOBODY, is_active=True).values_list(*asked).query.sql_with_params()


def to_act_on() -> ResultAlertQuerySet:
    """The first group of the worklist, for the bar of every page."""
    day = Cast(Func(F("clinic__time_zone"), Value(NEVER), function="timezone"), DateField())
    open_ones = ResultAlert.objects.visible_to(User(pk=NOBODY)).open().filter(kind=AlertKind.ABNORMAL)
    asked = Q(action__in=ACT_NOW) | Q(act_by_on__lte=day)
    return open_ones.filter(asked).filter(Q(aside_until_on__isnull=True) | Q(aside_until_on__lte=day))


# Every page of somebody who is signed in asks this.
work = WrittenOnce(written, NOBODY, NEVER)


def demonstration(request: HttpRequest) -> dict[str, Any]:
    """Whether this installation is a demonstration: asked only when a page prints it and its view has not said."""
    return {"demo": SimpleLazyObject(lambda: Clinic.objects.filter(is_demo=True).exists())}


def roles(request: HttpRequest) -> dict[str, Any]:
    """What the menu has for this person: asked once, and only when a page prints its menu."""
    row = SimpleLazyObject(lambda: Roles(request.user))
    return {
        "is_at_work": SimpleLazyObject(lambda: row.is_at_work),
        "is_editor": SimpleLazyObject(lambda: row.is_editor),
        "has_clinic": SimpleLazyObject(lambda: row.has_clinic),
        "act_today_count": SimpleLazyObject(lambda: row.act_today_count),
        "to_approve_count": SimpleLazyObject(lambda: row.to_approve_count()),
    }


class Roles:
    """What somebody does here."""

    def __init__(self, user: User | AnonymousUser) -> None:
        self.user = user
        row = work.row(user.pk, timezone.now()) if user.is_authenticated else None
        self.is_at_work, self.is_editor, self.is_reviewer, self.has_clinic, act_today = row or (False,) * 4 + (0,)
        self.act_today_count = act_today or 0

    def to_approve_count(self) -> int:
        return len(queue_of(self.user).mine) if self.is_reviewer and isinstance(self.user, User) else 0

"""What templates print of a moment is the time of a clinic, or says in which time zone it is."""

import re

from django.apps import apps
from django.db.models import DateTimeField

from tests.architecture.tree import name, templates

PRINTED = re.compile(r'([\w.]+)((?:\|\w+(?::(?:"[^"]*"|[\w.]+))?)*?)\|(?:date|time)\b(?::"([^"]*)")?')
COLUMNS = {
    field.name for model in apps.get_models() for field in model._meta.get_fields() if isinstance(field, DateTimeField)
}
TIMES, NAMES_THE_ZONE = set("HGhgPfi"), set("Tc")


def moments_elsewhere(text: str, *, with_days: bool) -> list[str]:
    """Moments that are told in no clinic's time zone and do not say in which; without a time of day if `with_days`."""
    found = []
    for value, filters, form in PRINTED.findall(text):
        last, letters = value.rpartition(".")[2], set(form)
        is_moment = last in COLUMNS or last.endswith("_at")
        if (
            ((with_days and is_moment) or letters & TIMES)
            and not letters & NAMES_THE_ZONE
            and "|timezone:" not in filters
        ):
            found.append(value)
    return found


def test_every_template_tells_moments_in_a_clinics_time_or_says_in_which() -> None:
    """Only what has no clinic's rows may tell a day alone, which is then that of UTC."""
    found = {
        name(path): moments_elsewhere(path.read_text(), with_days="templates/patients/" in str(path)) for path in templates()
    }  # fmt: skip

    assert {path: values for path, values in found.items() if values} == {}


def test_it_finds_what_it_is_for() -> None:
    assert moments_elsewhere('{{ run.asked_at|date:"j M Y" }}', with_days=True) == ["run.asked_at"]
    assert moments_elsewhere('{{ one.last_login|default:"-"|date:"j M Y" }}', with_days=True) == ["one.last_login"]
    assert moments_elsewhere('{% if until|date:"H:i" %}', with_days=False) == ["until"]
    assert moments_elsewhere("{{ told.last_at|date }}", with_days=True) == ["told.last_at"]
    assert not moments_elsewhere('{{ at|timezone:clinic.zone|date:"j M Y, H:i" }}', with_days=True)
    assert not moments_elsewhere('{{ until|date:"j M Y, H:i T" }} {{ plan.signed_on|date:"j M Y" }}', with_days=True)
    assert not moments_elsewhere('{{ edit.edited_at|date:"j M Y" }}', with_days=False)

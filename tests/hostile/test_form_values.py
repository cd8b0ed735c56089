"""Every field of every form is given what it never expects: no error of ours, no row that was not meant, no guess."""

from collections import Counter
from collections.abc import Iterable
from itertools import cycle, islice

import lxml.html
import pytest

from config.access import registry
from tests.hostile.every_state import Site
from tests.hostile.forms import ELSEWHERE, Control, Form, forms_of
from tests.hostile.sending import Sender, Sent
from tests.hostile.values import LONG, VALUES, Value

pytestmark = pytest.mark.django_db
LONG_ENOUGH = 60
IN_SHORT = 1  # value for each field
# Steps of a consultation keep every other answer: nothing that was typed is lost.
KEEPS_THE_REST = {f"consultation_{step}" for step in ("facts", "recommendation", "dose", "safety", "monitoring")}


@pytest.fixture(scope="module")
def forms(site: Site) -> list[Form]:
    return forms_of(site)


@pytest.fixture(scope="module")
def sender(site: Site) -> Sender:
    return Sender(site)


def test_every_address_that_takes_a_form_has_one_to_try(forms: list[Form]) -> None:
    found = {form.route for form in forms if form.method == "POST"}

    assert {route for route in registry().rules if "POST" in registry().methods(route)} == found
    assert Counter(form.route for form in forms if form.route in ELSEWHERE) == Counter([*ELSEWHERE]), "found by itself"
    assert len(VALUES) > LONG_ENOUGH
    assert len(fields_of(forms)) > 200


def wrong(form: Form, control: Control, value: Value, sent: Sent) -> str:
    """What should not have happened, in a sentence; empty where all is well."""
    told = f"{form}: {control.name} ({control.kind}) is {value.name}: {sent.status}"
    if sent.status >= 500:
        return f"{told}, an error of ours"
    if sent.is_refused and sent.written and form.route not in KEEPS_THE_REST:
        return f"{told}, refused, and wrote to {sorted(sent.written)}"
    if sent.is_refused and not says_why(sent):
        return f"{told}, refused without a sentence"
    raw = [text for text in value.sent if isinstance(text, str)]
    if taken := [
        word for word in value.becomes if sent.has_stored(word) and not any(text in sent.rows for text in raw)
    ]:
        return f"{told}, taken for {taken[0]}"
    return ""


def says_why(sent: Sent) -> bool:
    """As a page with a sentence set apart, or as one sentence."""
    if "html" not in sent.headers.get("Content-Type", ""):
        return len(sent.body.split()) > 3
    document = lxml.html.fromstring(sent.body)
    apart = document.xpath(
        "//*[@role='alert' or contains(@class, 'error') or contains(@class, 'alert') or contains(@class, 'problem')]"
        " | //main//h1 | //form | //p"
    )
    return any(len(element.text_content().split()) > 3 for element in apart)


def fields_of(forms: list[Form]) -> list[tuple[Form, Control]]:
    """Each once. Of several buttons that send it, the last one: without a button most forms do less."""
    return list(
        {
            (form.route, form.method, control.name): (form, control) for form in forms for control in form.controls
        }.values()
    )


def tried(sender: Sender, form: Form, control: Control, values: Iterable[Value]) -> list[str]:
    return [
        fault for value in values
        if (fault := wrong(form, control, value, sender.send(form, form.with_value(control.name, *value.sent))))
    ]  # fmt: skip


def test_a_field_is_given_what_it_never_expects(sender: Sender, forms: list[Form]) -> None:
    """In turn; the long form gives each value to every field."""
    faults: list[str] = []
    values = cycle(VALUES)
    for form, control in fields_of(forms):
        faults += tried(sender, form, control, islice(values, IN_SHORT))

    assert faults == []


@pytest.mark.soak
@pytest.mark.parametrize("value", [*VALUES, *LONG], ids=lambda value: value.name)
def test_every_field_is_given_every_value(sender: Sender, forms: list[Form], value: Value) -> None:
    assert [fault for form, control in fields_of(forms) for fault in tried(sender, form, control, [value])] == []

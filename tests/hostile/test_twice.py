"""A form that is sent twice writes once: a second press of the button, and the same form from two windows at the same moment."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from config.access import ACCESS, registry
from patients.models import Patient, ResultImport
from tests.access.trials import content_of
from tests.factories_guidelines import ITCHING_ELBOW, draft, edited, itching_elbow, under_review, with_cases_that_pass
from tests.hostile.every_state import Site, every_state
from tests.hostile.forms import Form, forms_of, forms_on
from tests.hostile.sending import Pairs, Upload, ask
from tests.hostile.typed import TICK, TYPED, typed
from tests.patients.result_files import MARKER, bundle, csv_of, line, observation

pytestmark = pytest.mark.django_db(transaction=True)
# What each request leaves, how often it comes: who looked, who wrote, sessions; and jobs, of which a second finds nothing to do.
EACH_TIME = (
    "pghistory_context",
    "patients_patientchange",
    "patients_auditlink",
    "django_session",
    "cache",
    "procrastinate_",
    "account_",
    "mfa_",
)
# The first form shows what will be done, and what comes back has the form that does it.
SHOWN_FIRST = ("letter_run_start", "guideline_ask", "patient_results_paste")
CSV = Upload("twice.csv", csv_of(line("M-1", MARKER, "34", date="2026-01-04", id="t-1")))
FHIR = Upload("twice.json", bundle(observation(subject={"identifier": {"value": "M-1"}})))
PASTED = {"text": "itch marker\t36\tU/L\t<40\t2026-01-08", "taken_on": "2026-01-08"}
# Before what TYPED says: a signature and an undone edit end what these need.
BEFORE = (
    *(f"consultation_{step}" for step in ("facts", "recommendation", "dose", "safety", "monitoring", "place")), "entry_confirm",
)  # fmt: skip
# What the whole run types beside TYPED, in this order: some end what others need.
NAMED = {"name": "Ina Nagel", "roles": TICK}
CLINIC = {
    "name": "Twice Clinic", "time_zone": "Europe/Berlin", "phone": "555 0100", "after_hours_phone": "555 0101",
    "emergency_number": "112", "poison_line": "555 0102", "fever_limit": "38 °C",
}  # fmt: skip
ANOTHER = ITCHING_ELBOW.read_text().replace("slug: itching-elbow", "slug: twice-elbow")
ALSO: dict[str, dict[str, Any]] = {
    **{route: {} for route in BEFORE}, "patient_edit": {"allergies": "Nuts"}, "version_publication": {}, "comment_resolve": {},
    "entry_move": {"direction": "last"}, "entry_edit": {"e-clinician": "Begin at once."}, "question_draft": {},
    "clinic_invite": NAMED, "installation_invite": NAMED, "clinic_add": CLINIC, "invitation_revoke": {},
    "newer_version_compare": {}, "cases_failing": {"accept": TICK}, "consultation_place": {"step": "E1"},
    "invitation_accept": {}, "guideline_import": {"text": ANOTHER, "reason": "It is new.", "level": "dose"},
    "member_detail": {"because": "Left."}, "person_detail": {"because": "Left."},
    "observation_disown": {}, "consultation_discard": {}, "result_import_discard": {}, "impact_cancel": {},
    "version_withdraw": {"why": "It is wrong."},
}  # fmt: skip
# Of these nothing is seen here: the entry that is found refuses what is typed, and to compare anew only queues jobs.
WROTE_NOTHING = {"entry_edit", "newer_version_compare"}
# What allauth writes is its own: who is in, and by what.
OF_OURS = {
    route for route, by_method in registry().rules.items()
    if "POST" in by_method and set(by_method["POST"].events) - {ACCESS}
}  # fmt: skip


def named_forms(site: Site) -> list[tuple[Form, dict[str, Any]]]:
    """What takes a state of its own, or a file."""
    draft(edited(with_cases_that_pass(itching_elbow()), slug="ready-elbow"), by=User.objects.get(username="edith"))
    under_review(edited(itching_elbow(), slug="sent-elbow"), names=())  # type: ignore[arg-type]
    paste = next(path for _, path in site.more if path.endswith("/results/paste/"))
    found = [
        ("a physician", reverse("result_import_start"), "result_import_start", {"file": CSV}),
        ("a physician", reverse("result_import_start"), "result_import_start", {"file": FHIR}),
        ("a physician", paste, "patient_results_paste", PASTED),
        ("an editor", version_page("version_submit", "ready-elbow"), "version_submit", {}),
        ("a reviewer", version_page("version_request_changes", "sent-elbow"), "version_request_changes", {"why": "Say why."}),
        ("a reviewer", version_page("version_approve", "waiting-elbow"), "version_approve", {}),
        ("an administrator", version_page("version_publish", "approved-elbow"), "version_publish", {}),
    ]  # fmt: skip
    return [(form_at(site, who, page, route), told) for who, page, route, told in found]


def last_forms(site: Site) -> list[tuple[Form, dict[str, Any]]]:
    """What ends something that is still there at the end."""
    begun = reverse("patient_detail", args=[Patient.objects.get(number="N-1").pk])
    withdrawn = version_page("version_withdraw", "approved-elbow")
    shown = reverse(
        "result_import_detail", args=[ResultImport.objects.filter(state="preview").latest("uploaded_at").pk]
    )
    return [
        (form_at(site, "a physician", shown, "result_import_discard"), {}),
        (form_at(site, "a physician", begun, "consultation_discard"), {}),
        (form_at(site, "an administrator", withdrawn, "version_withdraw"), {"why": "It is wrong."}),
    ]  # fmt: skip


def version_page(name: str, slug: str) -> str:
    return reverse(name, kwargs={"slug": slug, "number": 1})


def form_at(site: Site, who: str, page: str, route: str) -> Form:
    body = content_of(site.client_of(who).get(page))
    return [form for form in forms_on(who, page, body) if form.route == route and form.method == "POST"][-1]


def counts() -> Counter[str]:
    found: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(EACH_TIME):
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                found[table] = cursor.fetchone()[0]
    return found


def more(now: Counter[str], before: Counter[str]) -> dict[str, int]:
    """A history tells of each time that something was said, also of what stood there already: it may be longer."""
    return {table: count for table, count in (now - before).items() if not table.endswith("event")}


def fresh(site: Site, form: Form, told: dict[str, Any] | None) -> Form | None:
    """The same form as its page has it now."""
    page = site.client_of(form.who).get(form.page)
    same = (found for found in forms_on(form.who, form.page, content_of(page)) if found.shape == form.shape)
    found = next(same, None) if page.status_code == 200 else None
    if found is None or form.route not in SHOWN_FIRST:
        return found
    shown = ask(site, found, typed(found, told))
    behind = [one for one in forms_on(form.who, form.page, content_of(shown)) if one.route == form.route]
    return next((one for one in reversed(behind) if one.shape != form.shape), found)


def at_once(site: Site, form: Form, pairs: Pairs) -> list[int]:
    """From two windows, each with a connection of its own."""
    barrier = Barrier(2)

    def send() -> int:
        barrier.wait(20)
        try:
            return ask(site, form, pairs).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as windows:
        return [window.result() for window in [windows.submit(send) for _ in range(2)]]


def tried(site: Site, form: Form, told: dict[str, Any] | None) -> tuple[list[str], bool]:
    """What is wrong, and whether the form wrote anything: what was refused anyway shows nothing."""
    pairs, faults = list(typed(form, told)), []
    before = counts()
    with transaction.atomic():
        first = ask(site, form, pairs).status_code
        once = counts()
        second = ask(site, form, pairs).status_code
        twice = counts()
        transaction.set_rollback(True)
    if found := more(twice, once):
        faults.append(f"{form} in a row ({first}, {second}): more of {found}")
    statuses = at_once(site, form, pairs)
    if found := more(counts(), once):
        faults.append(f"{form} at once {statuses}: more of {found}")
    if found := more(once, counts()):
        faults.append(f"{form} at once {statuses}: less of {found}")
    if max(first, second, *statuses) >= 500:
        faults.append(f"{form}: {first}, {second}, {statuses}")
    return faults, once != before


def forms_in_order(site: Site) -> list[Form]:
    known = list(dict.fromkeys([*BEFORE, *TYPED, *ALSO]))
    forms = [form for form in forms_of(site) if form.method == "POST" and (form.sent or form.route in known)]
    others = {form.route for form in forms} - {*known, "account_logout"}
    places = {route: place for place, route in enumerate([*known, *sorted(others), "account_logout"])}
    return sorted(forms, key=lambda form: places[form.route])


def faults_of(site: Site, forms: list[tuple[Form, dict[str, Any] | None]]) -> tuple[list[str], set[str]]:
    faults: list[str] = []
    wrote: set[str] = set()
    for form, told in forms:
        now = fresh(site, form, told)
        if now is not None:
            cache.clear()  # limits of attempts
            found, has_written = tried(site, now, told)
            faults += found
            wrote |= {form.route} if has_written else set()
    return faults, wrote


def test_a_form_that_is_sent_twice_writes_once() -> None:
    call_command("createcachetable")
    site = every_state()
    named = named_forms(site)

    faults, wrote = faults_of(site, named)  # a comment would keep a version from being approved
    more_faults, wrote_more = faults_of(site, [(form, None) for form in forms_in_order(site) if form.route in TYPED])

    assert faults + more_faults == []
    assert (wrote, wrote_more) == ({form.route for form, _ in named}, set(TYPED))


@pytest.mark.soak
def test_every_form_that_is_sent_twice_writes_once() -> None:
    call_command("createcachetable")
    site = every_state()
    found: list[tuple[Form, dict[str, Any] | None]] = [(form, ALSO.get(form.route)) for form in forms_in_order(site)]

    faults, wrote = faults_of(site, [*named_forms(site), *found])
    more_faults, wrote_more = faults_of(site, last_forms(site))

    assert faults + more_faults == []
    assert OF_OURS - wrote - wrote_more <= WROTE_NOTHING

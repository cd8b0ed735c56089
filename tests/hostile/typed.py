"""What somebody types into the forms of the installation, so that they are accepted."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tests.hostile.forms import Form

# What somebody types where the form is empty, by address and in this order: a signature closes tests, and a test letters.
TICK = "the first that is offered"
SOON = (date.today() + timedelta(days=2)).isoformat()
TYPED: dict[str, dict[str, str]] = {
    "consultation_start": {},
    "patient_register": {
        "family_name": "Twice", "given_names": "Tilda", "born_on": "1990-01-02", "sex": "female", "number": "T-1",
    },
    "patient_note_add": {"text": "Said once."},
    "letter_run_start": {},
    "letter_run_sent": {"days": "7"},
    "letter_run_restart": {},
    "task_set_aside": {"why": "contacted", "until_on": SOON},
    "worklist_close": {"what": "contacted", "until_on": SOON, "rows": TICK},
    "task_close": {"because": "It was done elsewhere."},
    "alert_set_aside": {"why": "remind", "until_on": SOON},
    "alert_close": {"because": "It is nothing."},
    "observation_correct": {"value": "151", "taken_on": "2026-01-06"},
    "patient_results_add": {"value-itch_marker": "33", "limit-itch_marker": "40", "taken_on": "2026-01-05"},
    "result_import_agree": {},
    "consultation_review": {"birth_year": "1980"},
    "plan_newer_version": {"reason": "It holds.", "what": "keep"},
    "patient_calendar": {},
    "clinic_calendar": {},
    "guideline_ask": {"question": "moonshine dose?"},
    "comment_add": {"text": "Why so?"},
    "comment_reply": {"text": "Because."},
    "comment_reopen": {},
    "question_close": {"outcome": "outside"},
    "question_reopen": {},
    "draft_create": {"reason": "It is time.", "level": "dose"},
    "edit_undo": {},
    "entry_add": {"e-key": "twicine", "e-name": "Twicine", "e-purpose": "To be named twice.", "press": ""},
    "entry_remove": {},
    "impact_start": {},
    "plan_end": {"because": "Moved away."},  # last: what a plan asks for ends with it
}  # fmt: skip


def typed(form: Form, told: Mapping[str, Any] | None = None) -> list[tuple[str, Any]]:
    told = TYPED.get(form.route, {}) if told is None else told
    offered = {control.name: control.offers for control in form.controls}
    filled = [
        (name, offered[name] if value == TICK else value) for name, value in told.items() if value and name in offered
    ]
    return [*(pair for pair in form.sent if pair[0] not in told), *filled]

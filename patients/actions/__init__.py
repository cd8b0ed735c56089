"""The only modules that write patients: people and who works with them, results, consultations, signatures.

Each action is one transaction: lock, check who, check when, write, record. A refusal is an exception with a sentence.
"""

from patients.actions.assessing import close_alert
from patients.actions.calendars import clinic_of_feed, open_feed, read_feed, revoke_feed
from patients.actions.closing import done_together, put_back, set_aside_together
from patients.actions.comparing import compare_plans
from patients.actions.consulting import (
    Saved,
    discard_consultation,
    place_on_step,
    save_answers,
    save_choices,
    start_consultation,
    why_not_use,
)
from patients.actions.entering import Entered, asked_for, enter_results
from patients.actions.following import close_task, end_plan, latest_aside, set_aside
from patients.actions.handling import keep_plan, move_plan, open_elsewhere, stop_plan
from patients.actions.importing import agree_import, discard_import, start_import, write_import
from patients.actions.installation import change_installation_roles, resume_person, suspend_person
from patients.actions.joining import (
    accept_as_new_person,
    accept_invitation,
    invitation_behind,
    invite,
    revoke_invitation,
)
from patients.actions.letters import letters_sent, make_letters, restart_letters, start_letters
from patients.actions.looking import Glance, Stamp, glance_at
from patients.actions.looking_again import Mark, PatientLook, forget_changes, look_at_list, look_at_patient
from patients.actions.memberships import add_member, change_roles, remove_member, resume_member, suspend_member
from patients.actions.noting import add_note
from patients.actions.people import (
    add_person,
    edit_patient,
    name_patient_numbers,
    open_clinic,
    record_access,
    record_accesses,
    register_patient,
)
from patients.actions.publishing import publish_version, publisher_key, unpublish_version
from patients.actions.refusals import Conflict, NotSignable, Refused, ValuesRefused
from patients.actions.results import Entry, correct_observation, disown_observation, record_observations
from patients.actions.second_factors import forget_second_factors
from patients.actions.signing import sign_plan

__all__ = [
    "Conflict",
    "Entered",
    "Entry",
    "Glance",
    "Mark",
    "NotSignable",
    "PatientLook",
    "Refused",
    "Saved",
    "Stamp",
    "ValuesRefused",
    "accept_as_new_person",
    "accept_invitation",
    "add_member",
    "add_note",
    "add_person",
    "agree_import",
    "asked_for",
    "change_installation_roles",
    "change_roles",
    "clinic_of_feed",
    "close_alert",
    "close_task",
    "compare_plans",
    "correct_observation",
    "discard_consultation",
    "discard_import",
    "disown_observation",
    "done_together",
    "edit_patient",
    "end_plan",
    "enter_results",
    "forget_changes",
    "forget_second_factors",
    "glance_at",
    "invitation_behind",
    "invite",
    "keep_plan",
    "latest_aside",
    "letters_sent",
    "look_at_list",
    "look_at_patient",
    "make_letters",
    "move_plan",
    "name_patient_numbers",
    "open_clinic",
    "open_elsewhere",
    "open_feed",
    "place_on_step",
    "publish_version",
    "publisher_key",
    "put_back",
    "read_feed",
    "record_access",
    "record_accesses",
    "record_observations",
    "register_patient",
    "remove_member",
    "restart_letters",
    "resume_member",
    "resume_person",
    "revoke_feed",
    "revoke_invitation",
    "save_answers",
    "save_choices",
    "set_aside",
    "set_aside_together",
    "sign_plan",
    "start_consultation",
    "start_import",
    "start_letters",
    "stop_plan",
    "suspend_member",
    "suspend_person",
    "unpublish_version",
    "why_not_use",
    "write_import",
]

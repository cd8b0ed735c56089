"""Who may do what with patients. Each question is answered with a sentence, empty when it is allowed.

The same sentence guards the action, disables the button and explains it.
"""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import AnonymousUser, Group, User

from config.written_once import WrittenOnce
from guidelines.workflow import ADMINISTRATORS
from patients.models import CLINICAL_ROLES, Clinic, Consultation, Membership, Patient, Plan, ResultAlert, Role

NOBODY, NOWHERE = -1, -2


def roles_written() -> tuple[str, tuple[Any, ...]]:
    memberships = Membership.objects.in_force().filter(user=NOBODY, clinic=NOWHERE).order_by()
    return memberships.values_list("role").query.sql_with_params()


roles_in = WrittenOnce(roles_written, NOBODY, NOWHERE)


def has_role(user: User | AnonymousUser, clinic: Clinic, *roles: Role) -> bool:
    """Whether this person has one of these roles (any clinical one) in the clinic."""
    if not user.is_active:
        return False
    held = {role for [role] in roles_in.rows(user.pk, clinic.pk)}
    return not held.isdisjoint(roles or CLINICAL_ROLES)


def why_not_publish(user: User | AnonymousUser, clinic: Clinic) -> str:
    """Letting anyone with the link read a version of a guideline, in the clinic's name."""
    return (
        "" if has_role(user, clinic, Role.ADMINISTRATOR) else f"Only an administrator of {clinic} may publish for it."
    )


def why_not_register(user: User | AnonymousUser, clinic: Clinic) -> str:
    return "" if has_role(user, clinic) else f"Only physicians and nurses of {clinic} may register its patients."


def why_not_look_after(user: User | AnonymousUser, patient: Patient) -> str:
    """For everything but signing: editing, results, consultations."""
    return "" if has_role(user, patient.clinic) else "Only physicians and nurses of the patient's clinic may do this."


def why_not_share_calendar(user: User | AnonymousUser, clinic: Clinic) -> str:
    """Giving out an address, or taking it back, under which dates can be read without signing in."""
    return "" if has_role(user, clinic) else f"Only physicians and nurses of {clinic} may share its calendars."


def why_not_import(user: User | AnonymousUser, clinic: Clinic) -> str:
    """Reading results from a file, and writing them once they were looked at."""
    return "" if has_role(user, clinic) else f"Only physicians and nurses of {clinic} may import its results."


def why_not_write_letters(user: User | AnonymousUser, clinic: Clinic) -> str:
    return "" if has_role(user, clinic) else f"Only physicians and nurses of {clinic} may write to its patients."


def why_not_ask_who_looked(user: User | AnonymousUser, clinic: Clinic) -> str:
    """Who looked at a patient and who changed what, without what stands there."""
    allowed = has_role(user, clinic, Role.PHYSICIAN, Role.ADMINISTRATOR)
    return "" if allowed else f"Only physicians and administrators of {clinic} may ask who looked."


def why_not_consult(user: User | AnonymousUser, consultation: Consultation) -> str:
    if refusal := why_not_look_after(user, consultation.patient):
        return refusal
    if not consultation.is_open:
        return f"This consultation is {consultation.get_state_display().lower()}. Start a new one."
    return ""


def why_not_sign(user: User | AnonymousUser, consultation: Consultation) -> str:
    if not has_role(user, consultation.patient.clinic, Role.PHYSICIAN):
        return "Only a physician of the patient's clinic may sign a plan."
    if not consultation.is_open:
        return f"This consultation is {consultation.get_state_display().lower()}. Start a new one."
    return ""


def why_not_handle(user: User | AnonymousUser, plan: Plan) -> str:
    """Saying what becomes of a plan because of a version."""
    if not has_role(user, plan.patient.clinic, Role.PHYSICIAN):
        return "Only a physician of the patient's clinic may decide this. Tell one of them."
    if plan.state != "active":
        return f"This plan is {plan.get_state_display().lower()} already."
    return ""


def why_not_decide_alert(user: User | AnonymousUser, alert: ResultAlert) -> str:
    """Saying that a result which asks for something needs no change of the plan."""
    if not has_role(user, alert.patient.clinic, Role.PHYSICIAN):
        return "Only a physician of the patient's clinic may decide this. Tell one of them."
    return ""


def why_not_end(user: User | AnonymousUser, plan: Plan) -> str:
    if not has_role(user, plan.patient.clinic, Role.PHYSICIAN):
        return "Only a physician of the patient's clinic may end a plan."
    if plan.state != "active":
        return f"This plan is {plan.get_state_display().lower()} already."
    return ""


# --- who works here ------------------------------------------------------------------------------------------------


def why_not_manage_people(user: User | AnonymousUser, clinic: Clinic) -> str:
    """Deciding who works in a clinic."""
    if has_role(user, clinic, Role.ADMINISTRATOR):
        return ""
    return f"Only an administrator of {clinic} may decide who works in it."


def why_not_change_member(user: User | AnonymousUser, clinic: Clinic, person: User) -> str:
    """Somebody else's roles, suspension or removal. As nobody decides that of themselves, whoever does it is an
    administrator who stays: a clinic is never without one by this way."""
    if refusal := why_not_manage_people(user, clinic):
        return refusal
    if person.pk != user.pk:
        return ""
    if Membership.objects.administrators().filter(clinic=clinic).exclude(user=person).exists():
        return "Nobody changes their own roles. Ask another administrator of the clinic."
    return (
        "Nobody changes their own roles, and you are the only administrator here: without one nobody could let anyone in."
        " Invite another administrator, who can then do it."
    )


def is_administrator(user: User | AnonymousUser) -> bool:
    """Of this installation, and not suspended: asked of the row, for two may suspend each other at once."""
    found = Group.objects.filter(name=ADMINISTRATORS, user__is_active=True, user__id=user.pk or 0)
    return found.exists()


def why_not_administer(user: User | AnonymousUser) -> str:
    """Clinics, roles in the work on guidelines, and who may sign in at all."""
    return "" if is_administrator(user) else "Only an administrator of this installation may do this."


def why_not_change_person(user: User | AnonymousUser, person: User) -> str:
    """The same as within a clinic: whoever decides stays."""
    if refusal := why_not_administer(user):
        return refusal
    if person.pk == user.pk:
        return (
            "Nobody changes their own roles, so that an administrator is always left. Ask another one; if there is none,"
            " invite one first."
        )
    return ""


def why_not_invite(user: User | AnonymousUser, clinic: Clinic | None, roles: Collection[str]) -> str:
    """Into a clinic, by its administrators; an administrator of the installation may give it an administrator, and may
    let nobody to its patients."""
    if clinic is None:
        return why_not_administer(user)
    is_founding = set(roles) == {Role.ADMINISTRATOR} and is_administrator(user)
    return "" if is_founding else why_not_manage_people(user, clinic)

"""Who may do what with patients. Each question is answered with a sentence, empty when it is allowed.

The same sentence guards the action, disables the button and explains it.
"""

from typing import TYPE_CHECKING

from patients.models import Clinic, Consultation, Patient, Plan, ResultAlert, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


def has_role(user: "User | AnonymousUser", clinic: Clinic, *roles: Role) -> bool:
    """Whether this person has one of these roles (any clinical one) in the clinic."""
    return Clinic.objects.clinical_for(user, *roles).filter(pk=clinic.pk).exists()


def why_not_publish(user: "User | AnonymousUser", clinic: Clinic) -> str:
    """Letting anyone with the link read a version of a guideline, in the clinic's name."""
    return (
        "" if has_role(user, clinic, Role.ADMINISTRATOR) else f"Only an administrator of {clinic} may publish for it."
    )


def why_not_register(user: "User | AnonymousUser", clinic: Clinic) -> str:
    return "" if has_role(user, clinic) else f"Only physicians and nurses of {clinic} may register its patients."


def why_not_look_after(user: "User | AnonymousUser", patient: Patient) -> str:
    """For everything but signing: editing, results, consultations."""
    return "" if has_role(user, patient.clinic) else "Only physicians and nurses of the patient's clinic may do this."


def why_not_share_calendar(user: "User | AnonymousUser", clinic: Clinic) -> str:
    """Giving out an address, or taking it back, under which dates can be read without signing in."""
    return "" if has_role(user, clinic) else f"Only physicians and nurses of {clinic} may share its calendars."


def why_not_import(user: "User | AnonymousUser", clinic: Clinic) -> str:
    """Reading results from a file, and writing them once they were looked at."""
    return "" if has_role(user, clinic) else f"Only physicians and nurses of {clinic} may import its results."


def why_not_write_letters(user: "User | AnonymousUser", clinic: Clinic) -> str:
    return "" if has_role(user, clinic) else f"Only physicians and nurses of {clinic} may write to its patients."


def why_not_consult(user: "User | AnonymousUser", consultation: Consultation) -> str:
    if refusal := why_not_look_after(user, consultation.patient):
        return refusal
    if not consultation.is_open:
        return f"This consultation is {consultation.get_state_display().lower()}. Start a new one."
    return ""


def why_not_sign(user: "User | AnonymousUser", consultation: Consultation) -> str:
    if not has_role(user, consultation.patient.clinic, Role.PHYSICIAN):
        return "Only a physician of the patient's clinic may sign a plan."
    if not consultation.is_open:
        return f"This consultation is {consultation.get_state_display().lower()}. Start a new one."
    return ""


def why_not_handle(user: "User | AnonymousUser", plan: Plan) -> str:
    """Saying what becomes of a plan because of a version."""
    if not has_role(user, plan.patient.clinic, Role.PHYSICIAN):
        return "Only a physician of the patient's clinic may decide this. Tell one of them."
    if plan.state != "active":
        return f"This plan is {plan.get_state_display().lower()} already."
    return ""


def why_not_decide_alert(user: "User | AnonymousUser", alert: ResultAlert) -> str:
    """Saying that a result which asks for something needs no change of the plan."""
    if not has_role(user, alert.patient.clinic, Role.PHYSICIAN):
        return "Only a physician of the patient's clinic may decide this. Tell one of them."
    return ""


def why_not_end(user: "User | AnonymousUser", plan: Plan) -> str:
    if not has_role(user, plan.patient.clinic, Role.PHYSICIAN):
        return "Only a physician of the patient's clinic may end a plan."
    if plan.state != "active":
        return f"This plan is {plan.get_state_display().lower()} already."
    return ""

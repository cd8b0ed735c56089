"""A clinic lets anyone with the link read a version of a guideline, or ends that. Never anything of a patient."""

from django.contrib.auth.models import User

from guidelines import actions as guideline_actions
from guidelines.models import Version
from patients import permissions
from patients.actions.refusals import Refused, allow
from patients.models import Clinic


def publisher_key(clinic: Clinic) -> str:
    return f"clinic-{clinic.pk}"


def publish_version(*, version: Version, clinic: Clinic, by: User) -> None:
    allow(permissions.why_not_publish(by, clinic))
    try:
        guideline_actions.open_to_all(
            version=version, by=by, publisher_key=publisher_key(clinic), publisher=clinic.name
        )
    except guideline_actions.Refused as refusal:
        raise Refused(str(refusal)) from None


def unpublish_version(*, version: Version, clinic: Clinic, by: User) -> None:
    allow(permissions.why_not_publish(by, clinic))
    guideline_actions.close_to_all(version=version, by=by, publisher_key=publisher_key(clinic))

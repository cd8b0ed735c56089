"""Using a guideline for one person."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"

    def ready(self) -> None:
        from config import access_checks, sign_in_checks  # noqa: F401 - registers the checks
        from config.postgresql import checks  # noqa: F401 - the same

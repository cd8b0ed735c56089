"""Using a guideline for one person."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"

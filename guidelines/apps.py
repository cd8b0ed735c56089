"""What a guideline says, and who agreed to it."""

from django.apps import AppConfig


class GuidelinesConfig(AppConfig):
    name = "guidelines"

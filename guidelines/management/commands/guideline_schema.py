from typing import Any

from django.core.management.base import BaseCommand

from guidelines.file_schema import file_schema, in_json


class Command(BaseCommand):
    help = "Prints the JSON Schema of a guideline file."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        self.stdout.write(in_json(file_schema()))

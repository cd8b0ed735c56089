"""Names the system under which FHIR files carry the numbers of a clinic's patients."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from patients.actions import ValuesRefused, name_patient_numbers
from patients.models import Clinic


class Command(BaseCommand):
    help = "Names the system of a clinic's patient numbers, such as urn:oid:1.2.3. From then on no other identifier counts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("clinic", help="The name of the clinic, in quotes.")
        parser.add_argument("system", help='As in Patient.identifier.system. "" takes it back: any identifier counts.')

    def handle(self, clinic: str, system: str, **options: Any) -> None:
        found = list(Clinic.objects.filter(name=clinic))
        if len(found) != 1:
            names = ", ".join(Clinic.objects.values_list("name", flat=True))
            raise CommandError(f"{len(found)} clinics are called {clinic}. There are: {names or 'none'}.")
        try:
            named = name_patient_numbers(clinic=found[0], system=system).patient_number_system
        except ValuesRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{clinic}: " + (f"only numbers of {named} count." if named else "any identifier counts."))

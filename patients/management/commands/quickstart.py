"""Makes the demonstration ready to look at: tables, the shipped guidelines, a clinic, people and invented patients."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from patients.demo import RealClinic, make_demonstration
from patients.demo_story import Story


class Command(BaseCommand):
    help = "Makes the demonstration. Running it again changes nothing; beside a real clinic it refuses."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        try:
            clinic = make_demonstration(self.stdout.write)
        except RealClinic as refusal:
            raise CommandError(str(refusal)) from None
        call_command("index_guidelines", missing=True, verbosity=0)
        staff = Story.told()["staff"]
        widths = [max(len(raw[name]) for raw in staff) for name in ("username", "password")]
        self.stdout.write(f"\n{clinic}: invented patients only. Not for care.")
        self.stdout.write(f"Open {settings.SITE_URL}/ and sign in as")
        for raw in staff:
            role = raw.get("clinic_role") or raw["group"].removesuffix("s")
            self.stdout.write(f"  {raw['username']:{widths[0]}}  {raw['password']:{widths[1]}}  {role}")

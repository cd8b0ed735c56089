"""Whether the application's role owns the tables: a part of `manage.py check --deploy`."""

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.security, deploy=True)
def the_application_owns_no_tables(app_configs: Any = None, **options: Any) -> list[checks.CheckMessage]:
    database = settings.DATABASES["default"]
    owner = database.get("OWNER") or {}
    if owner.get("USER", database["USER"]) != database["USER"]:
        return []
    return [
        checks.Warning(
            "The application's role owns the tables, so whoever gets it to send statements can take row-level security away.",
            hint="Set DATABASE_OWNER_URL to another role: docs/deployment.md, From one role to two.",
            id="database.W001",
        )
    ]

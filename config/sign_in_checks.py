"""What `manage.py check --deploy` has to say about signing in."""

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register(deploy=True)
def a_second_factor_is_required(app_configs: Any = None, **options: Any) -> list[checks.CheckMessage]:
    if settings.SECOND_FACTOR_REQUIRED:
        return []
    hint = "Take SECOND_FACTOR_REQUIRED out of the environment, or set it to true."
    return [
        checks.Warning("Plans are signed and versions approved with a password alone.", hint=hint, id="sign_in.W001")
    ]

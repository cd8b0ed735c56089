"""What all processes share for a while: Django's own, in the database, but for limits of attempts whose clock was wrong."""

from typing import Any

from django.core.cache.backends.db import DatabaseCache

from config.clocks import latest

ATTEMPTS = "allauth:rl:"  # so its keys begin; what is kept is the moment of each attempt


class SharedCache(DatabaseCache):
    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Without attempts of moments that are still to come: people would be locked out until then."""
        found = super().get(key, default, version)
        if isinstance(found, list) and str(key).startswith(ATTEMPTS):
            return [moment for moment in found if moment <= latest().timestamp()]
        return found

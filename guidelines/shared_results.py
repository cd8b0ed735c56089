"""What takes seconds to work out of exact contents, kept in the cache that all workers share.

It is kept for the contents and for the very code that works it out: after an update nothing old is shown.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from django.core.cache import cache as shared_cache

Result = TypeVar("Result")
AN_HOUR = 60 * 60
HERE = Path(__file__).parent


def shared(name: str, made_of: object, make: Callable[[], Result]) -> Result:
    """The result for these contents, worked out by the first who asks."""
    key = f"{name}-{hashlib.sha256(f'{code_hash()} {made_of}'.encode()).hexdigest()}"
    found: Result | None = shared_cache.get(key)
    if found is None:
        found = make()
        shared_cache.set(key, found, AN_HOUR)
    return found


@cache
def code_hash() -> str:
    """Of every module of this app and every file they read: whatever a result comes from, it is one of these."""
    digest = hashlib.sha256()
    for path in sorted((*HERE.rglob("*.py"), *HERE.rglob("*.yaml"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()

"""A secret key made once and kept beside the embedded database, readable by its owner only."""

import contextlib
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

FILE_NAME = "secret_key"


def kept_secret_key(folder: Path) -> str:
    """The key in `folder`, made there the first time. Several processes may ask at once."""
    path = folder / FILE_NAME
    try:
        if not path.exists():
            _write_once(path)
        key = path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret key in {path} cannot be read or made ({error.strerror})."
            " Run as the user that owns this folder, or set SECRET_KEY."
        ) from error
    if len(key) < 50:
        raise ImproperlyConfigured(f"The secret key in {path} is too short. Delete the file: a new one is made.")
    return key


def _write_once(path: Path) -> None:
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(60))
    # A link appears whole or not at all, and the first of several processes wins.
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()

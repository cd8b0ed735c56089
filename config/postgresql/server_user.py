"""Which system user the embedded database runs as, and what that user may reach. Never root."""

import logging
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

logger = logging.getLogger(__name__)

ACCOUNT = "stepwise-db"  # made when root runs Stepwise and no ordinary user owns the project


class EmbeddedDatabaseError(ImproperlyConfigured):
    """The embedded database cannot be used; the message says what to do."""


@dataclass(frozen=True)
class ServerUser:
    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()

    def run_as(self) -> dict[str, Any]:
        """Arguments for subprocess. The server learns nothing of our environment, which holds secrets."""
        # Its working directory must be one that it may enter, whatever ours is.
        arguments: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}}
        if not self.is_us:
            arguments |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return arguments

    def give(self, path: Path) -> None:
        """Makes this user the owner."""
        if not self.is_us:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def let_reach(self, folder: Path) -> None:
        """Lets another user than us pass through the folders above, as far as they are closed to it."""
        if self.is_us or self._reaches(folder):
            return
        for above in reversed(folder.resolve().parents):
            mode = above.stat().st_mode
            if not mode & 0o001 and above.stat().st_uid != self.uid:
                above.chmod(mode | 0o001)
                logger.warning("Let the database's user pass through %s (chmod o+x; its files are not listed).", above)
        if not self._reaches(folder):
            raise EmbeddedDatabaseError(
                f"The database's user ({self.uid}) cannot enter {folder}. Move the project to a folder that every"
                " user may pass through, or set DATABASE_URL to use a PostgreSQL server of your own."
            )

    def _reaches(self, folder: Path) -> bool:
        probe = subprocess.run(["/bin/ls", folder], check=False, capture_output=True, **self.run_as())
        return probe.returncode == 0


def server_user_for(data: Path) -> ServerUser:
    """The owner of the data folder; else ourselves; for root the project's owner, or an account for it."""
    if data.exists():
        found = data.stat()
        if found.st_uid not in (0, os.geteuid()) and os.geteuid() != 0:
            raise EmbeddedDatabaseError(
                f"The database in {data} belongs to another user. Run as that user, or set DATABASE_URL to use"
                " a PostgreSQL server of your own."
            )
        if found.st_uid != 0:
            return ServerUser(found.st_uid, found.st_gid)
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid())
    owner = Path(__file__).resolve().parent.stat()
    if owner.st_uid != 0 and _has_account(owner.st_uid):
        return ServerUser(owner.st_uid, owner.st_gid)
    return _account()


def _has_account(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _account() -> ServerUser:
    try:
        found = pwd.getpwnam(ACCOUNT)
    except KeyError:
        useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if useradd is None:
            raise EmbeddedDatabaseError(
                "PostgreSQL refuses to run as root, and no user can be added here (useradd is missing)."
                f" Add a user named {ACCOUNT}, or run as an ordinary user."
            ) from None
        options = ["--system", "--user-group", "--no-create-home", "--home-dir=/nonexistent"]
        subprocess.run([useradd, *options, "--shell=/usr/sbin/nologin", ACCOUNT], check=True, capture_output=True)
        found = pwd.getpwnam(ACCOUNT)
    return ServerUser(found.pw_uid, found.pw_gid)

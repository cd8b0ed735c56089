"""A whole installation for measuring: its own data folder, the demonstration in it, gunicorn in front."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

PROJECT = Path(__file__).resolve().parents[2]
SITE = "config.wsgi"
SESSION = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from patients.models import Consultation, Membership, Plan
from tests.benchmarks.load_rows import OPEN_FOR, choose_everything
user = Membership.objects.filter(role="physician").order_by("pk").first().user
store = import_module(settings.SESSION_ENGINE).SessionStore()
store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
store.create()
consultation = Consultation.objects.get(patient__number=OPEN_FOR, state="open")
choose_everything(consultation, user)
plan = Plan.objects.filter(medications__drug_key="methotrexate").order_by("signed_at").first()
print(json.dumps({"cookie": f"{settings.SESSION_COOKIE_NAME}={store.session_key}",
                  "consultation": str(consultation.pk), "plan": str(plan.pk),
                  "plans": [str(plan.pk) for plan in Plan.objects.order_by("pk")]}))
"""
IN_PROCESS = """
from tests.benchmarks.in_process import print_measured
print_measured({cookie!r}, {consultation!r})
"""


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class Installation:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.environment = {**os.environ, "DATA_FOLDER": str(folder), "PORT": str(self.port), "DATABASE_URL": ""}
        self.pid = 0
        self.manage("migrate", "--verbosity", "0")
        self.manage("createcachetable")
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        self.manage("quickstart")
        self.session: dict[str, Any] = json.loads(self.shell(SESSION))

    def in_process(self) -> dict[str, dict[str, float]]:
        """Of each step as page and as partial: milliseconds and queries, in one process."""
        script = IN_PROCESS.format(cookie=self.session["cookie"], consultation=self.session["consultation"])
        found: dict[str, dict[str, float]] = json.loads(self.shell(script))
        return found

    def shell(self, script: str) -> str:
        """The last line that the script prints."""
        return self.manage("shell", "--no-imports", "-c", script).strip().splitlines()[-1]

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        ended = subprocess.run(command, cwd=PROJECT, env=self.environment, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise RuntimeError(f"{' '.join(arguments[:1])} ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
        return ended.stdout

    @contextmanager
    def served(self, application: str = SITE, workers: int = 2) -> Iterator[str]:
        """gunicorn with sync workers; gives its address."""
        port = free_port()
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            *(("--config", "config/gunicorn.py") if application == SITE else ()),  # the floor has no settings
            application,
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            str(workers),
        ]
        with (self.folder / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [*command, "--no-control-socket", "--log-level", "error"], cwd=PROJECT, env=self.environment,
                stdout=log, stderr=log,
            )  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(200):
                try:
                    urlopen(address, timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.1)
            self.pid = process.pid
            yield address
        finally:
            process.terminate()
            process.wait(20)


def requests_per_second(address: str, *, headers: dict[str, str], seconds: int = 5) -> float:
    """What wrk measures with four connections on one thread; every answer must be a success."""
    shown = wrk(address, headers, "-t1", "-c4", f"-d{seconds}s")
    assert "Non-2xx" not in shown, shown
    found = re.search(r"Requests/sec:\s+([\d.]+)", shown)
    assert found, shown
    return float(found[1])


def wrk(address: str, headers: dict[str, str], *options: str) -> str:
    sent = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    return subprocess.run(["wrk", *options, *sent, address], check=True, capture_output=True, text=True).stdout


def against_empty(empty: str, address: str, headers: dict[str, str]) -> tuple[float, float]:
    """Requests a second, and their ratio to the empty view's just before and after: the machine's mood drifts."""
    before = requests_per_second(empty, headers={}, seconds=2)
    speed = requests_per_second(address, headers=headers)
    after = requests_per_second(empty, headers={}, seconds=2)
    return speed, speed / ((before + after) / 2)


def memory_mb(pid: int, name: str) -> float:
    """VmRSS or VmHWM of one process."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024

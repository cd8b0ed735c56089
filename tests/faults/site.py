"""A whole site to break: its own data folder and PostgreSQL, gunicorn with two workers, and people who write to it."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psutil

from config import embedded
from config.postgresql.start import connected

PROJECT = Path(__file__).resolve().parents[2]
SECONDS_FOR_AN_ANSWER = 10


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class Site:
    def __init__(self, folder: Path, backup: Path) -> None:
        self.data, self.port, self.log = folder / "postgres", free_port(), folder / "site.log"
        self.environment = {
            **os.environ,
            "DATA_FOLDER": str(folder),
            "DATABASE_URL": "",
            "SITE_URL": "",
            "SECRET_KEY": "",
        }
        subprocess.run(
            [sys.executable, "manage.py", "restore", str(backup)],
            cwd=PROJECT, env=self.environment, check=True, capture_output=True,
        )  # fmt: skip
        command = [
            "gunicorn",
            "--config",
            "config/gunicorn.py",
            "tests.faults.application",
            "--bind",
            f"127.0.0.1:{self.port}",
            "--workers",
            "2",
        ]
        with self.log.open("wb") as log:
            self.web = subprocess.Popen(
                [sys.executable, "-m", *command, "--no-control-socket"], cwd=PROJECT, env=self.environment, stderr=log
            )

    def wait_until_ready(self) -> None:
        until = time.monotonic() + 60
        while self.ask("/readyz") != (200, "ready"):
            assert time.monotonic() < until, self.log.read_text()[-3000:]
            time.sleep(0.1)

    def ask(self, address: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS_FOR_AN_ANSWER)
        try:
            connection.request("GET", address)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except OSError as error:
            return 0, type(error).__name__
        finally:
            connection.close()

    def close(self) -> None:
        self.web.terminate()
        self.web.wait(30)
        embedded._end_use(self.data)
        embedded.stop(self.data)

    # --- what happens to it ---

    def kill_a_worker(self) -> None:
        psutil.Process(self.web.pid).children()[0].kill()

    def kill_a_backend(self) -> None:
        """One connection of the server: PostgreSQL then throws out all others, and recovers."""
        for child in self.postgres().children():
            with suppress(psutil.NoSuchProcess):  # it has ended by itself meanwhile
                if "stepwise" in " ".join(child.cmdline()):
                    child.kill()
                    return
        raise AssertionError("the server has no connection that could be killed")

    def kill_postgresql(self) -> None:
        """The first process of the server; what is left of the others finds that out by itself."""
        self.postgres().kill()

    def freeze_postgresql(self, seconds: float = 2) -> None:
        frozen = [self.postgres(), *self.postgres().children()]
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for process in frozen:
                with suppress(psutil.NoSuchProcess):  # a connection may end by itself meanwhile
                    process.send_signal(number)
            if number == signal.SIGSTOP:
                time.sleep(seconds)

    def fill_the_disk(self, seconds: float = 4) -> None:
        """To its last byte, and again with what becomes free meanwhile; then somebody makes room."""
        filler, until = self.data.parent / "filler", time.monotonic() + seconds
        while time.monotonic() < until:
            with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
                while file.write(b"0" * 65_536):
                    pass
            time.sleep(0.1)
        filler.unlink()

    def postgres(self) -> psutil.Process:
        return psutil.Process(embedded.running_server(self.data).pid)

    def notes(self) -> list[tuple[str, int]]:
        """Each note with the rows of history it has."""
        server = embedded.running_server(self.data)
        with connected(server, database="stepwise", user="stepwise") as connection:
            connection.execute("SET stepwise.person = 'system'")
            return connection.execute(
                "SELECT text, (SELECT count(*) FROM patients_patientnoteevent e WHERE e.pgh_obj_id = n.id)"
                " FROM patients_patientnote n"
            ).fetchall()  # type: ignore[return-value]


@dataclass
class Writer(threading.Thread):
    """Somebody who writes one note after the other, and sends one again until the site has said that it keeps it."""

    site: Site
    username: str
    patient: str
    password: str
    acknowledged: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.cookies: dict[str, str] = {}

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        while not self.ended.is_set() and not self.sign_in():
            time.sleep(0.2)
        while not self.ended.is_set():
            text = f"{self.username} wrote note {len(self.begun)}"
            self.begun.append(text)
            while not self.ended.is_set():
                status, location = self.post(f"/patients/{self.patient}/note/", {"text": text})
                if status == 302 and location.startswith("/patients/"):
                    self.acknowledged.append(text)
                    break
                time.sleep(0.1)

    def sign_in(self) -> bool:
        self.send("GET", "/accounts/login/", None)
        status, location = self.post("/accounts/login/", {"login": self.username, "password": self.password})
        return (status, location) == (302, "/")

    def post(self, address: str, fields: dict[str, str]) -> tuple[int, str]:
        return self.send(
            "POST", address, urlencode({**fields, "csrfmiddlewaretoken": self.cookies.get("csrftoken", "")})
        )

    def send(self, method: str, address: str, body: str | None) -> tuple[int, str]:
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, address, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
            for cookie in response.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.split(";")[0].partition("=")
                self.cookies[name] = value
            if response.status >= 500:
                self.failures.append("500 with its number" if response.headers["X-Request-ID"] in text else "500")
            return response.status, response.headers.get("Location") or ""
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(type(error).__name__)
            return 0, ""
        finally:
            connection.close()
            self.slowest = max(self.slowest, time.monotonic() - begun)

"""Settings as other processes see them: each case is a fresh process with its own environment."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "x" * 60


def settings_value(expression: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"from django.conf import settings as s; print({expression})"],
        cwd=PROJECT,
        env={
            "PATH": os.defpath,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATA_FOLDER": str(data),
            "DATABASE_URL": "",
            "SECRET_KEY": "",
            "DEBUG": "",
            "SITE_URL": "http://127.0.0.1:8000",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_database_of_ones_own_without_a_secret_stops_with_a_sentence(tmp_path: Path) -> None:
    found = settings_value("s.SECRET_KEY", tmp_path, DATABASE_URL="postgresql://u:p@localhost/x")

    assert found.returncode != 0
    assert "SECRET_KEY is not set. Put at least 50 random characters" in found.stderr


def test_another_database_than_postgresql_is_refused(tmp_path: Path) -> None:
    found = settings_value("s.DATABASES", tmp_path, DATABASE_URL="sqlite:///x.db", SECRET_KEY=SECRET)

    assert found.returncode != 0
    assert "Stepwise runs on PostgreSQL only" in found.stderr


def test_the_embedded_database_keeps_one_secret_that_only_its_owner_reads(tmp_path: Path) -> None:
    first = settings_value("s.SECRET_KEY", tmp_path / "data")
    second = settings_value("s.SECRET_KEY", tmp_path / "data")

    assert len(first.stdout.strip()) >= 50
    assert first.stdout == second.stdout
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600


def test_reading_the_settings_starts_no_database(tmp_path: Path) -> None:
    settings_value("s.DATABASES", tmp_path / "data")

    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


@pytest.mark.parametrize(("site_url", "secure"), [("https://s.example.org", True), ("http://127.0.0.1:8000", False)])
def test_https_in_the_address_switches_on_what_needs_it(tmp_path: Path, site_url: str, secure: bool) -> None:
    names = "(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0)"
    found = settings_value(names, tmp_path, SITE_URL=site_url)

    assert found.stdout.strip() == str((secure,) * 4)


def test_every_variable_is_in_the_example() -> None:
    source = (PROJECT / "config" / "settings.py").read_text()
    example = (PROJECT / ".env.example").read_text()

    read = {
        part.split('"')[1]
        for part in source.replace("'", '"').split("env.")[1:]
        if part.split("(")[1:2] and '("' in part[:14]
    }

    assert {"DATABASE_URL", "SECRET_KEY", "SITE_URL", "PORT", "DATA_FOLDER"} <= read
    assert {name for name in read if f"#{name}=" not in example} == set()


def test_the_application_is_read_whole_before_its_workers_are_made_and_opens_no_database(tmp_path: Path) -> None:
    found = settings_value(
        "(__import__('config.wsgi'), 'patients.views.people' in __import__('sys').modules)[1]", tmp_path / "data"
    )

    assert found.stdout.strip() == "True", found.stderr
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]
